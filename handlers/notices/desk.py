"""Writing a notice by answering one question after the other; what was said so far is a row, so that nothing is lost."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from handlers.context import Context
from handlers.messages import Button, File, Refusal, Reply
from handlers.notices.audience import Whom
from handlers.notices.dates import own_days
from handlers.notices.drafts import drafted
from handlers.notices.reading import Notice
from handlers.notices.remarks import remarks_of
from handlers.phrases import templates as template_phrases
from handlers.phrases import writing as phrases
from handlers.rules.templates import filled, own_variables
from handlers.when.read import when
from handlers.when.understood import Doubt, When
from storage import desks
from storage.desks import NoticeDesk
from storage.places import Place
from storage.types import PlaceId, Role

TEMPLATE: Final = "template"
VALUES: Final = "values"
TEXT: Final = "text"
WHOM: Final = "whom"
WHEN: Final = "when"
FIELDS: Final = (TEXT, WHOM, WHEN)


async def ask_next(ctx: Context, community: Place, answers: Mapping[str, Any]) -> Reply:
    """Ask for what is missing; when nothing is, keep the notice as a draft and show it."""
    me = (await ctx.member()).id
    missing = next_missing(answers)
    if missing is None:
        await desks.close(ctx.session, me)
        return await drafted(ctx, community, await made_of(ctx, community, answers))
    if ctx.is_group:
        raise Refusal(phrases.write_alone(), alone=True)
    desk = NoticeDesk(member_id=me, community_id=community.id, asks=missing, answers=dict(answers), asked_at=ctx.now)
    await desks.open_for(ctx.session, desk)
    return question(missing, answers)


def next_missing(answers: Mapping[str, Any]) -> str | None:
    """What is asked next: a template's variables, or else the words; then to whom, and when."""
    if answers.get(TEMPLATE):
        values = answers.get(VALUES, {})
        name = next((name for name in own_variables(answers[TEXT]) if not values.get(name)), None)
        if name is not None:
            return name
    return next((field for field in FIELDS if not _is_there(answers, field)), None)


def _is_there(answers: Mapping[str, Any], field: str) -> bool:
    return bool(answers.get(field)) or (field == TEXT and bool(answers.get("pictures") or answers.get("files")))


def question(asks: str, answers: Mapping[str, Any]) -> Reply:
    """What is asked."""
    leave = (Button("取消", "取消写通知"),)
    if asks == TEXT:
        return Reply(phrases.what(), leave, alone=True)
    if asks == WHOM:
        return Reply(phrases.to_whom(), leave, alone=True)
    if asks == WHEN:
        return Reply(phrases.at_what_time(), (Button("马上", "写通知 马上"), *leave), alone=True)
    return Reply(
        template_phrases.value_of(str(answers[TEMPLATE]), asks, filled(answers[TEXT], answers.get(VALUES, {}))),
        leave,
        alone=True,
    )


def asked_whom(answers: Mapping[str, Any]) -> bool:
    """Whether it is known to whom it goes."""
    return bool(answers.get(WHOM))


def keep_whom(answers: dict[str, Any], whom: Whom) -> None:
    """Enter to whom it goes."""
    roles = [[role.value, place] for role, place in whom.roles]
    answers[WHOM] = {"places": list(whom.places), "roles": roles, "but": list(whom.but)}


def keep_when(answers: dict[str, Any], said: str, now: datetime) -> None:
    """Enter when it goes, as it was said at `now`; nothing is at once."""
    answers[WHEN] = {"said": said, "at": now.isoformat()}


async def _meant(ctx: Context, community: Place, answered: Mapping[str, Any]) -> When | Doubt | None:
    """The time that was said, from the moment at which it was."""
    if not answered["said"]:
        return None
    said_at = datetime.fromisoformat(answered["at"])
    try:
        return when(answered["said"], said_at, ctx.house.zone, await own_days(ctx, community.id))[0]
    except Doubt as doubt:
        return doubt


async def made_of(ctx: Context, community: Place, answers: Mapping[str, Any]) -> Notice:
    """The notice that the answers are."""
    text, said = remarks_of(filled(answers.get(TEXT, ""), answers.get(VALUES, {})), ctx.now, ctx.house.zone)
    said = replace(said, asks_back=said.asks_back or bool(answers.get("asks_back")))
    whom = answers[WHOM]
    return Notice(
        whom=Whom(
            tuple(PlaceId(place) for place in whom["places"]),
            tuple((Role(role), PlaceId(place)) for role, place in whom["roles"]),
            tuple(PlaceId(place) for place in whom["but"]),
        ),
        text=text,
        when=await _meant(ctx, community, answers[WHEN]),
        warning=bool(answers.get("warning")),
        remarks=said,
        pictures=tuple(answers.get("pictures", ())),
        files=tuple(map(File.of, answers.get("files", ()))),
        template=answers.get(TEMPLATE),
    )
