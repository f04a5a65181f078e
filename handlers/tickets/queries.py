"""问: whoever has a ticket asks its reporter, alone; the ticket's time stands still until he answers or it is too long."""

from collections.abc import Iterable
from typing import Final

from handlers.clocks.winding import pause_ends, plan_of, wind
from handlers.context import Context
from handlers.dispatch.calling import may_disturb
from handlers.messages import Refusal, Reply, Words
from handlers.phrases import queries as phrases
from handlers.reading.values import Unclear, clean
from handlers.router import Router
from handlers.rules.quiet import quiet_until
from handlers.tickets.dangers import sounds_of_danger
from handlers.tickets.hands import in_my_hands, must_hold
from handlers.tickets.lifecycle import advance
from handlers.tickets.opening import keep_words
from handlers.tickets.picking import pick
from storage import queries
from storage.tickets import Ticket
from storage.types import Act, MemberId, MessageKind, Role, TicketAction

router: Final = Router()

LONGEST: Final = 500  #: characters of an answer; what is longer is no answer


@router.command(
    "问", example="问 12 几楼的？", does="问报的人一句，等回答的时间不算时限", allow=Role.STEWARD, everyday=True
)
async def ask(ctx: Context, rest: str) -> Reply:
    """Ask the reporter; that somebody asks is a sign that he is at it."""
    ticket, text = await pick(ctx, rest, "问", lambda: in_my_hands(ctx))
    member = await ctx.member()
    await must_hold(ctx, ticket, member)
    if not text:
        raise Unclear("no question")
    if ticket.reporter_id is None or ticket.reporter_id == member.id:
        raise Refusal(phrases.nobody_to_ask(ticket))
    quiet = ctx.house.escalation.quiet
    told = await ctx.tell(
        ticket.reporter_id,
        Words(phrases.question(ticket, member.name, text)),
        MessageKind.PERSONAL,
        key=f"ask:{ctx.inbound.message_id}",
        ticket=ticket.id,
        due_at=None if may_disturb(ticket) else quiet_until(ctx.now, quiet, ctx.house.zone),
    )
    if not told:
        raise Refusal(phrases.cannot_reach(ticket))
    advance(ctx, ticket, TicketAction.PROGRESS, member.id)
    await queries.ask(ctx.session, ticket.id, member.id, ticket.reporter_id, ctx.now)
    ticket.paused_since = ticket.paused_since or ctx.now
    wind(ctx, ticket)
    return Reply(phrases.asked(ticket, plan_of(ctx, ticket).answer))


@router.listen()
async def answer(ctx: Context) -> Reply | None:
    """What somebody who was asked says alone is his answer, unless it sounds of danger: then it is a matter of its own."""
    if ctx.is_group or ctx.known is None or len(ctx.inbound.text) > LONGEST:
        return None
    found = await queries.put_to(ctx.session, ctx.known.member.id)
    text = clean(ctx.inbound.text)
    if not found or not (text or ctx.inbound.attachments) or await sounds_of_danger(ctx, text):
        return None
    query, ticket = found[0]
    asker = query.asker_id
    member = await ctx.member()
    await ctx.session.delete(query)
    await keep_words(ctx, ticket, Act.DETAIL, text, member)
    advance(ctx, ticket, TicketAction.DETAIL, member.id)
    pause_ends(ctx, ticket)
    await _pass_on(ctx, ticket, dict.fromkeys([asker, ticket.assignee_id or asker]), text)
    return Reply(phrases.passed_on(ticket))


async def _pass_on(ctx: Context, ticket: Ticket, whom: Iterable[MemberId], text: str) -> None:
    pictures = sum(seen.kind == "image" for seen in ctx.inbound.attachments)
    for one in whom:
        words = Words(phrases.answer(ticket, text, pictures))
        key = f"answer:{ctx.inbound.message_id}"
        await ctx.tell(one, words, MessageKind.PERSONAL, key=key, ticket=ticket.id)
