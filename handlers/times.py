"""明天上午9点, 每周一三五 18:30, 周一到周五 8:00-20:00 → moments, repetitions and turns of duty.

Nothing is guessed from the middle of a sentence: in 明天9点停水 the time belongs to the notice, so that it is `Unclear`
as the time of sending.
"""

import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from handlers.days import DAY, HOUR, YEARS_AHEAD, Clock, clock_at, day_at, value_of, weekdays_at
from handlers.kinds import kind_at
from handlers.reading import NUMERAL, SEPARATORS, Unclear, clean, folded
from handlers.rules.broadcasts import Repeat
from handlers.rules.duty import EVERY_DAY, Span
from storage.turns import Days
from storage.types import MemberId

MORNING: Final = 9 * HOUR  #: when a day is said without an hour
_ENDS: Final = re.compile(r"$|[\s,，。.;；:：、!！)）】]|全体|全楼|全小区|全社区|发给")
_TO: Final = re.compile(r"\s*[-~–—到至]+\s*(?:次日|第二天)?\s*")
_ONWARDS: Final = re.compile(r"起|开始")
_MONTHLY: Final = re.compile(rf"每个?月(?:(?P<day>{NUMERAL})[日号]|最后一天|月?[底末])")
_WHOLE: Final = re.compile(
    r"(?:(?P<week>下下|[下本这])个?(?:周|星期|礼拜)|(?P<month>[下本这]个?)月)(?![零一二三四五六七八九十日天末0-9])"
)
_WHOLE_DAY: Final = re.compile(r"全天|整天|24小时")
_SOON: Final = re.compile(
    rf"(?P<now>现在|马上|立即|立刻)|(?:(?P<half>半)|(?P<count>{NUMERAL}))\s*+个?(?P<more>半)?\s*+"
    r"(?:(?P<hours>小时|钟头)|(?P<quarters>刻钟)|分钟?)[以之]?后"
)


class Past(Unclear):
    """The time has gone by."""


class Backwards(Unclear):
    """It ends before it begins."""


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
    return at.astimezone(UTC), text[end:].lstrip(SEPARATORS)


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
    clock = clock_at(text, end)
    if day is None and clock is None:
        raise Unclear("no time")
    at = datetime.combine(day or here.date(), time(), tzinfo=here.tzinfo) + (clock.at if clock else MORNING)
    if at < here and day in (None, here.date()):
        at = _later(at, text[:end], clock, here)
    return at, clock.end if clock else end


def _later(at: datetime, day: str, clock: Clock | None, here: datetime) -> datetime:
    """What is meant by a time of today that has gone by, if something later can be.

    8点 at noon is eight in the evening; 上午8点 without a day is tomorrow's, 周一 on a Monday next week's, and 今天
    without an hour is at once.
    """
    evening = at + 12 * HOUR
    if clock and clock.either and at.hour < 12 and evening >= here:
        return evening
    if day.startswith(("周", "星期", "礼拜")):
        return at + 7 * DAY
    if not day:
        return at + DAY
    return at if clock else here


def repetition(text: str) -> tuple[Repeat, str] | None:
    """What 每天8点, 每周一三五 18:30 or 每月1号9点 in front of the text means, and the text after it."""
    text = clean(text)
    plain = folded(text)
    if not plain.startswith(("每", "天天")):
        return None
    monthly = _MONTHLY.match(plain)
    try:
        weekdays, end = (EVERY_DAY, monthly.end()) if monthly else weekdays_at(plain, 0) or (EVERY_DAY, 0)
        clock = clock_at(plain, end)
        after = clock.end if clock else end
        at = clock.at if clock else MORNING
        if not end or not _ENDS.match(plain, after) or (at >= DAY and (monthly or weekdays != EVERY_DAY)):
            return None
        month_day = value_of(monthly["day"] or "31") if monthly else None
        return Repeat(_time(at), weekdays, month_day), text[after:].lstrip(SEPARATORS)
    except ValueError:
        return None


def span(text: str, now: datetime, zone: ZoneInfo, member: MemberId) -> tuple[Span, str]:
    """The turns of duty that the text begins with (周一到周五 8:00-20:00, 下周, 11月24日-30日 晚上8点到早上8点), and the rest.

    Without days it is every day from today on, without hours the whole day; 周五 is every Friday, 下周五 one day.

    Raises:
        Past: The last day has gone by.
        Backwards: It ends before it begins.
        Unclear: There is none.
    """
    text = clean(text)
    plain, today = folded(text), now.astimezone(zone).date()
    first, last, end = _period_at(plain, today) or (today, None, 0)
    days, end = kind_at(plain, _blank(plain, end)) or (Days.ANY, end)
    weekdays, end = weekdays_at(plain, _blank(plain, end)) or (EVERY_DAY, end)
    starts, ends, end = hours_at(plain, _blank(plain, end)) or (time(), time(), end)
    if not end or not _ENDS.match(plain, end):
        raise Unclear("no days or hours of duty")
    if last is not None and last < today:
        raise Past("the last day has gone by")
    return Span(member, first, last, weekdays, starts, ends, days), text[end:].lstrip(SEPARATORS)


def _period_at(text: str, today: date) -> tuple[date, date | None, int] | None:
    if found := _WHOLE.match(text):
        return *_whole(found, today), found.end()
    if weekdays_at(text, 0) or kind_at(text, 0):
        return None
    start = len(text) - len(text.removeprefix("从"))
    began = day_at(text, start, today)
    if began is None:
        return None
    first, end = began
    if opened := _ONWARDS.match(text, end):
        return first, None, opened.end()
    to = _TO.match(text, end)
    if to is None:
        return first, first, end
    counted_from = today if text.startswith(tuple("大前昨今明后本这下"), to.end()) else first
    ended = day_at(text, to.end(), counted_from)
    if ended is None or ended[0] < first:
        raise Backwards("it ends before it begins")
    return first, *ended


def _whole(found: re.Match[str], today: date) -> tuple[date, date]:
    """The week or month that is meant, from its first day to its last."""
    if found["month"]:
        first = today.replace(day=1)
        if found["month"].startswith("下"):
            first = (first + 31 * DAY).replace(day=1)
        return first, (first + 31 * DAY).replace(day=1) - DAY
    monday = today - (today.isoweekday() - 1) * DAY + 7 * DAY * found["week"].count("下")
    return monday, monday + 6 * DAY


def hours_at(text: str, start: int) -> tuple[time, time, int] | None:
    """From when to when it is, where that stands at `start`, and where it ends; `text` is folded."""
    """The hours of duty that stand at `start`, from when to when, and where they end; `text` is folded."""
    if whole := _WHOLE_DAY.match(text, start):
        return time(), time(), whole.end()
    begins = clock_at(text, start)
    to = _TO.match(text, begins.end) if begins else None
    if begins is None or to is None:
        return None
    ends = clock_at(text, to.end())
    if ends is None:
        raise Unclear("it has no end")
    until = ends.at
    if ends.either:  # 8点到6点 and 晚上8点到10点, but 22点到6点
        until %= HOUR * 12
        ordinary = begins.part or begins.either or begins.at <= 12 * HOUR
        until += 12 * HOUR if ordinary and until < begins.at < until + 12 * HOUR else 0 * HOUR
    return _time(begins.at), _time(until), ends.end


def _time(at: timedelta) -> time:
    return (datetime.min + at % DAY).time()


def _blank(text: str, start: int) -> int:
    """Where the blanks at `start` end."""
    return len(text) - len(text[start:].lstrip())
