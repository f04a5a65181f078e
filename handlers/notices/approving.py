"""同意通知 不同意通知: a second person approves a notice, or gives it back with a reason."""

from typing import Final

from handlers.context import Context
from handlers.messages import Refusal, Reply, Words
from handlers.notices.audience import remarks
from handlers.notices.releasing import advance, far_too_late, is_expired, release
from handlers.notices.rounds import ask_again, buttons, tell_author
from handlers.notices.which import numbered_first
from handlers.phrases import approving as phrases
from handlers.phrases import broadcasts as saying
from handlers.phrases import previews as shown_as
from handlers.reading.values import clean
from handlers.router import Router
from handlers.rules.broadcasts import BroadcastAction
from handlers.rules.roles import may
from storage import members, places
from storage.broadcasts import Broadcast
from storage.types import BroadcastStatus, Role

router: Final = Router()

LONGEST_REASON: Final = 200


@router.command("同意通知", example="同意通知 5", does="审核通过别人写的通知", allow=Role.ADMIN, also=("审核通过",))
async def approve(ctx: Context, rest: str) -> Reply:
    """Let a notice go that another admin wrote and confirmed."""
    found, _ = await _to_approve(ctx, rest)
    by = await ctx.member()
    ctx.note("同意通知", f"broadcast:{found.id}", by.id)
    if is_expired(ctx, found):
        raise Refusal(saying.of_no_use(found), alone=True)
    if await far_too_late(ctx, found):
        return await _too_late(ctx, found)
    found.approved_by, planned = by.id, found.due_at
    audience = await release(ctx, found, BroadcastAction.APPROVE)
    if audience is None:
        postponed = found.due_at > max(planned, ctx.now)
        text = saying.scheduled(found, shown_as.when(found, ctx.now, ctx.house.zone, postponed=postponed))
    else:
        more = await remarks(ctx, audience)
        text = saying.started(found, len(audience.groups), more, people=len(audience.people))
    words = Words(phrases.approved(by.name, text))
    await tell_author(ctx, found, words, f"approved:{found.edits}:{ctx.cause}")
    return Reply(phrases.you_approved(text), alone=True)


@router.command(
    "不同意通知", example="不同意通知 5 时间写错了", does="退回别人写的通知", allow=Role.ADMIN, also=("退回通知",)
)
async def give_back(ctx: Context, rest: str) -> Reply:
    """Give a notice back to its author, as a draft."""
    found, reason = await _to_approve(ctx, rest)
    by = await ctx.member()
    advance(found, BroadcastAction.CHANGE)
    found.shown_at = ctx.now
    ctx.note("退回通知", f"broadcast:{found.id}", by.id)
    words = Words(phrases.given_back(found, by.name, clean(reason, LONGEST_REASON)), buttons(found))
    await tell_author(ctx, found, words, f"given_back:{ctx.cause}")
    return Reply(phrases.you_gave_back(found), alone=True)


async def _to_approve(ctx: Context, rest: str) -> tuple[Broadcast, str]:
    """The notice that waits for this speaker's word, and what he says beside its number.

    Raises:
        Refusal: It does not, or it is his own.
    """
    found, more = await numbered_first(ctx, rest)
    me = (await ctx.member()).id
    if me in (found.author_id, found.edited_by):
        raise Refusal(phrases.your_own(found), alone=True)
    if not may(ctx.roles_at(await places.by_id(ctx.session, found.community_id)), Role.ADMIN):
        raise Refusal(phrases.not_yours_to_approve(found), alone=True)
    if found.status is not BroadcastStatus.APPROVING:
        approver = await members.by_id(ctx.session, found.approved_by) if found.approved_by is not None else None
        raise Refusal(phrases.not_waiting(found, approver.name if approver else None), alone=True)
    return found, more


async def _too_late(ctx: Context, found: Broadcast) -> Reply:
    planned = found.due_at
    ask_again(ctx, found)
    text = saying.time_went_by(found, planned, ctx.now, ctx.house.zone)
    await tell_author(ctx, found, Words(text, buttons(found)), f"late:{planned.timestamp():.0f}")
    return Reply(phrases.approved_too_late(found), alone=True)
