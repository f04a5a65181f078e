"""催办 撤销: what those who reported a ticket want of it while it is open."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from handlers.context import Context
from handlers.messages import Refusal, Reply, Words
from handlers.phrases import calls, refusals
from handlers.phrases import tickets as phrases
from handlers.phrases.parties import over
from handlers.router import Router
from handlers.rules.roles import may
from handlers.tickets.lifecycle import advance, possible
from handlers.tickets.picking import pick
from handlers.tickets.telling import call_everybody, tell_called
from handlers.tickets.together import tell_together
from storage import followers, members, outbox, places
from storage.members import Member
from storage.tickets import Ticket
from storage.types import MessageKind, Role, TicketAction

router: Final = Router()

URGE_AGAIN: Final = timedelta(minutes=10)


@router.command("催办", example="催办 12", does="催一下自己报的事", also=("催单", "催一下"))
async def urge(ctx: Context, rest: str) -> Reply:
    """Who reported it wants to know; at most every ten minutes it is called out again."""
    ticket, _ = await pick(ctx, rest, "催办", lambda: _mine_open(ctx))
    member = await ctx.member()
    await _must_follow(ctx, ticket, member)
    if ticket.called_at is not None and timedelta(0) <= ctx.now - ticket.called_at < URGE_AGAIN:
        raise Refusal(refusals.urged_lately(ticket))
    advance(ctx, ticket, TicketAction.URGE, member.id)
    if ticket.assignee_id is None:
        await call_everybody(ctx, ticket, ticket.level, again=True)
        return Reply(phrases.urged(ticket, ""))
    ticket.called_at = ctx.now
    words = Words(calls.urging(ticket))
    key = f"urge:{ctx.inbound.message_id}"
    await ctx.tell(ticket.assignee_id, words, MessageKind.CALL, key=key, ticket=ticket.id)
    return Reply(phrases.urged(ticket, (await members.by_id(ctx.session, ticket.assignee_id)).name))


@router.command("撤销", example="撤销 12", does="撤回自己报的事", everyday=True, also=("撤单",))
async def cancel(ctx: Context, rest: str) -> Reply:
    """Withdraw what one reported oneself; where neighbours have joined, it stays theirs."""
    ticket, _ = await pick(ctx, rest, "撤销", lambda: _mine_open(ctx))
    member = await ctx.member()
    admin = may(ctx.roles_at(await places.by_id(ctx.session, ticket.place_id)), Role.ADMIN)
    if not admin:
        await _must_follow(ctx, ticket, member)
        if len(await followers.of_ticket(ctx.session, ticket.id)) > 1 and possible(ticket, TicketAction.CANCEL):
            await followers.unfollow(ctx.session, ticket.id, member.id)
            return Reply(phrases.left(ticket))
    advance(ctx, ticket, TicketAction.CANCEL, member.id)
    ctx.note("撤销", f"ticket:{ticket.number}", member.id)
    called = await outbox.called_about(ctx.session, ticket.id)
    await tell_called(ctx, ticket, calls.withdrawn(ticket))
    await tell_together(ctx, ticket, over(ticket), key="over", but=[member.id, *called])
    return Reply(phrases.cancelled(ticket))


async def _mine_open(ctx: Context) -> Sequence[Ticket]:
    mine = await followers.tickets_of(ctx.session, ctx.known.member.id) if ctx.known else ()
    return [ticket for ticket in mine if ticket.closed_at is None]


async def _must_follow(ctx: Context, ticket: Ticket, member: Member) -> None:
    if not await followers.includes(ctx.session, ticket.id, member.id):
        raise Refusal(refusals.not_reported_by_you(ticket))
