"""需求: something that residents would like done, perhaps by several people at a certain hour."""

from dataclasses import replace
from typing import Final

from handlers.context import Context
from handlers.crews.crewing import invite, known_by_now, time_of
from handlers.crews.wanted import count_in, start_in
from handlers.messages import Refusal, Reply
from handlers.phrases import crews as phrases
from handlers.reading.times import Past
from handlers.reading.values import clean
from handlers.router import Router
from handlers.rules.crews import MOST
from handlers.tickets.effects import open_new
from handlers.tickets.lifecycle import advance
from handlers.tickets.opening import Opened, open_ticket
from handlers.tickets.picking import community
from handlers.tickets.reports import as_report
from handlers.tickets.telling import note
from storage import crews
from storage.crews import Crew
from storage.types import Category, TicketAction, Urgency

router: Final = Router()

#: Nobody signs up for these: who wants several pairs of hands wants something carried, and it need not be kept from the group.
NO_WORK: Final = frozenset({Category.DISPUTE, Category.SECURITY})


@router.command(
    "需求",
    example="需求 搬家具要4个人，周六上午9点",
    does="要人帮忙的事，写上要几个人、什么时候",
    also=("我有个需求", "求助"),
    everyday=True,
)
async def need(ctx: Context, rest: str) -> Reply | None:
    """Open a ticket of what is needed; where several people are, they can sign up."""
    text = clean(rest)
    if not text:
        raise Refusal(phrases.say_need())
    if ctx.is_group and ctx.place is None:
        return None
    await community(ctx)
    item, count = await as_report(ctx, text), count_in(text, outright=False)
    if count is None or count < 2 or item.urgency is Urgency.EMERGENCY:
        return await open_new(ctx, item, text)
    if count > MOST:
        raise Refusal(phrases.how_many(None, MOST))
    try:
        starts_at = start_in(text, ctx.now, ctx.house.zone)
    except Past:
        raise Refusal(phrases.gone_by()) from None
    if item.category in NO_WORK:
        item = replace(item, category=Category.OTHER)
    opened = await open_ticket(ctx, item, text, await ctx.member())
    crew = await crews.enter(ctx.session, opened.ticket.id, count, starts_at)
    opened.ticket.runs_since = starts_at  # it cannot be done before it begins
    crew.reminded = known_by_now(ctx, crew)
    return await _announce(ctx, opened, crew)


async def _announce(ctx: Context, opened: Opened, crew: Crew) -> Reply | None:
    """Say so where it was said: in the group once, or alone; and ask the place's volunteers."""
    ticket, member, time = opened.ticket, await ctx.member(), time_of(ctx, crew)
    advance(ctx, ticket, TicketAction.RECRUIT, member.id, value=crew.wanted)
    await invite(ctx, ticket, crew, member, in_group=False)
    if ticket.private:
        return Reply(phrases.opened_alone(ticket, crew.wanted, time, opened.names), alone=True)
    text = phrases.opened_in_group(ticket, crew.wanted, time, opened.names)
    await note(ctx, ticket, text, key="opened", calling=opened.called.in_front, answers=ctx.inbound.message_id)
    return None
