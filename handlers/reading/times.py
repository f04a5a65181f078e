"""周一到周五 8:00-20:00, 下周, 11月24日-30日 晚上8点到早上8点 → turns of duty. The time of a notice is read in `handlers.when`.

Nothing is guessed from the middle of a sentence.
"""

import re
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from handlers.reading.days import DAY, HOUR, clock_at, day_at, weekdays_at
from handlers.reading.kinds import kind_at
from handlers.reading.values import SEPARATORS, Unclear, clean, folded
from handlers.rules.duty import EVERY_DAY, Span
from storage.turns import Days
from storage.types import MemberId

_ENDS: Final = re.compile(r"$|[\s,，。.;；:：、!！)）】]|全体|全楼|全小区|全社区|发给")
_TO: Final = re.compile(r"\s*[-~–—到至]+\s*(?:次日|第二天)?\s*")
_ONWARDS: Final = re.compile(r"起|开始")
_WHOLE: Final = re.compile(
    r"(?:(?P<week>下下|[下本这])个?(?:周|星期|礼拜)|(?P<month>[下本这]个?)月)(?![零一二三四五六七八九十日天末0-9])"
)
_WHOLE_DAY: Final = re.compile(r"全天|整天|24小时")


class Past(Unclear):
    """The time has gone by."""


class Backwards(Unclear):
    """It ends before it begins."""


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
