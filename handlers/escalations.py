"""Tickets that nobody accepts climb one step after the other; emergencies are called again until somebody does."""

from datetime import timedelta

from handlers.lifecycle import advance
from handlers.moment import Moment
from handlers.rules.escalations import level_at
from handlers.telling import call_everybody
from storage import tickets
from storage.tickets import Ticket
from storage.types import TicketAction, Urgency


async def escalate_waiting(moment: Moment) -> None:
    """Call the next step for every ticket that has waited too long, and repeat what is an emergency."""
    for ticket in await tickets.waiting_from(moment.session, moment.now):
        ticket.waiting_since = moment.now  # the clock was set back; it must not wait until that time comes again
    for ticket in await tickets.waiting(moment.session, moment.now):
        level = level_at(ticket.urgency, ticket.waiting_since, moment.now, moment.house.escalation)
        if level > ticket.level:
            await _climb(moment, ticket, level)
        elif _must_repeat(moment, ticket):
            await call_everybody(moment, ticket, ticket.level, again=True)


async def _climb(moment: Moment, ticket: Ticket, level: int) -> None:
    ticket.level = level
    advance(moment, ticket, TicketAction.ESCALATE, value=level)
    await call_everybody(moment, ticket, level, again=ticket.urgency is Urgency.EMERGENCY)


def _must_repeat(moment: Moment, ticket: Ticket) -> bool:
    if ticket.urgency is not Urgency.EMERGENCY:
        return False
    since = moment.now - (ticket.called_at or ticket.waiting_since)
    return not timedelta(0) <= since < moment.house.escalation.emergency_repeat
