"""Who may verify a ticket, and what becomes of one that is not let pass."""

from collections.abc import Sequence
from typing import Final

from handlers.dispatch.leaving import works_there
from handlers.messages import Button, Words
from handlers.moment import Moment
from handlers.phrases import verifying as phrases
from handlers.tickets.concerned import tell_concerned
from handlers.tickets.lifecycle import advance
from handlers.tickets.telling import call_everybody
from handlers.tickets.together import holding
from storage import members, verifying
from storage.tickets import Ticket
from storage.types import MemberId, MessageKind, Role, TicketAction

ASKED: Final = (Role.ADMIN, Role.GRID_WORKER, Role.SUPERVISOR)  #: the first of these that anybody else holds there


async def did_it(moment: Moment, ticket: Ticket, member: MemberId) -> bool:
    """Whether it is his own work."""
    return member in (ticket.assignee_id, await verifying.ended_by(moment.session, ticket.id))


async def verifiers(moment: Moment, ticket: Ticket) -> Sequence[MemberId]:
    """Who is asked to verify it: the community's people, or the next who can; who did it only where there is nobody else."""
    own = (ticket.assignee_id, await verifying.ended_by(moment.session, ticket.id))
    people = [await holding(moment, ticket.place_id, role) for role in ASKED]
    others = ([one for one in found if one not in own] for found in people)
    return next((found for found in (*others, *people) if found), [])


async def send_back(moment: Moment, ticket: Ticket, by: MemberId | None, reason: str) -> MemberId | None:
    """It is not done: whoever did it has it again, or somebody else is called; its reporters are told once. Who has it."""
    holder = ticket.assignee_id
    text = phrases.not_done_yet(ticket, reason) if by is not None else phrases.nobody_looked(ticket)
    if holder is not None and not await _goes_on(moment, ticket, holder, text):
        holder = None
    advance(moment, ticket, TicketAction.REJECT if holder is not None else TicketAction.REOPEN, by)
    if holder is None:
        await call_everybody(moment, ticket)
    key, but = f"goes_on:{ticket.round}", [one for one in (by, holder) if one is not None]
    await tell_concerned(moment, ticket, phrases.goes_on(ticket), key=key, but=but)
    return holder


async def _goes_on(moment: Moment, ticket: Ticket, holder: MemberId, text: str) -> bool:
    """Whether who did it still works there and can be told so, which he is."""
    grants = (await members.grants_of(moment.session, [holder])).get(holder, ())
    if not await works_there(moment, ticket, grants):
        return False
    buttons = (Button("在办", f"进展 {ticket.number} 正在办"), Button("退单", f"退单 {ticket.number}"))
    key = f"not_passed:{ticket.round}:{ticket.id}"
    return await moment.tell(holder, Words(text, buttons), MessageKind.PERSONAL, key=key, ticket=ticket.id)
