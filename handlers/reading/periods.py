"""Days on end as people write them: 5月1日到3日, 明天下午, 本周, 明天起三天, 5月1日8点到5月3日18点."""

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from handlers.reading.days import DAY, HOUR, clock_at, day_at, value_of
from handlers.reading.times import Backwards, Past
from handlers.reading.values import NUMERAL, SEPARATORS, Unclear, clean, folded
from handlers.rules.wall import moment_of

LONGEST: Final = 366 * DAY
MOST_BY_DATE: Final = 20 * DAY  #: 5月30日到2日 ends in June, 5月3日到1日 does not
_WHOLE: Final = re.compile(r"(?P<next>下)?(?:[本这])?个?(?P<unit>周|星期|礼拜|月)(?![零一二三四五六七八九十日天末0-9])")
_PART: Final = re.compile(r"\s*(?P<part>上午|下午|晚上|夜里|晚)(?![零一二三四五六七八九十两0-9])")
_PARTS: Final = {"上午": (0, 12), "下午": (12, 18), "晚上": (18, 32), "夜里": (18, 32), "晚": (18, 32)}
_TO: Final = re.compile(r"\s*[-~–—到至]+\s*")
_FOR: Final = re.compile(rf"\s*(?:起|开始)?\s*(?P<count>{NUMERAL})\s*个?(?P<unit>天|周|星期|礼拜)")
_ENDS: Final = re.compile(r"$|[\s,，。;；:：、]")


@dataclass(frozen=True, slots=True)
class Period:
    """From when to when, on the wall; `whole` where only days were said."""

    starts: datetime
    ends: datetime  #: exclusive
    whole: bool

    @property
    def days(self) -> tuple[date, date]:
        """Its first day and its last."""
        return self.starts.date(), (self.ends - timedelta(microseconds=1)).date()

    def moments(self, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """The same as moments."""
        return moment_of(self.starts, zone), moment_of(self.ends, zone)


def period_at(text: str, now: datetime, zone: ZoneInfo) -> tuple[Period, str]:
    """The days that the text begins with, and what follows.

    Raises:
        Past: They are over.
        Backwards: They end before they begin.
        Unclear: There are none, or too many.
    """
    text = clean(text)
    plain, here = folded(text), now.astimezone(zone).replace(tzinfo=None)
    found, end = _period(plain, here)
    if found.ends <= found.starts:
        raise Backwards("it ends before it begins")
    if found.ends <= here:
        raise Past("it is over")
    if not _ENDS.match(plain, end) or found.ends - found.starts > LONGEST:
        raise Unclear("the days go on as a sentence")
    return found, text[end:].lstrip(SEPARATORS)


def _period(text: str, here: datetime) -> tuple[Period, int]:
    today = _midnight(here.date())
    if whole := _WHOLE.match(text):
        return _all_of(whole, today), whole.end()
    if lasting := _FOR.match(text):
        return Period(today, today + _length(lasting), whole=True), lasting.end()
    start = len(text) - len(text.removeprefix("从"))
    began = day_at(text, start, here.date())
    if began is None:
        raise Unclear("no day")
    first = _midnight(began[0])
    if lasting := _FOR.match(text, began[1]):
        return Period(first, first + _length(lasting), whole=True), lasting.end()
    if part := _PART.match(text, began[1]):
        since, until = _PARTS[part["part"]]
        return Period(first + since * HOUR, first + until * HOUR, whole=False), part.end()
    return _from_to(text, first, began[1], here)


def _from_to(text: str, first: datetime, start: int, here: datetime) -> tuple[Period, int]:
    clock = clock_at(text, start)
    starts, end = (first + clock.at, clock.end) if clock else (first, start)
    to = _TO.match(text, end)
    if to is None:
        return Period(starts, first + DAY, whole=clock is None), end
    counted_from = here.date() if text.startswith(tuple("今明后大本这下"), to.end()) else first.date()
    ended = day_at(text, to.end(), counted_from)
    if ended and "月" not in text[to.end() : ended[1]] and ended[0] - first.date() > MOST_BY_DATE:
        raise Backwards("5月3日到1日")
    last, end = (_midnight(ended[0]), ended[1]) if ended else (first, to.end())
    until = clock_at(text, end)
    if ended is None and until is None:
        raise Unclear("it has no end")
    if until is None:
        return Period(starts, last + DAY, whole=clock is None), end
    ends = last + until.at
    if until.either and ends <= starts < ends + 12 * HOUR:
        ends += 12 * HOUR
    return Period(starts, ends, whole=False), until.end


def _length(lasting: re.Match[str]) -> timedelta:
    return min(value_of(lasting["count"]), LONGEST.days + 1) * (DAY if lasting["unit"] == "天" else 7 * DAY)


def _all_of(found: re.Match[str], today: datetime) -> Period:
    if found["unit"] == "月":
        first = today.replace(day=1)
        first = (first + 31 * DAY).replace(day=1) if found["next"] else first
        return Period(first, (first + 31 * DAY).replace(day=1), whole=True)
    monday = today - (today.isoweekday() - 1) * DAY + (7 * DAY if found["next"] else 0 * DAY)
    return Period(monday, monday + 7 * DAY, whole=True)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)  # noqa: DTZ001 -- on the wall
