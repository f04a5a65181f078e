"""写通知: a notice for who does not know the form; (tick) what was left lying is put away, and its author told."""

import re
from datetime import timedelta
from typing import Any, Final

from handlers.community.gazetteer import known_places
from handlers.context import Context
from handlers.messages import Refusal, Reply, Words
from handlers.moment import Moment
from handlers.notices.dates import own_days
from handlers.notices.desk import (
    TEMPLATE,
    TEXT,
    VALUES,
    WHEN,
    WHOM,
    ask_next,
    keep_when,
    keep_whom,
    next_missing,
    question,
)
from handlers.notices.drafts import community_of
from handlers.notices.reading import MOST_TEXT, files, not_taken, pictures, when_at, whom_at
from handlers.phrases import composing
from handlers.phrases import writing as phrases
from handlers.reading.values import Unclear, clean
from handlers.router import Router
from handlers.rules.templates import own_variables
from storage import desks, places
from storage.desks import NoticeDesk
from storage.types import MessageKind, Role

router: Final = Router()
first: Final = Router()  #: asked before anybody else: what is said next is an answer

LEFT_AFTER: Final = timedelta(hours=2)  #: without an answer
_EDGES: Final = " \n\t,，.。!！~"
_LEAVE: Final = frozenset({"取消", "算了", "不写了", "不发了", "退出", "取消写通知"})
_BACK: Final = frozenset({"上一步", "重来", "返回", "写错了", "改一下"})
_NOW: Final = re.compile(r"(?:现在|马上|立刻|立即|就现在|马上发|现在发|现在就发|即刻)(?:吧|发|就发)?")


@router.command(
    "写通知", example="写通知", does="一步一步问着写通知，不用记格式", allow=Role.ADMIN, also=("帮我写通知",)
)
async def begin(ctx: Context, rest: str) -> Reply:
    """Begin, or go on with an answer that a button gives."""
    desk = await _desk(ctx)
    if rest.strip(_EDGES) and desk is not None:
        return await _answered(ctx, desk, rest)
    if ctx.is_group:
        raise Refusal(phrases.write_alone(), alone=True)
    return await ask_next(ctx, await community_of(ctx), {})


@router.command("取消写通知", example="取消写通知", does="不写了", allow=Role.ADMIN)
async def leave(ctx: Context, rest: str) -> Reply:
    """Leave the conversation."""
    if rest.strip():
        raise Unclear("more than the word")
    await desks.close(ctx.session, (await ctx.member()).id)
    return Reply(phrases.left(), alone=True)


@first.listen()
async def answer(ctx: Context) -> Reply | None:
    """What somebody who is writing a notice says alone is the answer."""
    if ctx.is_group or Role.ADMIN not in ctx.roles:
        return None
    desk = await _desk(ctx)
    return None if desk is None else await _answered(ctx, desk, ctx.inbound.text)


async def _desk(ctx: Context) -> NoticeDesk | None:
    return await desks.of_member(ctx.session, ctx.known.member.id) if ctx.known is not None else None


async def _answered(ctx: Context, desk: NoticeDesk, text: str) -> Reply:
    said = clean(text)
    if said.strip(_EDGES) in _LEAVE:
        await desks.close(ctx.session, desk.member_id)
        return Reply(phrases.left(), alone=True)
    if said.strip(_EDGES) in _BACK:
        return await _back(ctx, desk)
    answers = dict(desk.answers)
    try:
        await _take(ctx, desk, said, answers)
    except Refusal as refusal:  # the question stands
        desk.asked_at = ctx.now
        return refusal.reply
    return await ask_next(ctx, await places.by_id(ctx.session, desk.community_id), answers)


async def _take(ctx: Context, desk: NoticeDesk, said: str, answers: dict[str, Any]) -> None:
    if desk.asks == TEXT:
        _take_text(ctx, said, answers)
    elif desk.asks == WHOM:
        await _take_whom(ctx, desk, said, answers)
    elif desk.asks == WHEN:
        await _take_when(ctx, desk, said, answers)
    elif said:
        answers[VALUES] = {**answers.get(VALUES, {}), desk.asks: said}


def _take_text(ctx: Context, said: str, answers: dict[str, Any]) -> None:
    if len(said) > MOST_TEXT:
        raise Refusal(composing.too_long(len(said), MOST_TEXT), alone=True)
    refused = not_taken(ctx)
    if refused and not said:
        raise Refusal(phrases.not_carried(refused), alone=True)
    answers[TEXT] = said
    answers["pictures"] = [*answers.get("pictures", ()), *pictures(ctx)]
    answers["files"] = [*answers.get("files", ()), *(file.stored for file in files(ctx))]


async def _take_whom(ctx: Context, desk: NoticeDesk, said: str, answers: dict[str, Any]) -> None:
    community = await places.by_id(ctx.session, desk.community_id)
    try:
        whom, more = whom_at(await known_places(ctx), community, said)
    except Unclear:
        raise Refusal(phrases.whom_unclear(), alone=True) from None
    if more.strip(_EDGES):
        raise Refusal(phrases.whom_unclear(), alone=True)
    keep_whom(answers, whom)


async def _take_when(ctx: Context, desk: NoticeDesk, said: str, answers: dict[str, Any]) -> None:
    if _NOW.fullmatch(said.strip(_EDGES)):
        return keep_when(answers, "", ctx.now)
    meant, more = when_at(ctx, said, await own_days(ctx, desk.community_id))
    if meant is None or more.strip(_EDGES):
        raise Refusal(phrases.when_unclear(), alone=True)
    return keep_when(answers, said, ctx.now)


async def _back(ctx: Context, desk: NoticeDesk) -> Reply:
    """Ask the question before once more."""
    answers = dict(desk.answers)
    names = own_variables(answers[TEXT]) if answers.get(TEMPLATE) else ()
    steps = [*names, *((WHOM, WHEN) if answers.get(TEMPLATE) else (TEXT, WHOM, WHEN))]
    before = steps[max(steps.index(desk.asks) - 1, 0)] if desk.asks in steps else steps[0]
    if before in names:
        answers[VALUES] = {name: value for name, value in answers[VALUES].items() if name != before}
    else:
        answers.pop(before, None)
    desk.answers, desk.asks, desk.asked_at = answers, next_missing(answers) or before, ctx.now
    return question(desk.asks, answers)


async def put_away(moment: Moment) -> None:
    """Let go of what nobody answered for a while, and say so."""
    for desk in await desks.left_alone(moment.session, moment.now - LEFT_AFTER):
        words = Words(phrases.put_away(str(desk.answers.get(TEXT, ""))))
        key = f"desk:{desk.asked_at.timestamp():.0f}"
        await moment.tell(desk.member_id, words, MessageKind.PERSONAL, key=key)
        await moment.session.delete(desk)
