"""改时间: another time for a draft, and the answer to what was unclear about the first one."""

from typing import Final

from handlers.context import Context
from handlers.messages import Refusal, Reply
from handlers.notices.dates import own_days
from handlers.notices.drafts import community_of
from handlers.notices.previews import shown
from handlers.notices.reading import addressed
from handlers.notices.rounds import DRAFT_FOR
from handlers.notices.timing import answered, set_time
from handlers.phrases import broadcasts as phrases
from handlers.phrases import composing, doubts
from handlers.reading.times import Past
from handlers.reading.values import Unclear, leading_number
from handlers.router import Router
from handlers.rules.roles import may
from handlers.when.understood import Doubt, When
from storage import broadcasts
from storage.broadcasts import Broadcast
from storage.types import BroadcastId, BroadcastStatus, Role

router: Final = Router()


@router.command(
    "改时间", example="改时间 5 明天上午9点", does="给还没确认的通知换个时间", allow=Role.ADMIN, also=("换时间",)
)
async def change(ctx: Context, rest: str) -> Reply:
    """Give a draft another time, or choose one of those that may be meant."""
    wanted, words = leading_number(rest)
    if wanted is None or not words:
        raise Unclear("no number or no time")
    found = await _numbered(ctx, wanted)
    if ctx.known is None or found.author_id != ctx.known.member.id:
        raise Refusal(phrases.not_your_notice(found), alone=True)
    if found.status is not BroadcastStatus.DRAFT:
        raise Refusal(doubts.no_draft_to_time(found), alone=True)
    meant = await _answered(ctx, found, words)
    if meant is None:
        raise Refusal(composing.no_time(), alone=True)
    return await _retimed(ctx, found, meant)


@router.listen()
async def answer(ctx: Context) -> Reply | None:
    """Take a time for the answer, where the speaker has just been asked for one."""
    if ctx.known is None or not addressed(ctx) or not may(ctx.roles, Role.ADMIN):
        return None
    found = await broadcasts.last_of(ctx.session, ctx.known.member.id)
    if found is None or not _is_asked(ctx, found):
        return None
    meant = await _answered(ctx, found, ctx.inbound.text)
    return None if meant is None else await _retimed(ctx, found, meant)


def _is_asked(ctx: Context, found: Broadcast) -> bool:
    waits = found.status is BroadcastStatus.DRAFT and found.doubt is not None
    return waits and found.chat == ctx.inbound.chat and ctx.now - found.shown_at < DRAFT_FOR


async def _answered(ctx: Context, found: Broadcast, words: str) -> When | Doubt | None:
    try:
        return await answered(ctx, found, words)
    except Past:
        raise Refusal(composing.time_is_past(), alone=True) from None


async def _numbered(ctx: Context, wanted: int) -> Broadcast:
    found = await broadcasts.by_id(ctx.session, BroadcastId(wanted))
    if found is None or found.community_id != (await community_of(ctx)).id:
        raise Refusal(phrases.no_such_notice(wanted), alone=True)
    return found


async def _retimed(ctx: Context, found: Broadcast, meant: When | Doubt) -> Reply:
    """The draft with another time, for its author to look at."""
    set_time(ctx, found, meant, await own_days(ctx, found.community_id))
    found.shown_at = ctx.now
    return await shown(ctx, found)
