"""Everybody who has a hand in a ticket: who has it, the parties that settle it, and those who come to help."""

from collections.abc import Collection

from handlers.dispatch.calling import by_staff, reporter_name
from handlers.messages import Words
from handlers.moment import Moment
from handlers.phrases import crews as crew_phrases
from handlers.phrases import parties as phrases
from handlers.phrases.calls import by_another
from storage import crews, followers, handouts, hands, members, parties, places, words
from storage.tickets import Ticket
from storage.types import Act, MemberId, MessageKind, PlaceId, Role


async def having_a_hand(moment: Moment, ticket: Ticket) -> list[MemberId]:
    """Who has it, the parties, whoever comes to help or waits for a place, and who was asked to take it over."""
    found = [ticket.assignee_id, *await hands.of_ticket(moment.session, ticket.id)]
    return list(dict.fromkeys(member for member in found if member is not None))


async def tell_together(moment: Moment, ticket: Ticket, text: str, *, key: str, but: Collection[MemberId]) -> None:
    """Tell each of them alone, once for one `key`."""
    for member in await having_a_hand(moment, ticket):
        if member not in but:
            await moment.tell(member, Words(text), MessageKind.PERSONAL, key=f"{key}:{ticket.id}", ticket=ticket.id)


async def community_of(moment: Moment, ticket: Ticket) -> list[MemberId]:
    """The community's own people for the ticket's place: whoever coordinates."""
    return await holding(moment, ticket.place_id, Role.ADMIN)


async def holding(moment: Moment, place: PlaceId, role: Role) -> list[MemberId]:
    """Who has that role at a place or above it."""
    line = await places.above(moment.session, await places.by_id(moment.session, place))
    return [person.id for person in await members.with_role(moment.session, role, [above.id for above in line])]


async def beside(moment: Moment, ticket: Ticket) -> str:
    """Who has a hand in the ticket beside who has it, as a sentence without names; empty where nobody has."""
    department = await handouts.department_of(moment.session, ticket.id) if ticket.outside_since else None
    found = {party.role for party, _ in await parties.of_ticket(moment.session, ticket.id)}
    roles = [role for role in Role if role in found]
    crew = await crews.of_ticket(moment.session, ticket.id)
    people = len(await crews.coming(moment.session, ticket.id)) if crew is not None else 0
    task = crew_phrases.state(crew.wanted, people) if crew is not None else ""
    return phrases.beside(department.name if department else "", roles, task)


async def details(moment: Moment, ticket: Ticket) -> str:
    """What those who have the problem said about it: for whoever does something about it, alone. No worker's reasons."""
    said = [w for w in await words.said_about(moment.session, [ticket.id]) if w.text]
    theirs = {ticket.reporter_id, *(f.member_id for f in await followers.of_ticket(moment.session, ticket.id))}
    texts = [w.text for w in said if w.act is Act.OPEN]
    texts += [
        more.text if more.member_id == ticket.reporter_id else by_another(more.text)
        for more in said
        if more.act is Act.DETAIL and (more.member_id in theirs or not await by_staff(moment, more))
    ]
    return phrases.said(await reporter_name(moment, ticket), "；".join(texts))


async def reads_all(moment: Moment, ticket: Ticket, member: MemberId) -> bool:
    """Whether `member` has to know what was said about it: he has it, settles it with others, or is among those who come."""
    if ticket.assignee_id == member or await parties.includes(moment.session, ticket.id, member):
        return True
    return any(helper.told and person.id == member for helper, person in await crews.coming(moment.session, ticket.id))
