"""评价 重办: what those who reported a ticket think of it once it is done."""

from collections.abc import Sequence
from typing import Final

from handlers.context import Context
from handlers.messages import Button, Refusal, Reply, Words
from handlers.phrases import refusals, verifying
from handlers.phrases import tickets as phrases
from handlers.phrases.ratings import rated
from handlers.reading.values import Unclear, clean, rating
from handlers.router import Router
from handlers.rules.roles import may
from handlers.rules.tickets import OPEN
from handlers.rules.verifying import BAD
from handlers.tickets.lifecycle import advance
from handlers.tickets.opening import keep_words
from handlers.tickets.picking import pick
from handlers.tickets.telling import call_everybody
from handlers.tickets.verifiers import verifiers
from storage import followers, places
from storage.tickets import Ticket
from storage.types import Act, MessageKind, Role, TicketAction, TicketStatus

router: Final = Router()


@router.command("评价", example="评价 12 满意", does="给办好的事打个分", everyday=True, also=("评分", "打分"))
async def rate(ctx: Context, rest: str) -> Reply:
    """Anybody who reported or joined rates, once each; a second word from him replaces his first."""
    ticket, words = await pick(ctx, rest, "评价", lambda: _to_rate(ctx))
    return await _rated(ctx, ticket, rating(words))


@router.listen()
async def rate_plainly(ctx: Context) -> Reply | None:
    """“满意” said to the bot alone, or under the quoted message, where one ticket waits for it."""
    if (ctx.is_group and not ctx.inbound.to_bot) or len(ctx.inbound.text) > 60 or ctx.known is None:
        return None
    try:
        stars = rating(clean(ctx.inbound.text))
    except Unclear:
        return None
    waiting = await _to_rate(ctx)
    if ctx.inbound.reply_to is None and len(waiting) != 1:
        return Reply(refusals.which_one(waiting, "评价")) if waiting else None
    ticket, _ = await pick(ctx, "", "评价", lambda: _to_rate(ctx))
    return await _rated(ctx, ticket, stars)


async def _rated(ctx: Context, ticket: Ticket, stars: int) -> Reply:
    member = await ctx.member()
    if ticket.status in OPEN:
        raise Refusal(refusals.not_yet_done(ticket))
    if not await followers.includes(ctx.session, ticket.id, member.id) or ticket.assignee_id == member.id:
        raise Refusal(refusals.not_reported_by_you(ticket))
    advance(ctx, ticket, TicketAction.RATE, member.id, value=stars)
    ticket.rating = await followers.rate(ctx.session, ticket.id, member.id, stars)
    if stars <= BAD:
        await _tell_community(ctx, ticket, stars)
    return Reply(rated(ticket, stars))


@router.command("重办", example="重办 12", does="没解决，再派一次", also=("没好", "没修好"))
async def reopen(ctx: Context, rest: str) -> Reply:
    """It is not solved: it is called out again, for as long as that is meant by it."""
    ticket, words = await pick(ctx, rest, "重办", lambda: _to_reopen(ctx))
    member = await ctx.member()
    admin = may(ctx.roles_at(await places.by_id(ctx.session, ticket.place_id)), Role.ADMIN)
    if not admin and not await followers.includes(ctx.session, ticket.id, member.id):
        raise Refusal(refusals.not_reported_by_you(ticket))
    if ticket.closed_at is not None and ctx.now - ticket.closed_at > ctx.house.reopen_within:
        raise Refusal(refusals.too_long_ago(ticket))
    advance(ctx, ticket, TicketAction.REOPEN, member.id)
    ctx.note("重办", f"ticket:{ticket.number}", member.id)
    if words:
        await keep_words(ctx, ticket, Act.DETAIL, words, member)
    await call_everybody(ctx, ticket)
    return Reply(phrases.reopened(ticket, rooms=not ctx.is_group))


async def _to_rate(ctx: Context) -> Sequence[Ticket]:
    """What the speaker reported, that is done, and that he has not rated."""
    return await followers.unrated_by(ctx.session, ctx.known.member.id) if ctx.known else ()


async def _to_reopen(ctx: Context) -> Sequence[Ticket]:
    mine = await followers.tickets_of(ctx.session, ctx.known.member.id) if ctx.known else ()
    since = ctx.now - ctx.house.reopen_within
    done = (TicketStatus.DONE, TicketStatus.RATED, TicketStatus.VERIFIED)
    return [t for t in mine if t.status in done and t.closed_at is not None and t.closed_at > since]


async def _tell_community(ctx: Context, ticket: Ticket, stars: int) -> None:
    """A bad rating is looked into by the community's own people."""
    words, number = (
        Words(verifying.late_bad_rating(ticket, stars), (Button("重办", f"重办 {ticket.number}"),)),
        ticket.number,
    )
    if ticket.status is not TicketStatus.VERIFIED:
        buttons = (Button("已经好了", f"核验 {number}"), Button("还没好", f"核验不通过 {number}"))
        words = Words(verifying.bad_rating(ticket, stars, ctx.house.verifying.within.days), buttons)
    for person in await verifiers(ctx, ticket):
        key = f"bad:{ticket.id}:{ctx.inbound.message_id}"
        await ctx.tell(person, words, MessageKind.PERSONAL, key=key, ticket=ticket.id)
