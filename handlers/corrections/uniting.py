"""并入: two tickets that are one matter."""

from typing import Final

from handlers.clocks.winding import wind
from handlers.context import Context
from handlers.corrections import examples
from handlers.corrections.carrying import carry
from handlers.corrections.correcting import (
    at_my_places,
    everybody_called,
    forget_outlook,
    must_be_staff,
    tell_each,
    tell_those_concerned,
)
from handlers.messages import Refusal, Reply
from handlers.phrases import refusals
from handlers.phrases import regrouping as phrases
from handlers.reading.values import leading_number, number
from handlers.router import Router
from handlers.rules.tickets import OPEN, WAITING
from handlers.tickets.alarming import alarm
from handlers.tickets.authors import as_author, where_it_was_said
from handlers.tickets.lifecycle import advance
from handlers.tickets.picking import numbered, pick
from storage import handouts, moving
from storage.tickets import Ticket
from storage.types import Act, Role, TicketAction, Urgency

router: Final = Router()


@router.command(
    "并入", example="并入 12 8", does="两张是同一件事，前一张并到后一张里", allow=Role.STEWARD, also=("合并",)
)
async def merge(ctx: Context, rest: str) -> Reply:
    """Followers, words and pictures of the one go to the other, and it is closed."""
    source, target = await _both(ctx, rest)
    member = await ctx.member()
    said = await examples.opening_of(ctx, source)
    predicted = examples.request(Act.OPEN, source)
    called = [one for one in await everybody_called(ctx, source, but=member.id) if one != target.assignee_id]
    outside = await handouts.department_of(ctx.session, source.id) if source.outside_since is not None else None
    advance(ctx, source, TicketAction.MERGE, member.id, value=target.number)
    advance(ctx, target, TicketAction.JOIN, member.id, value=source.number)
    ctx.note("并入", f"ticket:{source.number}>{target.number}", member.id)
    await tell_each(ctx, source, phrases.go_for(source, target), called)
    told = [*called, *await carry(ctx, source, target, told=[*called, member.id])]
    await tell_those_concerned(ctx, source, phrases.yours_is_with(source, target), but=[*told, member.id])
    if said is not None:
        there = await where_it_was_said(ctx, source)
        author = await as_author(there, said.sender, "", said.message, said.text)
        await examples.keep(ctx, author, said, predicted, examples.request(Act.ME_TOO, target))
    await ctx.session.flush()
    if source.scope_id != target.scope_id:
        await moving.out_of_earshot(ctx.session, source.id)
    await moving.everything(ctx.session, source.id, target.id)
    await _hurry(ctx, source, target)
    for ticket in (source, target):
        await forget_outlook(ctx, ticket)
    apart = phrases.is_outside(source, target, outside.name) if outside is not None else ""
    return Reply(phrases.merged(source, target) + apart)


async def _both(ctx: Context, rest: str) -> tuple[Ticket, Ticket]:
    """The ticket that is closed and the one that takes it in; the first may be quoted, or be the only one.

    Raises:
        Refusal: One of them is not open, not the speaker's business, or private where the other is not.
    """
    first, text = leading_number(rest)
    target = await numbered(ctx, number(text or rest))
    if text and first is not None:
        source = await numbered(ctx, first)
    else:
        others = [ticket for ticket in await at_my_places(ctx) if ticket.id != target.id]
        source, _ = await pick(ctx, "", "并入", lambda: _those(others))
    for ticket in (source, target):
        await must_be_staff(ctx, ticket)
    if source.id == target.id:
        raise Refusal(phrases.into_itself(source))
    if source.status not in OPEN:
        raise Refusal(refusals.too_late(source))
    if target.status not in OPEN:
        raise Refusal(phrases.into_closed(target))
    never = ctx.house.never_in_group
    if (source.category in never) != (target.category in never):
        raise Refusal(phrases.is_private(source if source.category in never else target), alone=True)
    if target.private and not source.private:
        raise Refusal(phrases.the_other_way_round(source, target), alone=True)
    return source, target


async def _those(found: list[Ticket]) -> list[Ticket]:
    return found


async def _hurry(ctx: Context, source: Ticket, target: Ticket) -> None:
    """Both together are as urgent as the more urgent one."""
    order = list(Urgency)
    if order.index(source.urgency) < order.index(target.urgency):
        target.urgency = source.urgency
        wind(ctx, target)
        if target.urgency is Urgency.EMERGENCY and target.status in WAITING:
            await alarm(ctx, target)
