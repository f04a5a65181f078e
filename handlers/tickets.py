"""接单 去不了 转单 退单 进展 办结: what workers do to a ticket by its number, a quote, a button, or plainly."""

from collections.abc import Sequence
from typing import Final

from handlers.clocks import wind
from handlers.context import Context
from handlers.dispatch import call, call_words, reporter_name
from handlers.lifecycle import advance
from handlers.messages import Button, Refusal, Reply, Words
from handlers.opening import keep_words
from handlers.phrases import refusals
from handlers.phrases import tickets as phrases
from handlers.picking import is_staff_for, pick, worker_named
from handlers.refusing import refuse
from handlers.router import Router
from handlers.rules.roles import may
from handlers.rules.tickets import WAITING, WORKING
from handlers.telling import call_others, tell_called, tell_done, tell_followers
from storage import followers, members, places, tickets
from storage.members import Member
from storage.tickets import Ticket
from storage.types import Act, MemberId, MessageKind, Role, TicketAction

router: Final = Router()


@router.command(
    "接单", example="接单 12", does="接下一张工单", allow=Role.STEWARD, also=("我接单", "我接", "认领", "接了", "抢单")
)
async def accept(ctx: Context, rest: str) -> Reply:
    """A worker takes a ticket on; of two at once one wins, and the other is told who has it."""
    ticket, _ = await pick(ctx, rest, "接单", lambda: _at_my_places(ctx, waiting=True))
    member = await ctx.member()
    if ticket.status in WORKING:
        raise Refusal(await _taken(ctx, ticket, member))
    await _must_be_staff(ctx, ticket)
    advance(ctx, ticket, TicketAction.ACCEPT, member.id)
    ctx.note("接单", f"ticket:{ticket.number}", member.id)
    text = phrases.accepted(ticket, member.name)
    await tell_followers(ctx, ticket, text, key=f"accepted:{ticket.round}", by=member.id, heard_in=_here(ctx))
    await tell_called(ctx, ticket, phrases.somebody_has_it(ticket, member.name), but=member.id)
    if ctx.is_group:
        return Reply(text)
    next_steps = (Button("办结", f"办结 {ticket.number}"), Button("转单", f"转单 {ticket.number}"))
    return Reply(phrases.you_accepted(ticket, await reporter_name(ctx, ticket)), next_steps)


@router.command("转单", example="转单 12 李强", does="自己去不了，转给别人", allow=Role.STEWARD, also=("转派",))
async def transfer(ctx: Context, rest: str) -> Reply:
    """Hand a ticket to somebody in particular, or to the next who answers for the place."""
    ticket, name = await pick(ctx, rest, "转单", lambda: _in_my_hands(ctx))
    if ticket.status in WAITING and not name:
        return await refuse(ctx, ticket)
    member = await ctx.member()
    await _must_hold(ctx, ticket, member, or_waiting=True)
    to = await worker_named(ctx, ticket, name) if name else None
    advance(ctx, ticket, TicketAction.TRANSFER, member.id)
    ctx.note("转单", f"ticket:{ticket.number}", member.id)
    if to is None:
        called = await call_others(ctx, ticket, 0, member.id)
        return Reply(phrases.handed_on(ticket) if called else refusals.nobody_else(ticket))
    if not await call(ctx, ticket, to.id, await call_words(ctx, ticket)):
        raise Refusal(refusals.cannot_be_called(to.name))
    ticket.called_at = ctx.now
    wind(ctx, ticket)
    return Reply(phrases.handed_to(ticket, to.name))


@router.command(
    "去不了",
    example="去不了 12",
    does="叫到您但去不了，马上改叫别人",
    allow=Role.STEWARD,
    also=("我去不了", "来不了", "我来不了"),
    everyday=True,
)
async def cannot_go(ctx: Context, rest: str) -> Reply:
    """Who was called says that he cannot go; the next one is asked at once."""
    ticket, _ = await pick(ctx, rest, "去不了", lambda: _at_my_places(ctx, waiting=True))
    return await refuse(ctx, ticket)


@router.command("退单", example="退单 12 要找电梯公司", does="接了办不了，退回去另派", allow=Role.STEWARD)
async def give_back(ctx: Context, rest: str) -> Reply:
    """Give a ticket back; it is called out again, to the others."""
    ticket, reason = await pick(ctx, rest, "退单", lambda: _in_my_hands(ctx))
    member = await ctx.member()
    await _must_hold(ctx, ticket, member)
    if reason:
        await keep_words(ctx, ticket, Act.DETAIL, reason, member)
    advance(ctx, ticket, TicketAction.RETURN, member.id)
    ctx.note("退单", f"ticket:{ticket.number}", member.id)
    called = await call_others(ctx, ticket, 0, member.id)
    return Reply(phrases.handed_on(ticket) if called else refusals.nobody_else(ticket))


@router.command("进展", example="进展 12 配件明天到", does="告诉住户办到哪一步", allow=Role.STEWARD, everyday=True)
async def progress(ctx: Context, rest: str) -> Reply:
    """Say how far it is. Those who reported it are told alone: the group's three messages are for more."""
    ticket, text = await pick(ctx, rest, "进展", lambda: _in_my_hands(ctx))
    member = await ctx.member()
    await _must_hold(ctx, ticket, member)
    advance(ctx, ticket, TicketAction.PROGRESS, member.id)
    await keep_words(ctx, ticket, Act.DETAIL, text, member)
    for follower in await followers.of_ticket(ctx.session, ticket.id):
        if follower.member_id != member.id:
            words = Words(phrases.progress(ticket, text))
            key = f"progress:{ctx.inbound.message_id}"
            await ctx.tell(follower.member_id, words, MessageKind.PERSONAL, key=key, ticket=ticket.id)
    return Reply(phrases.progress_noted(ticket))


@router.command(
    "办结", example="办结 12 换了灯管", does="办好了，可以附照片", allow=Role.STEWARD, also=("完成", "办好了")
)
async def finish(ctx: Context, rest: str) -> Reply:
    """It is done; everybody who reported it is told and asked to rate."""
    ticket, text = await pick(ctx, rest, "办结", lambda: _in_my_hands(ctx))
    member = await ctx.member()
    if ticket.status in WAITING:
        await _must_be_staff(ctx, ticket)
        advance(ctx, ticket, TicketAction.ACCEPT, member.id)
    await _must_hold(ctx, ticket, member)
    advance(ctx, ticket, TicketAction.FINISH, member.id)
    ctx.note("办结", f"ticket:{ticket.number}", member.id)
    await keep_words(ctx, ticket, Act.RESOLVED, text, member)
    await tell_done(ctx, ticket, by=member, heard_in=_here(ctx))
    if ctx.is_group:
        return Reply(phrases.done(ticket, member.name, rate_here=False))
    return Reply(phrases.done_noted(ticket))


async def _at_my_places(ctx: Context, *, waiting: bool) -> Sequence[Ticket]:
    """In a group, its own tickets; alone, those below every place where the speaker works."""
    paths = [ctx.place.path] if ctx.is_group and ctx.place else [grant.path for grant in ctx.grants]
    return await tickets.open_under(ctx.session, paths, WAITING if waiting else WORKING)


async def _in_my_hands(ctx: Context) -> Sequence[Ticket]:
    return await tickets.assigned_to(ctx.session, (await ctx.member()).id)


async def _must_be_staff(ctx: Context, ticket: Ticket) -> None:
    if not await is_staff_for(ctx, ticket):
        raise Refusal(refusals.not_your_place(ticket))


async def _must_hold(ctx: Context, ticket: Ticket, member: Member, *, or_waiting: bool = False) -> None:
    """Only who accepted it, or the community, may go on with it."""
    if ticket.assignee_id == member.id or (or_waiting and ticket.status in WAITING):
        return
    if ticket.status in WAITING:
        raise Refusal(refusals.not_accepted_yet(ticket))
    if ticket.status not in WORKING:
        raise Refusal(refusals.too_late(ticket))
    if not may(ctx.roles_at(await places.by_id(ctx.session, ticket.place_id)), Role.ADMIN):
        raise Refusal(refusals.not_yours(ticket, await _holder(ctx, ticket.assignee_id)))


async def _taken(ctx: Context, ticket: Ticket, member: Member) -> str:
    if ticket.assignee_id == member.id:
        return refusals.yours_already(ticket)
    return phrases.somebody_has_it(ticket, await _holder(ctx, ticket.assignee_id))


async def _holder(ctx: Context, member: MemberId | None) -> str:
    return (await members.by_id(ctx.session, member)).name if member is not None else "别人"


def _here(ctx: Context) -> tuple[str, str, str] | None:
    return ctx.inbound.address if ctx.is_group else None
