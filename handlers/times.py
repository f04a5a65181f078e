"""明天上午9点, 每周一三五 18:30, 周一到周五 8:00-20:00 → moments, repetitions and turns of duty.

Nothing is guessed from the middle of a sentence: in 明天9点停水 the time belongs to the notice, so that it is `Unclear`
as the time of sending.
"""

import re
from datetime import UTC, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from handlers.days import DAY, HOUR, YEARS_AHEAD, clock_at, day_at, value_of
from handlers.reading import EDGES, NUMERAL, Unclear, clean, folded

MORNING: Final = 9 * HOUR  #: when a day is said without an hour
_ENDS: Final = re.compile(r"$|[\s,，。.;；:：、!！)）】]|全体|全楼|全小区|全社区|发给")


_SOON: Final = re.compile(
    rf"(?P<now>现在|马上|立即|立刻)|(?:(?P<half>半)|(?P<count>{NUMERAL}))\s*个?(?P<more>半)?\s*"
    r"(?:(?P<hours>小时|钟头)|(?P<quarters>刻钟)|分钟?)[以之]?后"
)


class Past(Unclear):
    """The time has gone by."""


def moment(text: str, now: datetime, zone: ZoneInfo) -> tuple[datetime, str]:
    """The time that the text begins with, in UTC and not before the minute of `now`, and the text after it.

    Raises:
        Past: It has gone by.
        Unclear: There is none that stands for itself.
    """
    text = clean(text)
    plain, here = folded(text), now.astimezone(zone).replace(second=0, microsecond=0)
    at, end = _soon(plain, here) or _day_and_clock(plain, here)
    if not _ENDS.match(plain, end):
        raise Unclear("the time goes on as a sentence")
    if at < here:
        raise Past("the time has gone by")
    return at.astimezone(UTC), text[end:].lstrip(EDGES)


def _soon(text: str, here: datetime) -> tuple[datetime, int] | None:
    found = _SOON.match(text)
    if found is None:
        return None
    count = 0 if found["now"] else 0.5 if found["half"] else value_of(found["count"]) + (0.5 if found["more"] else 0)
    unit = HOUR if found["hours"] else HOUR / 4 if found["quarters"] else HOUR / 60
    if count * unit > YEARS_AHEAD * 365 * DAY:
        raise Unclear("too far ahead")
    return (here.astimezone(UTC) + count * unit).astimezone(here.tzinfo), found.end()


def _day_and_clock(text: str, here: datetime) -> tuple[datetime, int]:
    day, end = day_at(text, 0, here.date()) or (None, 0)
    between = _BETWEEN.match(text, end)
    clock, after = clock_at(text, between.end() if between else end) or (None, end)
    if day is None and clock is None:
        raise Unclear("no time")
    at = datetime.combine(day or here.date(), time(), tzinfo=here.tzinfo) + (MORNING if clock is None else clock)
    if at < here and day in (None, here.date()):
        at = _later(at, text[:end], text[end:after], here)
    return at, after


def _later(at: datetime, day: str, clock: str, here: datetime) -> datetime:
    """What is meant by a time of today that has gone by, if something later can be.

    8点 at noon is eight in the evening; 上午8点 without a day is tomorrow's, 周一 on a Monday next week's, and 今天
    without an hour is at once.
    """
    said = _CLOCK.match(clock.strip())
    evening = at + 12 * HOUR
    if said and said["hour"] and not said["part"] and not said["colon"] and at.hour < 12 and evening >= here:
        return evening
    if day.startswith(("周", "星期", "礼拜")):
        return at + 7 * DAY
    if not day:
        return at + DAY
    return at if clock else here
