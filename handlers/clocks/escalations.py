"""(tick) What happens to tickets by themselves: each step that is due is taken, once, the emergencies' first."""

from datetime import datetime
from typing import Final

from handlers.clocks.backlog import STALE, catch_up
from handlers.clocks.chains import do
from handlers.clocks.summing import Summing
from handlers.clocks.winding import wind
from handlers.moment import Moment
from storage import clocks
from storage.tickets import Ticket

BATCH: Final = 500  #: tickets in one transaction
MOST_STEPS: Final = 6  #: of one ticket in one tick; more than that are never due at once


async def escalate_waiting(moment: Moment) -> bool:
    """Take the steps that are due; whether there may be more of them.

    After an outage everything that fell due meanwhile is done once, in order, and everybody hears of it in one message.
    """
    await _set_back(moment)
    if not moment.careful and await catch_up(moment):
        return True
    most = 1 if moment.careful else BATCH
    due = await clocks.due(moment.session, moment.now, most, shuffled=moment.careful)
    summing = Summing(session=moment.session, now=moment.now, house=moment.house, reach=moment.reach)
    for ticket in due:
        await _catch_up(summing, ticket)
    await summing.say_all()
    return len(due) == most


async def _set_back(moment: Moment) -> None:
    """The clock was set back: nobody waits until the time comes again at which something happened."""
    for ticket in await clocks.waiting_from(moment.session, moment.now):
        set_back(moment, ticket)


def set_back(moment: Moment, ticket: Ticket) -> None:
    """Let nothing about the ticket lie in the future but what comes next."""
    now = moment.now
    ticket.waiting_since = min(ticket.waiting_since, now)
    ticket.called_at, ticket.accepted_at = _no_later(ticket.called_at, now), _no_later(ticket.accepted_at, now)
    ticket.runs_since, ticket.last_at = (
        _no_later(ticket.runs_since or ticket.opened_at, now),
        _no_later(ticket.last_at, now),
    )
    ticket.paused_since = _no_later(ticket.paused_since, now)
    ticket.outside_since = _no_later(ticket.outside_since, now)
    ticket.taken = {kind: min(at, now.timestamp()) for kind, at in ticket.taken.items()}
    wind(moment, ticket)


def _no_later(at: datetime | None, now: datetime) -> datetime | None:
    return None if at is None else min(at, now)


async def _catch_up(summing: Summing, ticket: Ticket) -> None:
    """Take every step of the ticket that is due by now, in order."""
    for _ in range(MOST_STEPS):
        step, due_at = ticket.next_step, ticket.next_at
        if step is None or due_at is None or due_at > summing.now:
            return
        summing.of = (ticket, step, summing.now - due_at > STALE)
        await do(summing, ticket, step)
        wind(summing, ticket)
