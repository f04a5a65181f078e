"""Which notice is meant: the one of a number, or the one that the speaker wrote last."""

from datetime import timedelta
from typing import Final

from handlers.context import Context
from handlers.messages import Refusal
from handlers.notices.drafts import community_of
from handlers.notices.reading import addressed
from handlers.phrases import broadcasts as phrases
from handlers.reading.values import Unclear, leading_number, number
from handlers.rules.roles import may
from storage import broadcasts, places
from storage.broadcasts import Broadcast
from storage.types import BroadcastId, BroadcastStatus, Role

JUST_SHOWN: Final = timedelta(minutes=10)  #: how long 确认 without a number, said in a group, means the draft


async def numbered_first(ctx: Context, rest: str) -> tuple[Broadcast, str]:
    """The notice whose number the text begins with, and what follows.

    Raises:
        Unclear: It begins with none.
        Refusal: There is no such notice.
    """
    wanted, text = leading_number(rest)
    if wanted is None:
        raise Unclear("no number of a notice")
    return await numbered(ctx, str(wanted)), text


async def mine_or_ours(ctx: Context, found: Broadcast) -> None:
    """Refuse who neither wrote the notice nor is an admin of its community."""
    by = await ctx.member()
    community = await places.by_id(ctx.session, found.community_id)
    if found.author_id != by.id and not may(ctx.roles_at(community), Role.ADMIN):
        raise Refusal(phrases.not_your_notice(found), alone=True)


async def may_confirm(ctx: Context, found: Broadcast) -> bool:
    """Whether it is the speaker's to confirm: he wrote or changed it, or is an admin and another system has started it."""
    if ctx.known is None:
        return False
    community = await places.by_id(ctx.session, found.community_id)
    ours = found.system is not None and may(ctx.roles_at(community), Role.ADMIN)
    return ours or ctx.known.member.id in (found.author_id, found.edited_by)


async def numbered(ctx: Context, rest: str) -> Broadcast:
    """The notice of that number in the speaker's community."""
    wanted = number(rest)
    found = await broadcasts.by_id(ctx.session, BroadcastId(wanted))
    if found is None or found.community_id != (await community_of(ctx)).id:
        raise Refusal(phrases.no_such_notice(wanted), alone=True)
    return found


async def last_written(ctx: Context) -> Broadcast:
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
