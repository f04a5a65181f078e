"""What is learned from each call: who answered, who let his time pass, and whom somebody else was quicker than."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

from handlers.dispatch.choosing import of_round
from handlers.dispatch.habits import Known, here_and_now, known
from handlers.moment import Moment
from handlers.rules.habits import Habit
from storage import choices, habits
from storage.tickets import Ticket
from storage.types import MemberId, TicketAction, Urgency

Change = Callable[[Habit, float, datetime], Habit]  #: after so many minutes, at that moment


async def note_answer(moment: Moment, ticket: Ticket, member: MemberId) -> None:
    """`member` has said whether he goes."""
    await _change(moment, await _last_called(moment, ticket), {member: Habit.after_answer})


async def note_taken(moment: Moment, ticket: Ticket, member: MemberId) -> None:
    """`member` has taken it, and the others who were called need not answer any more."""
    said_no = await choices.declined(moment.session, ticket)
    called = await _last_called(moment, ticket)
    waited_for = {other: Habit.overtaken for other in called if said_no.get(other) is not TicketAction.REFUSE}
    await _change(moment, called, {**waited_for, member: Habit.after_answer})


async def note_silence(moment: Moment, ticket: Ticket, members: Collection[MemberId]) -> None:
    """Their time is over, and they have not said a word."""
    if members:
        await _change(moment, await _last_called(moment, ticket), dict.fromkeys(members, Habit.after_silence))


async def _last_called(moment: Moment, ticket: Ticket) -> dict[MemberId, datetime]:
    """When each was called last about the ticket, since it waits; nobody in an emergency."""
    if ticket.urgency is Urgency.EMERGENCY:
        return {}
    made = of_round(ticket, await choices.of_ticket(moment.session, ticket.id))
    return {MemberId(member): choice.at for choice in made for member in choice.codes["called"]}


async def _change(moment: Moment, called: Mapping[MemberId, datetime], changes: Mapping[MemberId, Change]) -> None:
    """Learn that of those who were called."""
    concerned = {member: change for member, change in changes.items() if member in called}
    if not concerned:
        return
    (band, _), before = here_and_now(moment), await known(moment, concerned)
    rows = []
    for member, change in concerned.items():
        waited = max(moment.now - called[member], timedelta(0)) / timedelta(minutes=1)
        new = change(before.get(member, Known()).habit, waited, moment.now)
        rows.append(dict(member_id=member, band=band, **{name: getattr(new, name) for name in habits.SUMS}))
    await habits.write(moment.session, rows)
