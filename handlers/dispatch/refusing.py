"""Who was called and cannot go: he says so, it costs him nothing, and the next one is asked."""

from handlers.context import Context
from handlers.dispatch.answered import note_answer
from handlers.dispatch.choosing import still_asked
from handlers.messages import Refusal, Reply
from handlers.phrases import dispatch as phrases
from handlers.phrases import refusals
from handlers.phrases import tickets as ticket_phrases
from handlers.rules.tickets import WAITING, WORKING
from handlers.tickets.lifecycle import advance
from handlers.tickets.picking import is_staff_for
from handlers.tickets.telling import call_others
from storage import members
from storage.tickets import Ticket
from storage.types import MemberId, TicketAction


async def refuse(ctx: Context, ticket: Ticket) -> Reply:
    """The speaker is not asked about the ticket again; if he was the last who was, others are."""
    member = await ctx.member()
    await _must_be_open(ctx, ticket, member.id)
    asked = await still_asked(ctx, ticket)
    if member.id not in asked and not await is_staff_for(ctx, ticket):
        raise Refusal(refusals.not_your_place(ticket))
    was_asked = ticket.asking_id is None or member.id in asked
    await note_answer(ctx, ticket, member.id)
    advance(ctx, ticket, TicketAction.REFUSE, member.id)
    ctx.note("去不了", f"ticket:{ticket.number}", member.id)
    if set(asked) - {member.id} or not was_asked:
        return Reply(phrases.others_are_asked(ticket))
    called = await call_others(ctx, ticket, ticket.level, member.id)
    return Reply(phrases.somebody_else_is_asked(ticket) if called else refusals.nobody_else(ticket))


async def _must_be_open(ctx: Context, ticket: Ticket, member: MemberId) -> None:
    if ticket.status in WAITING:
        return
    if ticket.status not in WORKING:
        raise Refusal(refusals.too_late(ticket))
    if ticket.assignee_id == member:
        raise Refusal(phrases.give_it_back(ticket))
    who = (await members.by_id(ctx.session, ticket.assignee_id)).name if ticket.assignee_id is not None else ""
    raise Refusal(ticket_phrases.somebody_has_it(ticket, who))
