"""How people take turns, as people write it: 每周一8点, 每天 20:00-8:00, 每两天, 每8小时 8:00起, 工作日 一人一周."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from handlers.reading.days import DAY, HOUR, clock_at, day_at, value_of, weekdays_at
from handlers.reading.kinds import kind_at
from handlers.reading.times import Past, hours_at
from handlers.reading.values import NUMERAL, SEPARATORS, Unclear, clean, folded
from handlers.rules.duty import EVERY_DAY
from handlers.rules.patterns import Pattern
from storage.turns import Cadence, Days

MOST_UNITS: Final = 99
_BLANK: Final = re.compile(r"[\s,，]*(?:的)?[\s,，]*")
_ONWARDS: Final = re.compile(r"起|开始")
_UNITS: Final = {
    **dict.fromkeys(("小时", "钟头"), Cadence.HOUR),
    **dict.fromkeys(("天", "日", "晚"), Cadence.DAY),
    **dict.fromkeys(("周", "星期", "礼拜"), Cadence.WEEK),
    "月": Cadence.MONTH,
    **dict.fromkeys(("班", "次"), Cadence.TURN),
}
_EVERY: Final = re.compile(
    rf"(?:每(?:(?P<count>{NUMERAL})个?|个)?|(?P<skip>每?隔)(?:{NUMERAL})?)(?P<unit>小时|钟头|天|周|星期|礼拜|月)"
    rf"(?:(?P<day>{NUMERAL})[日号])?(?![一二三四五六日天末])"
)
_EACH: Final = re.compile(
    rf"(?:一人|每人|一个人)(?P<count>{NUMERAL})个?(?P<unit>天|晚|周|星期|礼拜|月|班|次)(?:轮换|轮流|轮)?"
)
_BY: Final = re.compile(rf"(?P<count>{NUMERAL})个?(?P<unit>天|晚|周|星期|礼拜|月|班)一?[换轮]")
_CALLED: Final = re.compile(r"(?:白班|夜班|早班|中班|晚班)\s*")
_CHANGES: Final = re.compile(r"(?:换人|换班|交班|交接|轮换|轮流|轮班|轮)")
_ENDS: Final = re.compile(r"$|[\s,，。;；:：、]")


@dataclass(frozen=True, slots=True)
class _Parts:
    """What was read of it."""

    cadence: Cadence
    every: int = 1
    month_day: int | None = None
    weekdays: frozenset[int] = EVERY_DAY
    days: Days = Days.ANY
    hours: tuple[time, time] | None = None
    at: timedelta | None = None  #: when it passes on


def pattern_at(text: str, now: datetime, zone: ZoneInfo) -> tuple[Pattern, str]:
    """How turns are taken, which the text begins with, and what follows.

    Raises:
        Past: It was to begin on a day that has gone by.
        Unclear: It does not say how.
    """
    text = clean(text)
    plain, here = folded(text), now.astimezone(zone).replace(tzinfo=None)
    first, end = _first_day(plain, here.date())
    parts, end = _turns(plain, _blank(plain, end))
    parts, end = _hours(plain, parts, end)
    parts, end = _each(plain, parts, end)
    changes = _CHANGES.match(plain, end)
    end = changes.end() if changes else end
    if not _ENDS.match(plain, end):
        raise Unclear("it goes on as a sentence")
    return _pattern(parts, first, here), text[end:].lstrip(SEPARATORS)


def _first_day(text: str, today: date) -> tuple[date | None, int]:
    start = len(text) - len(text.removeprefix("从"))
    found = day_at(text, start, today)
    onwards = _ONWARDS.match(text, found[1]) if found else None
    if found is None or onwards is None:
        return None, 0
    if found[0] < today:
        raise Past("the day has gone by")
    return found[0], onwards.end()


def _turns(text: str, start: int) -> tuple[_Parts, int]:
    """After what it passes on, and on which days there is duty."""
    if found := _EVERY.match(text, start):
        return _with_weekday(text, _every(found), found.end())
    if found := _EACH.match(text, start) or _BY.match(text, start):
        return _with_weekday(text, _long(found), found.end())
    if called := _CALLED.match(text, start):
        start = called.end()
        if hours_at(text, start):
            return _Parts(Cadence.TURN), start
    if kind := kind_at(text, start):
        return _Parts(Cadence.TURN, days=kind[0]), kind[1]
    if weekdays := weekdays_at(text, start):
        return _Parts(Cadence.TURN, weekdays=weekdays[0]), weekdays[1]
    raise Unclear("it does not say how often")


def _with_weekday(text: str, parts: _Parts, start: int) -> tuple[_Parts, int]:
    """Where it goes by weeks, the day on which it passes on may be named."""
    weekdays = weekdays_at(text, _blank(text, start)) if parts.cadence is Cadence.WEEK else None
    if weekdays and len(weekdays[0]) == 1:
        return replace(parts, weekdays=weekdays[0]), weekdays[1]
    return parts, start


def _long(found: re.Match[str]) -> _Parts:
    """How long each has it."""
    count = value_of(found["count"])
    if not 1 <= count <= MOST_UNITS:
        raise Unclear("so many there are not")
    cadence = _UNITS[found["unit"]]
    return _Parts(Cadence.TURN if cadence is Cadence.DAY and count == 1 else cadence, count)


def _every(found: re.Match[str]) -> _Parts:
    count = value_of(found["count"]) if found["count"] else 2 if found["skip"] else 1
    unit = _UNITS[found["unit"]]
    if not 1 <= count <= MOST_UNITS or (found["day"] and unit is not Cadence.MONTH):
        raise Unclear("so many there are not")
    if unit is Cadence.DAY and count == 1:
        return _Parts(Cadence.TURN)
    day = value_of(found["day"]) if found["day"] else None
    if day is not None and not 1 <= day <= 31:
        raise Unclear("no such day")
    return _Parts(unit, count, day)


def _hours(text: str, parts: _Parts, start: int) -> tuple[_Parts, int]:
    """From when to when there is duty; or only when it passes on, and then there is always duty."""
    if parts.cadence is not Cadence.HOUR and (hours := hours_at(text, _blank(text, start))):
        return replace(parts, hours=hours[:2]), hours[2]
    clock = clock_at(text, _blank(text, start))
    if clock is None:
        return parts, start
    onwards = _ONWARDS.match(text, clock.end)
    return replace(parts, at=clock.at % DAY), onwards.end() if onwards else clock.end


def _each(text: str, parts: _Parts, start: int) -> tuple[_Parts, int]:
    """一人一周: how long each has it, whatever the days and hours are."""
    found = _EACH.match(text, _blank(text, start)) or _BY.match(text, _blank(text, start))
    if found is None:
        return parts, start
    if parts.cadence is Cadence.HOUR:
        raise Unclear("both by the hour and otherwise")
    long = _long(found)
    return replace(parts, cadence=long.cadence, every=long.every), found.end()


def _pattern(parts: _Parts, first: date | None, here: datetime) -> Pattern:
    clock = (datetime.min + (parts.at or timedelta())).time()
    starts, ends = parts.hours or (clock, clock)
    cadence, weekdays = parts.cadence, parts.weekdays
    # 每周一8点 passes on on Monday; 每周六 9:00-17:00 is a duty of Saturdays, which passes on each time.
    if cadence is Cadence.TURN and len(weekdays) == 1 and parts.hours is None and parts.days is Days.ANY:
        cadence = Cadence.WEEK
    passes_on = min(weekdays) if cadence is Cadence.WEEK and parts.hours is None else 1
    if cadence is Cadence.WEEK and parts.hours is None:
        weekdays = EVERY_DAY
    since = _since(cadence, parts, datetime.combine(first or here.date(), starts), passes_on)
    while first is None and parts.hours is None and cadence is not Cadence.TURN and since > here:
        since = _since(cadence, parts, since - (HOUR * parts.every if cadence is Cadence.HOUR else DAY), passes_on)
    begins = first or (here.date() if parts.hours else since.date())
    return Pattern(cadence, parts.every, since, begins, weekdays, parts.days, starts, ends)


def _since(cadence: Cadence, parts: _Parts, at: datetime, passes_on: int) -> datetime:
    """The beginning of a turn at `at` or next before it."""
    if cadence is Cadence.WEEK:
        return at - (at.isoweekday() - passes_on) % 7 * DAY
    if cadence is Cadence.MONTH:
        day = parts.month_day or 1
        return at.replace(day=1) + (day - 1) * DAY if at.day >= day else _since(cadence, parts, at - at.day * DAY, 1)
    return at


def _blank(text: str, start: int) -> int:
    """Where what may stand between two parts ends."""
    found = _BLANK.match(text, start)
    return found.end() if found else start
