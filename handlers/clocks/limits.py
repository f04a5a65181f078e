"""时限: how long a ticket may wait to be accepted, for the first progress, and to be done."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, TypeVar

from handlers.clocks.winding import WORKING, concerns, ordered, tailored
from handlers.community.gazetteer import known_places, title
from handlers.context import Context
from handlers.messages import Refusal, Reply
from handlers.phrases import CATEGORY_NAMES, URGENCY_NAMES
from handlers.phrases import limits as phrases
from handlers.reading.values import NUMERAL, SEPARATORS, Unclear, folded, numeral, words
from handlers.router import Router
from handlers.rules.plans import Limits, Plan
from handlers.rules.roles import may
from storage import places, policies
from storage.places import Place
from storage.policies import Policy
from storage.types import Category, Role, Urgency

router: Final = Router()
Kind = TypeVar("Kind")

EXAMPLE: Final = "时限 电梯 加急 接单 15分钟 办结 1天"
ALWAYS: Final = "always"
LEAST: Final = timedelta(minutes=1)
MOST: Final = timedelta(days=365)
LONGEST: Final = 200  #: characters
_FIELDS: Final[Mapping[str, str]] = {
    "接单": "accept_minutes",
    "进展": "progress_minutes",
    "有进展": "progress_minutes",
    "办结": "done_minutes",
    "办完": "done_minutes",
    "轮叫": "ask_minutes",
}
_UNITS: Final[Mapping[str, timedelta]] = {
    **dict.fromkeys(("分钟", "分"), timedelta(minutes=1)),
    **dict.fromkeys(("小时", "钟头"), timedelta(hours=1)),
    **dict.fromkeys(("天", "日", "工作日"), timedelta(days=1)),
    **dict.fromkeys(("周", "星期"), timedelta(days=7)),
}
_LIMIT: Final = re.compile(
    rf"(?P<field>{'|'.join(sorted(_FIELDS, key=len, reverse=True))})[\s:：]*(?:改成|改为|为)?\s*"
    rf"(?:(?P<half>半)|(?P<count>{NUMERAL}))\s*个?(?P<unit>{'|'.join(sorted(_UNITS, key=len, reverse=True))})"
)
_HOURS: Final = re.compile(r"(?:只算|按)?(?P<working>工作时间)|(?:按)?(?:全天|24小时|日历时间)")
_RESET: Final = re.compile(r"恢复默认|默认|取消")


@dataclass(frozen=True, slots=True)
class Said:
    """A place, what is meant there, and what is said of it: columns of a policy."""

    place: Place
    category: Category | None
    urgency: Urgency | None
    minutes: Mapping[str, int]
    hours: str | None
    reset: bool

    @property
    def says_nothing(self) -> bool:
        """Whether it only asks."""
        return not (self.minutes or self.hours or self.reset)


@router.command("时限", example=EXAMPLE, does="看、改多久要有人接单、有进展、办结", allow=Role.ADMIN)
async def limits(ctx: Context, rest: str) -> Reply:
    """Show the limits of a place and category, or change them."""
    said = await _said(ctx, rest)
    where = await title(ctx.session, said.place.id)
    if said.says_nothing:
        return Reply(await _table(ctx, said, where) + await _others(ctx, said) + phrases.how_to())
    if not may(ctx.roles_at(said.place), Role.ADMIN):
        raise Refusal(phrases.not_yours(where))
    named = phrases.named(said.category, said.urgency)
    ctx.note("时限", f"place:{said.place.id}", (await ctx.member()).id)
    if said.reset:
        if not await policies.take_back(ctx.session, said.place.id, said.category, said.urgency):
            raise Refusal(phrases.nothing_to_reset(where, named))
        return Reply(phrases.reset(where, named, await _table(ctx, said, where)))
    _must_fit(said, (await _plan(ctx, said.place, said.category)).limits)
    row = await policies.row_for(ctx.session, said.place.id, said.category, said.urgency)
    for column, value in said.minutes.items():
        setattr(row, column, value)
    row.hours = said.hours or row.hours
    await ctx.session.flush()
    return Reply(phrases.changed(where, named, _told(said), await _table(ctx, said, where)))


async def _said(ctx: Context, rest: str) -> Said:
    """What is asked or said.

    Raises:
        Unclear: There is more in it than places, kinds and limits.
    """
    text = folded(words(rest, LONGEST))
    place, text = await place_in(ctx, text)
    minutes: dict[str, int] = {}
    hours = None
    while found := _LIMIT.search(text):
        minutes[_FIELDS[found["field"]]] = _minutes(found)
        hours = WORKING if found["unit"] == "工作日" else hours
        text = text[: found.start()] + " " + text[found.end() :]
    if running := _HOURS.search(text):
        hours = WORKING if running["working"] else ALWAYS
        text = text[: running.start()] + " " + text[running.end() :]
    reset = _RESET.search(text)
    text = text.replace(reset[0], " ") if reset else text
    category, text = _named(text, {name: one for one, name in CATEGORY_NAMES.items()})
    urgency, text = _named(text, {name: one for one, name in URGENCY_NAMES.items()})
    if text.strip(SEPARATORS + "的"):
        raise Unclear("more than limits")
    return Said(place, category, urgency, minutes, hours, bool(reset))


async def place_in(ctx: Context, text: str) -> tuple[Place, str]:
    """The one place that the text begins with, or the community, and what follows."""
    try:
        found, rest = (await known_places(ctx)).all_at(text)
    except Unclear:
        return await ctx.community(), text
    if len(found) != 1:
        raise Unclear("more than one place")
    return found[0], rest.lstrip(SEPARATORS + "的")


def _minutes(found: re.Match[str]) -> int:
    count = 0.5 if found["half"] else numeral(found["count"])
    if count is None:
        raise Unclear("no number")
    if count > MOST / LEAST or not LEAST <= count * _UNITS[found["unit"]] <= MOST:
        raise Refusal(phrases.out_of_range())
    return int(count * _UNITS[found["unit"]] / LEAST)


def _named(text: str, names: Mapping[str, Kind]) -> tuple[Kind | None, str]:
    """The kind whose name stands in the text, and the text without it."""
    name = next((name for name in sorted(names, key=len, reverse=True) if name in text), None)
    return (names[name], text.replace(name, " ", 1)) if name else (None, text)


async def _plan(ctx: Context, place: Place, category: Category | None) -> Plan:
    near = [above.id for above in await places.above(ctx.session, place)]
    rows = await policies.at(ctx.session, near)
    general = [row for row in rows if row.category is None] if category is None else rows
    return tailored(Plan.by(ctx.house.escalation), ordered(general, near, category))


async def _table(ctx: Context, said: Said, where: str) -> str:
    return phrases.table(where, said.category, (await _plan(ctx, said.place, said.category)).limits)


def _must_fit(said: Said, found: Mapping[Urgency, Limits]) -> None:
    """Nobody is given longer to accept than there is until it has to be done."""
    accept, done = said.minutes.get("accept_minutes"), said.minutes.get("done_minutes")
    for urgency in (urgency for urgency in found if concerns(said.urgency, urgency)):
        latest = timedelta(minutes=done) if done is not None else found[urgency].done
        if accept is not None and timedelta(minutes=accept) > latest:
            raise Refusal(phrases.accept_longer(timedelta(minutes=accept), latest))


async def _others(ctx: Context, said: Said) -> str:
    """What has limits of its own, there and below."""
    below = {place.id: place for place in await places.below(ctx.session, said.place)}
    rows = [row for row in await policies.at(ctx.session, list(below)) if _says_limits(row)]
    named = [
        phrases.row_named(await title(ctx.session, row.place_id), row.category, row.urgency)
        for row in rows
        if (row.place_id, row.category) != (said.place.id, said.category)
    ]
    return phrases.others(named)


def _says_limits(row: Policy) -> bool:
    said = (row.accept_minutes, row.progress_minutes, row.done_minutes, row.ask_minutes, row.hours)
    return any(value is not None for value in said)


def _told(said: Said) -> list[str]:
    names = {"accept_minutes": "接单", "progress_minutes": "有进展", "done_minutes": "办结", "ask_minutes": "轮叫"}
    working = said.hours == WORKING
    told = [
        f"{names[column]} {phrases.duration(timedelta(minutes=value), working=working)}"
        for column, value in said.minutes.items()
    ]
    return told + ([{WORKING: "只算工作时间", ALWAYS: "日夜都算"}[said.hours]] if said.hours else [])
