"""What is known of those who answer for a ticket's place: what they can do, what they have in hand, why they are out."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from handlers.dispatch import habits
from handlers.duty import rota
from handlers.moment import Moment
from handlers.rules.dispatch import Candidate, Skip
from handlers.rules.habits import Habit
from storage import choices, homes, loads, places, skills
from storage.loads import Load
from storage.members import Person
from storage.tickets import Ticket
from storage.types import Category, MemberId, PlaceKind, TicketAction, Urgency

SAID_NO: Final[Mapping[TicketAction, Skip]] = {
    TicketAction.REFUSE: Skip.REFUSED,
    TicketAction.NO_ANSWER: Skip.SILENT,
    TicketAction.RETURN: Skip.GAVE_BACK,
    TicketAction.TRANSFER: Skip.GAVE_BACK,
}
#: Who is accused in these must not hear of it first, even where somebody's life is at stake.
ACCUSING: Final = frozenset({Category.DISPUTE, Category.SECURITY, Category.CARE})
_IDLE: Final = Load()
_NEW: Final = (Habit(), 0)


async def candidates(
    moment: Moment, ticket: Ticket, people: Sequence[Person], far: Collection[MemberId] = (), *, anew: bool = False
) -> list[Candidate]:
    """`people` as the rules weigh them for the ticket; `anew`: those who have let their time pass, too.

    Args:
        far: Those of them who are of another building.
    """
    ids = [person.id for person in people]
    out = await _out(moment, ticket, ids)
    if anew:
        out = {member: why for member, why in out.items() if why is not Skip.SILENT}
    can = await skills.of_members(moment.session, ids) if moment.house.needed.get(ticket.category) else {}
    held = await loads.of_members(moment.session, ids, moment.now)
    known = await habits.known(moment, ids) if ticket.urgency is not Urgency.EMERGENCY else {}
    found = []
    for member in ids:
        load, (habit, calls) = held.get(member, _IDLE), known.get(member, _NEW)
        can_do, silent = can.get(member, frozenset()), habit.is_silent(moment.now)
        found.append(_candidate(member, can_do, load, calls, out.get(member), far=member in far, silent=silent))
    return found


def _candidate(
    member: MemberId, can: frozenset[str], load: Load, calls: int, out: Skip | None, *, far: bool, silent: bool
) -> Candidate:
    return Candidate(
        member, can, load.open, load.lately, load.last, out, taken=load.taken, calls=calls, far=far, silent=silent
    )


async def absent(moment: Moment, ids: Sequence[MemberId]) -> dict[MemberId, Skip]:
    """Who does not count now, whatever the ticket is."""
    away = await rota.away(moment, ids)
    return {member: Skip.ON_LEAVE if why.on_leave else Skip.OFF_HOURS for member, why in away.items()}


async def _out(moment: Moment, ticket: Ticket, ids: Sequence[MemberId]) -> dict[MemberId, Skip]:
    """Who is a party to the matter, and who is away."""
    found = await absent(moment, ids)
    found |= dict.fromkeys(await _accused(moment, ticket, ids), Skip.COMPLAINED_OF)
    if ticket.called_at is not None:
        said_no = await choices.declined(moment.session, ticket)
        found |= {member: SAID_NO[action] for member, action in said_no.items()}
    if ticket.reporter_id is not None:
        found[ticket.reporter_id] = Skip.REPORTER
    return found


async def _accused(moment: Moment, ticket: Ticket, ids: Sequence[MemberId]) -> set[MemberId]:
    """Whose own home it is about. When it burns there he is called like anybody; not when it is he who is accused."""
    if ticket.room is None or (ticket.urgency is Urgency.EMERGENCY and ticket.category not in ACCUSING):
        return set()
    place = await places.by_id(moment.session, ticket.place_id)
    if place.kind not in (PlaceKind.BUILDING, PlaceKind.UNIT):
        return set()
    return await homes.behind_door(moment.session, place, ticket.room, ids)
