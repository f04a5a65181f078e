"""What each act does to its ticket: open, detail, me_too, resolved."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from handlers.context import Context
from handlers.dispatch.levels import call_out
from handlers.messages import Reply, Words
from handlers.phrases import calls
from handlers.phrases import tickets as phrases
from handlers.rules.roles import may
from handlers.rules.tickets import WAITING
from handlers.tickets.board import outdate
from handlers.tickets.lifecycle import advance, possible
from handlers.tickets.opening import advise, announce, keep_words, locate, open_ticket, place_of
from handlers.tickets.telling import shown, tell_done, tell_followers
from handlers.understanding.types import Item
from storage import followers, places, tickets
from storage.members import Member
from storage.tickets import Ticket
from storage.types import Act, MessageKind, Role, TicketAction, TicketId, Urgency

Effect = Callable[[Context, Item, str], Awaitable[Reply | None]]


async def apply(ctx: Context, item: Item, text: str) -> Reply | None:
    """Let one act have its effect; the messages that follow in the same batch see it."""
    reply = await EFFECTS[item.act](ctx, item, text)
    outdate(ctx.board, ctx.place)
    return reply


async def open_new(ctx: Context, item: Item, text: str) -> Reply | None:
    """Something that somebody has to do, said for the first time."""
    opened = await open_ticket(ctx, item, text, await ctx.member())
    if not ctx.is_group:
        text = phrases.opened_alone(opened.ticket, opened.names, opened.morning, pooled=opened.called.pooled)
        return Reply(f"{advice_for(ctx, opened.ticket)}{text}")
    await announce(ctx, opened)
    return None


def advice_for(ctx: Context, ticket: Ticket) -> str:
    """The number to ring, before everything else, to who reports an emergency alone."""
    if ticket.urgency is not Urgency.EMERGENCY:
        return ""
    return f"{ctx.house.advice.get(ticket.category, ctx.house.advice_else)}\n"


async def add_detail(ctx: Context, item: Item, text: str) -> Reply | None:
    """More about a ticket. A worker who says what he does about it has accepted it."""
    ticket, member = await _ticket(ctx, item), await ctx.member()
    await keep_words(ctx, ticket, Act.DETAIL, text, member)
    if possible(ticket, TicketAction.DETAIL):
        await _learn(ctx, ticket, item)
        if is_worker(ctx) and any(map(str.isalpha, text)):  # a number alone promises nothing
            await _take(ctx, ticket, member)
        else:
            advance(ctx, ticket, TicketAction.DETAIL, member.id)
    return None if ctx.is_group else Reply(phrases.detail_noted(ticket))


async def join(ctx: Context, item: Item, text: str) -> Reply | None:
    """One household more that has the problem."""
    ticket, member = await _ticket(ctx, item), await ctx.member()
    await keep_words(ctx, ticket, Act.ME_TOO, text, member)
    is_new = await followers.follow(ctx.session, ticket.id, member.id, ctx.now, in_group=ctx.is_group)
    if is_new and possible(ticket, TicketAction.JOIN):
        advance(ctx, ticket, TicketAction.JOIN, member.id)
    return None if ctx.is_group else Reply(phrases.joined(ticket))


async def resolve(ctx: Context, item: Item, text: str) -> Reply | None:
    """Somebody says that it is over: a reporter, the staff, or the one who caused it."""
    ticket, member = await _ticket(ctx, item), await ctx.member()
    await keep_words(ctx, ticket, Act.RESOLVED, text, member)
    if possible(ticket, TicketAction.RESOLVE) and (
        ticket.urgency is not Urgency.EMERGENCY or await _may_end(ctx, ticket)
    ):
        if is_worker(ctx) and ticket.assignee_id is None:
            ticket.assignee_id = member.id
        advance(ctx, ticket, TicketAction.RESOLVE, member.id)
        await tell_over(ctx, ticket, member)
    return None if ctx.is_group else Reply(phrases.done_noted(ticket))


async def tell_over(ctx: Context, ticket: Ticket, by: Member) -> None:
    """Tell those concerned that it is over, after `by` said so in so many words."""
    if ticket.assignee_id is not None and ticket.assignee_id != by.id:
        words = Words(calls.reporter_says_done(ticket))
        await ctx.tell(
            ticket.assignee_id, words, MessageKind.PERSONAL, key=f"over:{ticket.round}:{ticket.id}", ticket=ticket.id
        )
    has_it = [ticket.assignee_id] if ticket.assignee_id is not None else []
    await tell_done(ctx, ticket, by=by, heard_in=ctx.inbound.address if ctx.is_group else None, but=has_it)


def is_worker(ctx: Context) -> bool:
    """Whether the speaker is somebody who takes tickets here."""
    return may(ctx.roles_at(ctx.place), Role.STEWARD)


async def _take(ctx: Context, ticket: Ticket, member: Member) -> None:
    """He is at it: everybody in the group has just read so, and the ladder need not go on."""
    if ticket.status in WAITING:
        advance(ctx, ticket, TicketAction.ACCEPT, member.id)
        heard_in = ctx.inbound.address if ctx.is_group else None
        text = phrases.accepted(ticket, await shown(ctx, member) or "")
        await tell_followers(ctx, ticket, text, key=f"accepted:{ticket.round}", by=member.id, heard_in=heard_in)
    else:
        advance(ctx, ticket, TicketAction.PROGRESS, member.id)


async def _learn(ctx: Context, ticket: Ticket, item: Item) -> None:
    """Enter what has become known of place and urgency; what turns out to be an emergency is called out at once."""
    locate(ticket, item.spot)
    scope = await places.by_id(ctx.session, ticket.scope_id)
    ticket.place_id = (await place_of(ctx, scope, item.spot)).id
    if item.urgency is Urgency.EMERGENCY and ticket.urgency is not Urgency.EMERGENCY:
        ticket.urgency = item.urgency
        await advise(ctx, ticket, await call_out(ctx, ticket))


async def _may_end(ctx: Context, ticket: Ticket) -> bool:
    """An emergency is over when the staff or somebody who reported it says so, nobody else."""
    member = await ctx.member()
    return is_worker(ctx) or await followers.includes(ctx.session, ticket.id, member.id)


async def _ticket(ctx: Context, item: Item) -> Ticket:
    return await tickets.by_id(ctx.session, TicketId(int(item.ticket or 0)))  # only an opening has none


EFFECTS: Final[Mapping[Act, Effect]] = {
    Act.OPEN: open_new,
    Act.DETAIL: add_detail,
    Act.ME_TOO: join,
    Act.RESOLVED: resolve,
}
