"""Tickets that nobody accepts climb one step after the other; emergencies are called again until somebody does."""

from handlers.context import Moment
from handlers.dispatch import call_out
from handlers.lifecycle import advance
from handlers.phrases import tickets as phrases
from handlers.rules.escalations import level_at
from handlers.telling import note
from storage import tickets
from storage.tickets import Ticket
from storage.types import MessageKind, TicketAction, Urgency


async def escalate_waiting(moment: Moment) -> None:
    """Call the next step for every ticket that has waited too long, and repeat what is an emergency."""
    for ticket in await tickets.waiting(moment.session, moment.now):
        level = level_at(ticket.urgency, ticket.waiting_since, moment.now, moment.house.escalation)
        if level > ticket.level:
            await _climb(moment, ticket, level)
        elif _must_repeat(moment, ticket):
            await _call(moment, ticket, again=True)


async def _climb(moment: Moment, ticket: Ticket, level: int) -> None:
    ticket.level = level
    advance(moment, ticket, TicketAction.ESCALATE, value=level)
    await _call(moment, ticket, again=ticket.urgency is Urgency.EMERGENCY)


async def _call(moment: Moment, ticket: Ticket, *, again: bool) -> None:
    """Call alone whoever can be; those who cannot are called in the group, if it may be spoken of there."""
    called = await call_out(moment, ticket, ticket.level, again=again)
    names = [member.name for member in called.in_front]
    if not names:
        return
    emergency = ticket.urgency is Urgency.EMERGENCY
    text = phrases.call_again_in_group(ticket, names) if emergency else phrases.climbed_in_group(ticket, names)
    kind = MessageKind.EMERGENCY if emergency else MessageKind.TICKET_NOTE
    key = f"again:{moment.now.timestamp():.0f}" if emergency else f"climbed:{ticket.round}:{ticket.level}"
    await note(moment, ticket, text, key=key, calling=called.in_front, kind=kind)


def _must_repeat(moment: Moment, ticket: Ticket) -> bool:
    if ticket.urgency is not Urgency.EMERGENCY:
        return False
    last = ticket.called_at or ticket.waiting_since
    return moment.now - last >= moment.house.escalation.emergency_repeat
