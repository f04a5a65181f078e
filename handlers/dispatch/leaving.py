"""Somebody leaves while he has tickets in his hands: they go back to the others at once, and nothing is orphaned."""

from collections import defaultdict
from collections.abc import Collection

from handlers.clocks.winding import wind
from handlers.messages import Words
from handlers.moment import Moment
from handlers.phrases.handoffs import on_leave_without, without_a_holder
from handlers.rules.quiet import quiet_until
from handlers.tickets.lifecycle import advance
from handlers.tickets.telling import call_everybody
from handlers.tickets.together import community_of
from storage import clocks, leaving, members, places, tickets
from storage.members import Grant
from storage.tickets import Ticket
from storage.types import MemberId, MessageKind, Role, TicketAction


async def hand_back(moment: Moment, member: MemberId, by: MemberId | None = None, *, told: bool = False) -> list[int]:
    """Call out again what `member` has and may not have any more, after he has lost his office; the tickets' numbers.

    Where he was the one who is being asked, the next one is asked. The community is told, but not who did it (`by`).

    Args:
        told: It has heard of it.
    """
    grants = (await members.grants_of(moment.session, [member])).get(member, ())
    given = [t for t in await tickets.assigned_to(moment.session, member) if not await works_there(moment, t, grants)]
    for ticket in given:
        await _call_again(moment, ticket, member)
    await clocks.ask_another(moment.session, member, moment.now)
    if not told:
        await _tell_community(moment, given, but=[member, by])
    return [ticket.number for ticket in given]


async def _tell_community(moment: Moment, given: Collection[Ticket], but: Collection[MemberId | None]) -> None:
    """Who coordinates hears once that these have nobody any more, but those who have done it or gone themselves."""
    by_person = defaultdict[MemberId, list[int]](list)
    for ticket in given:
        for person in await community_of(moment, ticket):
            by_person[person].append(ticket.number)
    due_at = quiet_until(moment.now, moment.house.escalation.quiet, moment.house.zone)
    for person, numbers in by_person.items():
        if person not in but:
            words = Words(without_a_holder(numbers))
            await moment.tell(person, words, MessageKind.PERSONAL, key=f"gone:{moment.cause}", due_at=due_at)


async def works_there(moment: Moment, ticket: Ticket, grants: Collection[Grant]) -> bool:
    """Whether somebody with these roles may have the ticket."""
    line = await places.above(moment.session, await places.by_id(moment.session, ticket.place_id))
    paths = {place.path for place in line}
    return any(grant.role is not Role.RESIDENT and grant.path in paths for grant in grants)


async def hand_back_of_absent(moment: Moment) -> None:
    """Somebody is on leave: what he has not handed over by now goes back, unless the community wants it otherwise."""
    if not moment.house.leave_returns:
        return
    given = defaultdict[MemberId, list[int]](list)
    began = moment.now - moment.house.handoff_within  # who asks for leave at once still has the time to ask somebody
    for ticket in await leaving.held_by_absent(moment.session, began, moment.now):
        if ticket.assignee_id is not None:
            given[ticket.assignee_id].append(ticket.number)
            await _call_again(moment, ticket, ticket.assignee_id)
    for member, numbers in given.items():
        words = Words(on_leave_without(numbers))
        await moment.tell(member, words, MessageKind.PERSONAL, key=f"leave:{moment.cause}")


async def _call_again(moment: Moment, ticket: Ticket, member: MemberId) -> None:
    """As if he had given it back himself: he is not asked about it again, even while he is on some roster.

    What a department has stays there, and the community goes on asking how it goes.
    """
    if ticket.outside_since is not None:
        advance(moment, ticket, TicketAction.TAKE_OVER)
        return
    advance(moment, ticket, TicketAction.RETURN, member)
    called = await call_everybody(moment, ticket)
    ticket.level = called.level if called.anybody else 0
    wind(moment, ticket)
