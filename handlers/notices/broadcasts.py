"""通知 预警 确认 取消通知 通知列表: notices to the groups below a place. `handlers.notices.rounds` sends them."""

from typing import Final

from handlers.community.gazetteer import title
from handlers.context import Context
from handlers.messages import Refusal, Reply
from handlers.notices.approval import needs_approval, submit
from handlers.notices.audience import remarks
from handlers.notices.delivery import view
from handlers.notices.drafts import community_of, draft
from handlers.notices.expanding import audience_for, full_groups
from handlers.notices.previews import others
from handlers.notices.releasing import advance, far_too_late, is_expired, release
from handlers.notices.rounds import DRAFT_FOR, ask_again, buttons
from handlers.notices.templating import fill_in
from handlers.notices.which import last_written, may_confirm, mine_or_ours, numbered
from handlers.phrases import broadcasts as phrases
from handlers.phrases import previews as shown_as
from handlers.phrases.confirming import whom
from handlers.phrases.doubts import time_first
from handlers.reading.values import Unclear, leading_number
from handlers.router import Router
from handlers.rules.broadcasts import BroadcastAction, next_digest, next_status
from handlers.rules.confirming import WITHDRAWN
from storage import broadcasts, confirmations, receipts
from storage.broadcasts import Broadcast
from storage.types import BroadcastStatus, OutboxStatus, Role

router: Final = Router()

LISTED: Final = 20


@router.command(
    "通知",
    example="通知 明天上午9点 3栋：明天停水，请提前接水",
    does="给楼栋群发通知，可以定时、可以每周重复；“通知 5”看 5 号发得怎么样",
    allow=Role.ADMIN,
    everyday=True,
    also=("发通知", "定时通知"),
)
async def write(ctx: Context, rest: str) -> Reply:
    """Draft a notice and show it back; with nothing but a number, tell what became of that one."""
    wanted, more = leading_number(rest)
    if wanted is not None and not more.strip():
        found = await numbered(ctx, rest)
        await mine_or_ours(ctx, found)
        return await view(ctx, found)
    return await fill_in(ctx, rest, warning=False) or await _drafted(ctx, rest, warning=False)


@router.command(
    "预警",
    example="预警 全体：暴雨红色预警，请不要外出",
    does="给楼栋群发预警，夜里也发",
    allow=Role.ADMIN,
    everyday=True,
    also=("发预警",),
)
async def warn(ctx: Context, rest: str) -> Reply:
    """Draft a warning, which does not wait for the morning."""
    return await fill_in(ctx, rest, warning=True) or await _drafted(ctx, rest, warning=True)


async def _drafted(ctx: Context, rest: str, *, warning: bool) -> Reply:
    """A word of everyday talk is let pass when it is refused, but what has a head of its own was meant."""
    try:
        return await draft(ctx, rest, warning=warning)
    except Refusal as refusal:
        return refusal.reply


@router.command(
    "确认", example="确认 5", does="确认发出自己写的通知", allow=Role.ADMIN, everyday=True, also=("确认发送",)
)
async def confirm(ctx: Context, rest: str) -> Reply:
    """Let a draft go: the one of that number, or the one that the speaker wrote last."""
    found = await (numbered(ctx, rest) if rest else last_written(ctx))
    if not await may_confirm(ctx, found):
        raise Refusal(phrases.not_your_notice(found), alone=True)
    if found.status is BroadcastStatus.CANCELLED:
        raise Refusal(phrases.cancelled_already(found), alone=True)
    if found.status is not BroadcastStatus.DRAFT:
        raise Refusal(phrases.confirmed_already(found), alone=True)
    if ctx.now - found.shown_at >= DRAFT_FOR:
        raise Refusal(phrases.lapsed(found), alone=True)
    if is_expired(ctx, found):
        raise Refusal(phrases.of_no_use(found), alone=True)
    if found.doubt is not None:
        raise Refusal(time_first(found), alone=True)
    if await far_too_late(ctx, found):
        planned = found.due_at
        ask_again(ctx, found)
        return Reply(phrases.time_went_by(found, planned, ctx.now, ctx.house.zone), buttons(found), alone=True)
    text = await _go(ctx, found)
    return Reply("\n".join([text, *await others(ctx, found)]), alone=True)


async def _go(ctx: Context, found: Broadcast) -> str:
    """Schedule the draft, start it if its time has come, or hand it to whoever approves it."""
    by = await ctx.member()
    ctx.note("确认通知", f"broadcast:{found.id}", by.id)
    if found.system is None and await needs_approval(ctx, found):  # what comes from outside has two already
        return await submit(ctx, found, by.id)
    planned, later = found.due_at, await _later(ctx, found)
    audience = await release(ctx, found, BroadcastAction.CONFIRM)
    if audience is None:
        postponed = found.due_at > max(planned, ctx.now)
        return phrases.scheduled(found, shown_as.when(found, ctx.now, ctx.house.zone, postponed=postponed))
    return phrases.started(
        found, len(audience.groups), await remarks(ctx, audience), people=len(audience.people), later=later
    )


async def _later(ctx: Context, found: Broadcast) -> str:
    """About groups that get it only with others, where it goes now."""
    if found.due_at > ctx.now:
        return ""
    full = await full_groups(ctx, found, await audience_for(ctx, found))
    if not full:
        return ""
    at = next_digest(ctx.now, ctx.house.notices.digest_at, ctx.house.escalation.quiet, ctx.house.zone)
    return phrases.some_later(len(full), at, ctx.now, ctx.house.zone)


@router.command("取消通知", example="取消通知 5", does="不发了", allow=Role.ADMIN, also=("取消发送", "取消预警"))
async def cancel(ctx: Context, rest: str) -> Reply:
    """Stop a notice: a draft, one that waits for its time, or what of it is not out yet."""
    found = await (numbered(ctx, rest) if rest else last_written(ctx))
    await mine_or_ours(ctx, found)
    if found.status is BroadcastStatus.CANCELLED:
        raise Refusal(phrases.cancelled_already(found), alone=True)
    if next_status(found.status, BroadcastAction.CANCEL) is None:
        raise Refusal(phrases.too_late_to_cancel(found), alone=True)
    stopped = await broadcasts.take_back(ctx.session, found, WITHDRAWN)
    out = (await receipts.of_round(ctx.session, found.id, found.round_key)) if found.rounds else {}
    out.pop(OutboxStatus.DEAD, None)
    sent = sum(out.values()) if found.status is BroadcastStatus.SENDING else 0
    advance(found, BroadcastAction.CANCEL)
    ctx.note("取消通知", f"broadcast:{found.id}", (await ctx.member()).id)
    return Reply(phrases.cancelled(found, stopped=stopped, out=sent), alone=True)


@router.command("通知列表", example="通知列表", does="看排着的通知", allow=Role.ADMIN)
async def show(ctx: Context, rest: str) -> Reply:
    """The notices that are not over."""
    if rest:
        raise Unclear("more than the word")
    community = await community_of(ctx)
    me = ctx.known.member.id if ctx.known else None
    found = [
        one
        for one in await broadcasts.ahead(ctx.session, community.id, LISTED)
        if one.status is not BroadcastStatus.DRAFT or one.system is not None or me in (one.author_id, one.edited_by)
    ]
    if not found:
        return Reply(phrases.nothing_ahead(), alone=True)
    return Reply("\n".join([await _row(ctx, one) for one in found]), alone=True)


async def _row(ctx: Context, one: Broadcast) -> str:
    titles = [await title(ctx.session, place) for place in one.audience]
    roles = [(Role(role), await title(ctx.session, place)) for role, place in one.roles]
    to = shown_as.whom(titles, [await title(ctx.session, place) for place in one.exclusions], roles)
    waiting = await confirmations.waited_for(ctx.session, one)
    return phrases.row(one, to, ctx.now, ctx.house.zone, whom(waiting) if waiting else "")
