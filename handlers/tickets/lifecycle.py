"""The one place where a ticket's status changes: by the rules' table, with a row of history each time."""

from typing import Final

from handlers.clocks.winding import forget, wind
from handlers.messages import Refusal
from handlers.moment import Moment
from handlers.phrases import refusals
from handlers.rules.tickets import CLOSED, TAKING, WAITING, WORKING, next_status
from storage import tickets
from storage.steps import StepKind
from storage.tickets import Ticket
from storage.types import MemberId, TicketAction, TicketStatus

SILENCE: Final = (StepKind.NUDGE, StepKind.TO_POOL, StepKind.COORDINATOR)


def advance(
    moment: Moment, ticket: Ticket, action: TicketAction, by: MemberId | None = None, value: int | None = None
) -> None:
    """Do `action` to `ticket`; `by` None is the bot itself.

    Raises:
        Refusal: The rules do not allow it where the ticket is.
    """
    after = next_status(ticket.status, action)
    if after is None:
        raise Refusal(refusals.too_late(ticket))
    tickets.happened(moment.session, ticket, moment.now, action, after, by, before=ticket.status, value=value)
    if after is not ticket.status:
        _stamp(ticket, after, moment)
    ticket.status, ticket.last_at = after, moment.now
    if action in TAKING:
        ticket.assignee_id, ticket.accepted_at = by, moment.now
        forget(ticket, StepKind.NUDGE)
    if ticket.outside_since is not None and (action is TicketAction.TAKE_BACK or after not in WORKING):
        ticket.outside_since = None
        forget(ticket, StepKind.CHASE)
    if action is TicketAction.REJECT:
        ticket.round, ticket.accepted_at, ticket.done_at, ticket.closed_at = ticket.round + 1, moment.now, None, None
    if action in (TicketAction.REOPEN, TicketAction.REJECT):
        ticket.runs_since, ticket.held, ticket.taken = moment.now, 0, {}
    wind(moment, ticket)


def possible(ticket: Ticket, action: TicketAction) -> bool:
    """Whether the rules allow it."""
    return next_status(ticket.status, action) is not None


def _stamp(ticket: Ticket, after: TicketStatus, moment: Moment) -> None:
    ticket.asking_id = None
    if after is TicketStatus.IN_PROGRESS:
        forget(ticket, *SILENCE)
    if after in WAITING and ticket.status is not TicketStatus.REPORTED:
        # Handed back or opened again: it waits afresh, from the bottom of the ladder.
        ticket.waiting_since, ticket.level, ticket.assignee_id = moment.now, 0, None
        ticket.round, ticket.asked, ticket.paused_since = ticket.round + 1, 0, None
        ticket.accepted_at = ticket.done_at = ticket.closed_at = None
    if after in CLOSED and ticket.closed_at is None:
        ticket.closed_at = moment.now
    if after is TicketStatus.DONE:
        ticket.done_at = moment.now
