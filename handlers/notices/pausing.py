"""暂停通知 继续通知 补发: a notice is held, goes on, or goes once more to those who did not get it."""

from typing import Final

from handlers.context import Context
from handlers.messages import Refusal, Reply
from handlers.notices.delivery import resend
from handlers.notices.releasing import is_expired
from handlers.notices.which import mine_or_ours, numbered
from handlers.phrases import broadcasts as saying
from handlers.phrases import delivery as phrases
from handlers.router import Router
from storage import broadcasts
from storage.types import BroadcastStatus, Role

router: Final = Router()


@router.command("暂停通知", example="暂停通知 5", does="先不发，以后可以接着发", allow=Role.ADMIN)
async def pause(ctx: Context, rest: str) -> Reply:
    """Hold a notice: one that waits for its time, one that repeats, or what of it is not out yet."""
    found = await numbered(ctx, rest)
    await mine_or_ours(ctx, found)
    if found.paused:
        raise Refusal(phrases.paused_already(found), alone=True)
    if found.status not in (BroadcastStatus.SCHEDULED, BroadcastStatus.SENDING):
        raise Refusal(phrases.cannot_pause(found), alone=True)
    found.paused = True
    held = await broadcasts.hold(ctx.session, found) if found.rounds else 0
    ctx.note("暂停通知", f"broadcast:{found.id}", (await ctx.member()).id)
    return Reply(phrases.paused(found, held), alone=True)


@router.command("继续通知", example="继续通知 5", does="接着发停下的通知", allow=Role.ADMIN, also=("恢复通知",))
async def resume(ctx: Context, rest: str) -> Reply:
    """Let a notice go on. One whose time went by is asked about as ever."""
    found = await numbered(ctx, rest)
    await mine_or_ours(ctx, found)
    if not found.paused:
        raise Refusal(phrases.not_paused(found), alone=True)
    found.paused = False
    until = ctx.now + ctx.house.notices.grace
    until = until if found.expires_at is None else min(until, found.expires_at)
    freed = await broadcasts.let_go(ctx.session, found, ctx.now, until) if found.rounds else 0
    ctx.note("继续通知", f"broadcast:{found.id}", (await ctx.member()).id)
    return Reply(phrases.goes_on(found, ctx.now, ctx.house.zone, freed), alone=True)


@router.command("补发", example="补发 5", does="把没发成的再发一次，收到的不重发", allow=Role.ADMIN, everyday=True)
async def send_again(ctx: Context, rest: str) -> Reply:
    """Send a notice again to those who surely did not get it."""
    found = await numbered(ctx, rest)
    await mine_or_ours(ctx, found)
    if found.status not in (BroadcastStatus.SENT, BroadcastStatus.SENDING):
        raise Refusal(phrases.not_out_yet(found), alone=True)
    if is_expired(ctx, found):
        raise Refusal(saying.of_no_use(found), alone=True)
    count = await resend(ctx, found)
    if not count:
        raise Refusal(phrases.nothing_to_resend(found), alone=True)
    ctx.note("补发", f"broadcast:{found.id}", (await ctx.member()).id)
    return Reply(phrases.resent(found, count), alone=True)
