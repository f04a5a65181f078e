"""改通知 更正: a notice that is not out is changed, and one that is out is set right."""

import re
from dataclasses import replace
from typing import Final

from handlers.community.gazetteer import known_places
from handlers.context import Context
from handlers.messages import Refusal, Reply, Words
from handlers.notices.audience import Whom
from handlers.notices.dates import own_days
from handlers.notices.drafts import community_of, drafted, may_write_to
from handlers.notices.previews import shown
from handlers.notices.reading import MOST_TEXT, Notice, files, pictures, whom_at
from handlers.notices.releasing import advance
from handlers.notices.remarks import remarks_of
from handlers.notices.rounds import buttons
from handlers.notices.timing import answered, set_time
from handlers.notices.which import mine_or_ours, numbered_first
from handlers.phrases import composing
from handlers.phrases import editing as editing_phrases
from handlers.reading.times import Past
from handlers.reading.values import Unclear
from handlers.router import Router
from handlers.rules.broadcasts import BroadcastAction, next_status
from storage import members, receipts, sights
from storage.broadcasts import Broadcast
from storage.types import BroadcastStatus, MessageKind, Role

router: Final = Router()

_FIELD: Final = re.compile(
    r"\s*(?P<field>时间|发给|发到|内容|文字)\s*[:：]?\s*(?:改成|改为|换成)?\s*[:：]?\s*(?P<rest>.*)", re.DOTALL
)


@router.command(
    "改通知",
    example="改通知 5 时间 明天下午3点",
    does="改还没发的通知：时间、发给、内容",
    allow=Role.ADMIN,
    also=("修改通知", "编辑通知"),
)
async def edit(ctx: Context, rest: str) -> Reply:
    """Change a draft or a scheduled notice; it is confirmed anew, and approved anew."""
    found, text = await numbered_first(ctx, rest)
    await mine_or_ours(ctx, found)
    if next_status(found.status, BroadcastAction.CHANGE) is None:
        raise Refusal(editing_phrases.too_late_to_edit(found), alone=True)
    me = (await ctx.member()).id
    if not (text.strip() or pictures(ctx) or files(ctx)):
        await sights.see(ctx.session, found.id, me, found.edits)
        return Reply(editing_phrases.as_it_is(found), alone=True)
    if found.edited_by not in (None, me) and await sights.seen(ctx.session, found.id, me) < found.edits:
        await sights.see(ctx.session, found.id, me, found.edits)
        other = await members.by_id(ctx.session, found.edited_by or found.author_id)
        return Reply(editing_phrases.changed_meanwhile(found, other.name), alone=True)
    await _change(ctx, found, text.strip())
    return await _changed(ctx, found)


async def _change(ctx: Context, found: Broadcast, text: str) -> None:
    field = _FIELD.fullmatch(text)
    name, said = (field["field"], field["rest"].strip()) if field else ("内容", text)
    if name == "时间":
        await _change_time(ctx, found, said)
    elif name in ("发给", "发到"):
        await _change_audience(ctx, found, said)
    else:
        _change_words(ctx, found, said)


async def _change_time(ctx: Context, found: Broadcast, said: str) -> None:
    try:
        meant = await answered(ctx, found, said)
    except Past:
        raise Refusal(composing.time_is_past(), alone=True) from None
    if meant is None:
        raise Refusal(editing_phrases.no_time(found), alone=True)
    set_time(ctx, found, meant, await own_days(ctx, found.community_id))


async def _change_audience(ctx: Context, found: Broadcast, said: str) -> None:
    community = await community_of(ctx)
    try:
        whom, more = whom_at(await known_places(ctx), community, said)
    except Unclear:
        more = said
    if more.strip():
        raise Refusal(editing_phrases.no_audience(found), alone=True)
    await may_write_to(ctx, Notice(whom=whom, text=found.text))
    found.audience, found.exclusions = list(whom.places), list(whom.but)
    found.roles = [[role.value, place] for role, place in whom.roles]


def _change_words(ctx: Context, found: Broadcast, said: str) -> None:
    if len(said) > MOST_TEXT:
        raise Refusal(composing.too_long(len(said), MOST_TEXT), alone=True)
    text, said_beside = remarks_of(said, ctx.now, ctx.house.zone)
    found.text = text or found.text
    found.pictures = list(pictures(ctx)) or found.pictures
    found.files = [file.stored for file in files(ctx)] or found.files
    found.source, found.link = said_beside.source or found.source, said_beside.link or found.link
    found.issuer = said_beside.issuer or found.issuer
    found.same_day = said_beside.same_day or found.same_day
    found.expires_at = said_beside.expires_at or found.expires_at
    found.asks_back = said_beside.asks_back or found.asks_back


async def _changed(ctx: Context, found: Broadcast) -> Reply:
    """It is a draft again, whoever had confirmed or approved it."""
    me = (await ctx.member()).id
    was = found.status
    advance(found, BroadcastAction.CHANGE)
    found.approved_by, found.shown_at, found.edited_by = None, ctx.now, me
    found.edits += 1
    await sights.see(ctx.session, found.id, me, found.edits)
    ctx.note("改通知", f"broadcast:{found.id}", me)
    reply = await shown(ctx, found)
    if me != found.author_id:
        by = (await ctx.member()).name
        words = Words(editing_phrases.others_edit(found, by), buttons(found))
        await ctx.tell(found.author_id, words, MessageKind.PERSONAL, key=f"edited:{found.id}:{found.edits}")
    return replace(reply, text="\n".join([editing_phrases.edited(found, was), reply.text]))


@router.command(
    "更正", example="更正 5：停水改到后天上午", does="更正已经发出去的通知，只发给收到过的群", allow=Role.ADMIN,
    everyday=True,
)  # fmt: skip
async def correct(ctx: Context, rest: str) -> Reply:
    """Write what sets a notice right; it goes to exactly those who got it."""
    first, text = await numbered_first(ctx, rest)
    await mine_or_ours(ctx, first)
    if not first.rounds:
        raise Refusal(editing_phrases.edit_instead(first), alone=True)
    if first.status is BroadcastStatus.SENDING:
        raise Refusal(editing_phrases.stop_first(first), alone=True)
    if not await receipts.reached_by(ctx.session, first.id):
        raise Refusal(editing_phrases.nobody_got_it(first), alone=True)
    words, said = remarks_of(text.strip(), ctx.now, ctx.house.zone)
    if not (words or pictures(ctx) or files(ctx)):
        raise Refusal(editing_phrases.no_correction(first), alone=True)
    new = Notice(
        whom=Whom.of(first),
        text=words,
        warning=first.warning,
        remarks=said,
        pictures=pictures(ctx),
        files=files(ctx),
        corrects=first.id,
    )
    return await drafted(ctx, await community_of(ctx), new)
