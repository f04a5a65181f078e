"""(tick) What happens to tickets by themselves: each step that is due is taken, once, the emergencies' first."""

from datetime import datetime
from typing import Final

from handlers.chasing import chase
from handlers.clocks import plan_of, state_of, take, wind
from handlers.lifecycle import advance
from handlers.moment import Moment
from handlers.rules.plans import Plan
from handlers.rules.steps import Pace
from handlers.telling import call_everybody
from storage import clocks
from storage.steps import StepKind
from storage.tickets import Ticket
from storage.types import TicketAction, Urgency

BATCH: Final = 500  #: tickets in one transaction


async def escalate_waiting(moment: Moment) -> bool:
    """Take the steps that are due; whether there may be more of them."""
    await _set_back(moment)
    due = await clocks.due(moment.session, moment.now, BATCH)
    for ticket in due:
        await _take(moment, ticket)
    return len(due) == BATCH


async def _set_back(moment: Moment) -> None:
    """The clock was set back: nobody waits until the time comes again at which something happened."""
    for ticket in await clocks.waiting_from(moment.session, moment.now):
        ticket.waiting_since = moment.now
        ticket.called_at = _no_later(ticket.called_at, moment.now)
        ticket.runs_since = _no_later(ticket.runs_since or ticket.opened_at, moment.now)
        wind(moment, ticket)


def _no_later(at: datetime | None, now: datetime) -> datetime | None:
    return None if at is None else min(at, now)


async def _take(moment: Moment, ticket: Ticket) -> None:
    if ticket.next_step in (StepKind.CLIMB, StepKind.SUPERVISOR):
        await _climb(moment, ticket)
    elif ticket.next_step in (StepKind.REPEAT, StepKind.ASK_NEXT):
        await call_everybody(moment, ticket, ticket.level, again=ticket.next_step is StepKind.REPEAT)
    elif ticket.next_step is StepKind.CHASE:
        await chase(moment, ticket)
    elif ticket.next_step is not None:
        take(ticket, ticket.next_step, moment.now)
    wind(moment, ticket)


async def _climb(moment: Moment, ticket: Ticket) -> None:
    """Call the step that it should have come to by now: those in between, missed in an outage, are not called any more."""
    ticket.level = _level_by_now(moment, ticket)
    advance(moment, ticket, TicketAction.ESCALATE, value=ticket.level)
    await call_everybody(moment, ticket, ticket.level, again=ticket.urgency is Urgency.EMERGENCY)


def _level_by_now(moment: Moment, ticket: Ticket) -> int:
    plan, policy = plan_of(moment, ticket), moment.house.escalation
    return level_by(plan, ticket, Pace(ticket.urgency, policy.quiet, policy.zone), moment.now)


def level_by(plan: Plan, ticket: Ticket, pace: Pace, now: datetime) -> int:
    """How far up the ladder the ticket is by `now`; one step at least, for its time has come."""
    limit, since = plan.limits[ticket.urgency].accept, state_of(ticket).waiting_since
    level = ticket.level + 1
    while level < plan.top and pace.after(since, limit, level + 1) <= now:
        level += 1
    return level
