"""What a place's rules say otherwise: the three parties are called at once, or the community hands it to a department."""

from collections.abc import Collection
from typing import Final

from handlers.dispatch.choosing import Step
from handlers.moment import Moment
from handlers.phrases import CATEGORY_NAMES
from handlers.phrases import outside as phrases
from storage import departments, members, parties, places
from storage.departments import Department
from storage.members import Person
from storage.places import Place
from storage.steps import Mode
from storage.tickets import Ticket
from storage.types import MemberId, Role

THREE: Final = (Role.ADMIN, Role.COMMITTEE, Role.PROPERTY)  #: the three parties
CALLED: Final = {Mode.PARTIES: THREE, Mode.OUTSIDE: (Role.ADMIN,)}  #: whose people are called first


async def people_of(moment: Moment, place: Place, role: Role) -> tuple[Person, ...]:
    """Who speaks for that party at the nearest place above `place` that has one."""
    line = await places.above(moment.session, place)
    held = await members.holders(moment.session, [above.id for above in line])
    return next((held[above.id, role] for above in line if (above.id, role) in held), ())


async def first_step(moment: Moment, place: Place, found_by: Mode) -> list[Step]:
    """Who is called before the ladder is climbed: everybody of the parties, or of the community; nothing in other modes."""
    found = [person for role in CALLED.get(found_by, ()) for person in await people_of(moment, place, role)]
    return [Step(0, place.id, tuple(dict.fromkeys(found)))] if found else []


async def enter_three(moment: Moment, ticket: Ticket, but: Collection[MemberId] = ()) -> None:
    """Enter the three parties: whoever of them accepts leads, and all of them hear how it goes."""
    place = await places.by_id(moment.session, ticket.place_id)
    rows = {
        person.id: dict(ticket_id=ticket.id, member_id=person.id, role=role, leads=False, since=moment.now)
        for role in THREE
        for person in await people_of(moment, place, role)
        if person.id not in but
    }
    await parties.add(moment.session, list(rows.values()))


async def hint(moment: Moment, ticket: Ticket) -> str:
    """Below the call to the community: which department it may be handed to."""
    known = await departments.of_community(moment.session, ticket.community_id)
    return phrases.hand_it_out(ticket, [one for one in known if serves(one, ticket)] or known)


def serves(department: Department, ticket: Ticket) -> bool:
    """Whether its name or what is noted of it speaks of that kind of matter."""
    return CATEGORY_NAMES[ticket.category] in f"{department.name}，{department.note}"
