"""通知 预警 确认 取消通知 通知列表: notices to the groups below a place. `handlers.rounds` sends them."""

from datetime import timedelta
from typing import Final

from handlers.audience import remarks
from handlers.context import Context
from handlers.dates import next_round
from handlers.drafts import community_of, draft
from handlers.gazetteer import title
from handlers.messages import Refusal, Reply
from handlers.notices import addressed
from handlers.phrases import broadcasts as phrases
from handlers.phrases import previews as shown_as
from handlers.phrases.confirming import whom
from handlers.phrases.doubts import time_first
from handlers.previews import others
from handlers.reading import Unclear, number
from handlers.releasing import advance, release
from handlers.rounds import DRAFT_FOR, ask_again, buttons
from handlers.router import Router
from handlers.rules.broadcasts import BroadcastAction, next_status
from handlers.rules.confirming import WITHDRAWN
from handlers.rules.roles import may
from storage import broadcasts, confirmations, places, receipts
from storage.broadcasts import Broadcast
from storage.types import BroadcastId, BroadcastStatus, OutboxStatus, Role

router: Final = Router()

LISTED: Final = 20
JUST_SHOWN: Final = timedelta(minutes=10)  #: how long 确认 without a number, said in a group, means the draft


@router.command(
    "通知",
    example="通知 明天上午9点 3栋：明天停水，请提前接水",
    does="给楼栋群发通知，可以定时、可以每周重复",
    allow=Role.ADMIN,
    everyday=True,
    also=("发通知", "定时通知"),
)
async def write(ctx: Context, rest: str) -> Reply:
    """Draft a notice and show it back."""
    return await _drafted(ctx, rest, warning=False)


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
    return await _drafted(ctx, rest, warning=True)


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
    found = await (_numbered(ctx, rest) if rest else _last(ctx))
    if ctx.known is None or found.author_id != ctx.known.member.id:
        raise Refusal(phrases.not_your_notice(found), alone=True)
    if found.status is BroadcastStatus.CANCELLED:
        raise Refusal(phrases.cancelled_already(found), alone=True)
    if found.status is not BroadcastStatus.DRAFT:
        raise Refusal(phrases.confirmed_already(found), alone=True)
    if ctx.now - found.shown_at >= DRAFT_FOR:
        raise Refusal(phrases.lapsed(found), alone=True)
    if found.doubt is not None:
        raise Refusal(time_first(found), alone=True)
    if await _far_too_late(ctx, found):
        planned = found.due_at
        ask_again(ctx, found)
        return Reply(phrases.time_went_by(found, planned, ctx.now, ctx.house.zone), buttons(found), alone=True)
    text = await _go(ctx, found)
    return Reply("\n".join([text, *await others(ctx, found)]), alone=True)


async def _far_too_late(ctx: Context, found: Broadcast) -> bool:
    over = await next_round(ctx, found) is None
    return not found.at_once and over and ctx.now - found.due_at > ctx.house.notice_grace


async def _go(ctx: Context, found: Broadcast) -> str:
    """Schedule the draft, or start it if its time has come."""
    ctx.note("确认通知", f"broadcast:{found.id}", found.author_id)
    planned = found.due_at
    audience = await release(ctx, found, BroadcastAction.CONFIRM)
    if audience is None:
        postponed = found.due_at > max(planned, ctx.now)
        return phrases.scheduled(found, shown_as.when(found, ctx.now, ctx.house.zone, postponed=postponed))
    return phrases.started(found, len(audience.groups), await remarks(ctx, audience), people=len(audience.people))


async def _numbered(ctx: Context, rest: str) -> Broadcast:
    wanted = number(rest)
    found = await broadcasts.by_id(ctx.session, BroadcastId(wanted))
    if found is None or found.community_id != (await community_of(ctx)).id:
        raise Refusal(phrases.no_such_notice(wanted), alone=True)
    return found


async def _last(ctx: Context) -> Broadcast:
    """What the speaker wrote last. In a group 确认 may be said of anything, so it has to follow at once."""
    found = await broadcasts.last_of(ctx.session, ctx.known.member.id) if ctx.known else None
    if addressed(ctx):
        if found is None:
            raise Refusal(phrases.nothing_to_confirm())
        return found
    is_draft = found is not None and found.status is BroadcastStatus.DRAFT
    if found is None or not is_draft or found.chat != ctx.inbound.chat or ctx.now - found.shown_at > JUST_SHOWN:
        raise Unclear("nothing was just shown here")
    return found


@router.command("取消通知", example="取消通知 5", does="不发了", allow=Role.ADMIN, also=("取消发送", "取消预警"))
async def cancel(ctx: Context, rest: str) -> Reply:
    """Stop a notice: a draft, one that waits for its time, or what of it is not out yet."""
    found = await (_numbered(ctx, rest) if rest else _last(ctx))
    by = await ctx.member()
    community = await places.by_id(ctx.session, found.community_id)
    if found.author_id != by.id and not may(ctx.roles_at(community), Role.ADMIN):
        raise Refusal(phrases.not_your_notice(found), alone=True)
    if found.status is BroadcastStatus.CANCELLED:
        raise Refusal(phrases.cancelled_already(found), alone=True)
    if next_status(found.status, BroadcastAction.CANCEL) is None:
        raise Refusal(phrases.too_late_to_cancel(found), alone=True)
    stopped = await broadcasts.take_back(ctx.session, found, WITHDRAWN)
    out = (await receipts.of_round(ctx.session, found.id, found.round_key)) if found.rounds else {}
    out.pop(OutboxStatus.DEAD, None)
    sent = sum(out.values()) if found.status is BroadcastStatus.SENDING else 0
    advance(found, BroadcastAction.CANCEL)
    ctx.note("取消通知", f"broadcast:{found.id}", by.id)
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
        if one.status is not BroadcastStatus.DRAFT or one.author_id == me
    ]
    if not found:
        return Reply(phrases.nothing_ahead(), alone=True)
    rows = []
    for one in found:
        titles = [await title(ctx.session, place) for place in one.audience]
        waiting = await confirmations.waited_for(ctx.session, one)
        more = whom(waiting) if waiting else ""
        rows.append(phrases.row(one, titles, ctx.now, ctx.house.zone, more))
    return Reply("\n".join(rows), alone=True)
