"""我的时间: in-service members say when they have time; outside of it nobody counts on them."""

import re
from collections.abc import Iterable
from datetime import datetime, time
from typing import Any, Final

from handlers.context import Context
from handlers.messages import Refusal, Reply
from handlers.phrases import hours as phrases
from handlers.reading.days import DAY, clock_at, weekdays_at
from handlers.reading.kinds import kind_at
from handlers.reading.times import hours_at
from handlers.reading.values import Unclear, clean, folded
from handlers.router import Router
from handlers.rules.duty import EVERY_DAY
from storage import hours
from storage.turns import Days
from storage.types import Role

router: Final = Router()

EXAMPLE: Final = "我的时间 工作日19点后，周末全天"
LONGEST: Final = 200
MOST: Final = 10  #: times that somebody may give
# In 周一、周三晚上、周末全天 the second 、 is between two times.
_BETWEEN: Final = re.compile(
    r"[,，;；。\n]+|(?<=[午上后前天间里点晨半0-9])[、和](?=周|星期|礼拜|节|工作|休息|法定|每|早|上午|中午|下午|晚|[0-9])"
)
_WEEKEND: Final = re.compile(r"(?:每?个?)?(?:周末|双休日?)")
_AFTER: Final = re.compile(r"(?:以后|之后|过后|后|起|开始)")
_BEFORE: Final = re.compile(r"(?:以前|之前|前)")
_WHOLE: Final = re.compile(r"全天|整天|都行|都可以|都有空|有空|$")
_PARTS: Final = {
    **dict.fromkeys(("早上", "早晨"), (time(6), time(9))),
    "上午": (time(8), time(12)),
    "中午": (time(12), time(14)),
    "下午": (time(14), time(18)),
    **dict.fromkeys(("晚上", "晚间", "夜里"), (time(18), time(22))),
}
_ANY_TIME: Final = frozenset({"不限", "随时", "随时都行", "都行", "取消"})
_MIDNIGHT: Final = time()
_ANY_DAY: Final = datetime.min


@router.command(
    "我的时间", example=EXAMPLE, does="说自己什么时候有空，别的时间不派单", allow=Role.STEWARD, also=("有空时间",)
)
async def give(ctx: Context, rest: str) -> Reply:
    """Say when one has time; without anything behind it, hear what was said."""
    member, text = await ctx.member(), clean(rest, LONGEST)
    if not text:
        given = await hours.given_by(ctx.session, [member.id])
        return Reply(phrases.yours(given.get(member.id, ())), alone=True)
    if text in _ANY_TIME:
        await hours.give(ctx.session, member.id, [])
        ctx.note("我的时间", f"member:{member.id}", member.id)
        return Reply(phrases.any_time(), alone=True)
    found = times_of(text)
    if any(one["starts"] == one["ends"] != _MIDNIGHT for one in found):
        raise Refusal(phrases.no_length(), alone=True)
    await hours.give(ctx.session, member.id, found)
    ctx.note("我的时间", f"member:{member.id}", member.id)
    said = [(one["weekdays"], one["days"], one["starts"], one["ends"]) for one in found]
    return Reply(phrases.noted(said), alone=True)


def times_of(text: str) -> list[dict[str, Any]]:
    """The times that the text gives, as rows have them.

    Raises:
        Unclear: It gives none, or too many.
    """
    found = _all(part.strip() for part in _BETWEEN.split(folded(text)) if part.strip())
    if not 1 <= len(found) <= MOST:
        raise Unclear("no times, or too many")
    return found


def _all(parts: Iterable[str]) -> list[dict[str, Any]]:
    """The times; hours without days are of the days before them."""
    found: list[dict[str, Any]] = []
    for part in parts:
        one = _one(part)
        if found and not _days(part, 0)[2]:
            one |= dict(weekdays=found[-1]["weekdays"], days=found[-1]["days"])
        found.append(one)
    return found


def _one(text: str) -> dict[str, Any]:
    """One time: its days and its hours, as a row has them."""
    days, weekdays, end = _days(text, 0)
    starts, ends, end = _hours(text, end)
    if text[end:].strip(" 都可以有空行的"):
        raise Unclear("more than days and hours")
    return dict(weekdays="".join(map(str, sorted(weekdays))), days=days, starts=starts, ends=ends)


def _days(text: str, start: int) -> tuple[Days, frozenset[int], int]:
    if kind := kind_at(text, start):
        return kind[0], EVERY_DAY, kind[1]
    if weekend := _WEEKEND.match(text, start):
        # Somebody who works has no time on a Saturday that makes up for a holiday, and has it on the holiday.
        return Days.DAYS_OFF, EVERY_DAY, weekend.end()
    if found := weekdays_at(text, start):
        return Days.ANY, *found
    return Days.ANY, EVERY_DAY, start


def _hours(text: str, start: int) -> tuple[time, time, int]:
    start += len(text[start:]) - len(text[start:].lstrip(" 的"))
    if found := hours_at(text, start):
        return found
    if part := next((part for part in _PARTS if text.startswith(part, start)), None):
        clock = clock_at(text, start)
        if clock is None or clock.end == start + len(part):
            return *_PARTS[part], start + len(part)
    if clock := clock_at(text, start):
        at = (_ANY_DAY + clock.at % DAY).time()
        if after := _AFTER.match(text, clock.end):
            return at, _MIDNIGHT, after.end()
        if before := _BEFORE.match(text, clock.end):
            return _MIDNIGHT, at, before.end()
        raise Unclear("no end")
    whole = _WHOLE.match(text, start)
    if whole is None or (whole.end() == start == 0):
        raise Unclear("no hours")
    return _MIDNIGHT, _MIDNIGHT, whole.end()
