"""Days and clock times as people write them: 下周三, 11月25日（周二）, 晚上八点半.

Each is one pattern, asked where the text stands; texts are `folded`, so that widths do not matter.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from handlers.reading.values import NUMERAL, Unclear, numeral

DAY: Final = timedelta(days=1)
HOUR: Final = timedelta(hours=1)
YEARS_AHEAD: Final = 5
LONG_AGO: Final = timedelta(days=180)  # 1月3日, said in November, is next January's

_NEAR: Final = {"前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
_WEEKS: Final = {"本": 0, "这": 0, "下": 1, "下下": 2}
_WEEKDAYS: Final = {
    **{c: i for i, c in enumerate("一二三四五六日", 1)},
    **{str(i): i for i in range(1, 8)},
    "天": 7,
    "末": 6,
}
_TOO: Final = r"(?:\s*[(（]?(?:周|星期|礼拜)[一二三四五六日天][)）]?)?"  # the weekday beside a date is not asked
_DAY: Final = re.compile(
    rf"""
      (?P<near>大后|[前昨今明后])(?:[天日]{_TOO}|(?=[早晚夜]|[上下中]午|凌晨|傍晚))
    | (?P<ahead>{NUMERAL})\s*(?:(?P<days>天)|个?(?:周|星期|礼拜))[以之]?后
    | (?:(?P<week>下下|[下本这])个?)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天末]|[1-7](?![0-9]))
    | (?:(?P<year>[0-9]{{4}})[年\-/.]|(?P<next_year>明)年|今年)?(?P<month>{NUMERAL})\s*[月\-/.]\s*(?P<date>{NUMERAL})
      (?:[日号]|(?![点时:：])){_TOO}
    | (?:(?P<next_month>下)个?月|[本这]个?月)?(?P<only_date>{NUMERAL})[日号]{_TOO}
    """,
    re.VERBOSE,
)
_EVERY_DAY: Final = re.compile(r"每(?:[天日]|(?=[早晚夜]|[上下中]午|凌晨|傍晚))|天天|长期|一直")
_WORKDAYS: Final = re.compile(r"每?个?工作日")
# 每周一三五, 周一到周五, 周六、周日; in 每周一三点 the 三 is an hour.
_WEEKLY: Final = re.compile(
    r"""(?:每个?)?(?:周|星期|礼拜)(?P<first>[一二三四五六日天末])
    (?:\s*[-~–—到至]\s*(?:周|星期|礼拜)?(?P<last>[一二三四五六日天末])
      | (?P<more>(?:\s*+[、,，和及]?\s*+(?:周|星期|礼拜)[一二三四五六日天末]|[、,，和及]?[一二三四五六日天末](?![点时号栋幢楼十]))*))
    """,
    re.VERBOSE,
)
_CLOCK: Final = re.compile(
    rf"""
    \s*+(?P<part>凌晨|清晨|清早|早晨|早上|上午|早|中午|正午|下午|傍晚|晚上|晚间|夜里|夜间|半夜|深夜|晚|夜)?\s*+
    (?:(?P<hour>{NUMERAL})\s*
      (?:[:：](?P<colon>[0-5][0-9])(?:[:：][0-5][0-9])?
        | [点时](?:(?P<half>半)|(?P<quarters>[一三])刻|(?P<minutes>[0-9](?=分)|[0-9]{{2}}|[零一二三四五六七八九十]++)分?(?![0-9栋幢号楼座])|[钟整])?
        | (?=\s*[-~–—到至]+\s*{NUMERAL}\s*[点时])))?
    """,
    re.VERBOSE,
)
_PARTS: Final = {
    **dict.fromkeys(("凌晨",), (0, 11, None)),
    **dict.fromkeys(("清晨", "清早", "早晨", "早上", "早"), (1, 12, 8)),
    "上午": (1, 12, 9),
    **dict.fromkeys(("中午", "正午"), (10, 14, 12)),
    "下午": (12, 23, 14),
    "傍晚": (16, 20, 18),
    **dict.fromkeys(("晚上", "晚间", "晚", "夜里", "夜间", "夜", "半夜", "深夜"), (17, 28, 19)),
}


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day, and where its words end."""

    at: timedelta  #: from the midnight with which the named day begins; 晚上12点 is 24 hours
    end: int
    either: bool  #: 8点 may be said of the evening, too
    part: bool  #: 上午, 晚上 … was said


def day_at(text: str, start: int, today: date) -> tuple[date, int] | None:
    """The day that stands at `start`, and where it ends; `text` is folded. Unclear where there is no such day."""
    found = _DAY.match(text, start)
    if found is None:
        return None
    try:
        day = _day(found, today)
    except (ValueError, OverflowError) as error:
        raise Unclear("no such day") from error
    if abs(day - today) > YEARS_AHEAD * 366 * DAY:
        raise Unclear("too far away")
    return day, found.end()


def weekdays_at(text: str, start: int) -> tuple[frozenset[int], int] | None:
    """The days of every week that stand at `start` (Monday is 1), and where they end; `text` is folded."""
    if found := _EVERY_DAY.match(text, start):
        return frozenset(range(1, 8)), found.end()
    if found := _WORKDAYS.match(text, start):
        return frozenset(range(1, 6)), found.end()
    found = _WEEKLY.match(text, start)
    if found is None:
        return None
    first = _WEEKDAYS[found["first"]]
    if found["last"]:
        last = 7 if found["last"] == "末" else _WEEKDAYS[found["last"]]
        return frozenset((first + i - 1) % 7 + 1 for i in range((last - first) % 7 + 1)), found.end()
    named = found["first"] + found["more"]
    return frozenset(_WEEKDAYS[c] for c in named.replace("末", "六日") if c in _WEEKDAYS), found.end()


def clock_at(text: str, start: int) -> Clock | None:
    """The clock time at `start`, after blanks; `text` is folded."""
    found = _CLOCK.match(text, start)
    return _clock(found) if found and (found["part"] or found["hour"]) else None


def _day(found: re.Match[str], today: date) -> date:
    monday = today - (today.isoweekday() - 1) * DAY
    if found["near"]:
        return today + _NEAR[found["near"]] * DAY
    if found["ahead"]:
        return today + value_of(found["ahead"]) * (DAY if found["days"] else 7 * DAY)
    if found["weekday"]:
        day = monday + (_WEEKDAYS[found["weekday"]] - 1) * DAY
        if found["week"]:
            return day + _WEEKS[found["week"]] * 7 * DAY
        return day if day >= today else day + 7 * DAY
    if found["month"]:
        return _date(found, today)
    return _day_of_month(value_of(found["only_date"]), today, skip=bool(found["next_month"]))


def _date(found: re.Match[str], today: date) -> date:
    month, day = value_of(found["month"]), value_of(found["date"])
    if found["year"] or found["next_year"]:
        year = int(found["year"] or today.year + 1)
        if not today.year - 1 <= year <= today.year + YEARS_AHEAD:
            raise Unclear("no year of ours")
        return date(year, month, day)
    if month == 2 and day == 29:  # the next one there is
        return next(date(y, 2, 29) for y in range(today.year, today.year + 9) if monthrange(y, 2)[1] == 29)
    this_year = date(today.year, month, day)
    return this_year if today - this_year < LONG_AGO else date(today.year + 1, month, day)


def _day_of_month(number: int, today: date, *, skip: bool) -> date:
    """The next day of that number, in the next month at the earliest if `skip`."""
    month = today.replace(day=1)
    for _ in range(4):
        day = month + (number - 1) * DAY
        if not skip and day >= today and 1 <= number <= monthrange(month.year, month.month)[1]:
            return day
        month, skip = (month + 31 * DAY).replace(day=1), False
    raise Unclear("no such day")


def _clock(found: re.Match[str]) -> Clock:
    low, high, usual = _PARTS.get(found["part"], (0, 24, None))
    if found["hour"] is None and usual is None:
        raise Unclear("no hour")
    hour = value_of(found["hour"]) if found["hour"] else usual or 0
    either = not found["part"] and not found["colon"] and 1 <= hour <= 12
    if found["part"]:
        shifts = (0, 12, 24, -12 if hour == 12 else 0)
        hour = next((hour + shift for shift in shifts if low <= hour + shift <= high), 99)
    elif either and hour <= 5:  # nobody rings at 3点 in the night without saying 凌晨
        hour += 12
    minute = _minute(found)
    if hour > high or minute > 59 or (hour == 24 and minute and not found["part"]):
        raise Unclear("no such hour")
    return Clock(timedelta(hours=hour, minutes=minute), found.end(), either=either, part=bool(found["part"]))


def _minute(found: re.Match[str]) -> int:
    if found["half"]:
        return 30
    return 15 * value_of(found["quarters"] or "0") or value_of(found["colon"] or found["minutes"] or "0")


def value_of(text: str) -> int:
    """The number that a time expression's part is.

    Raises:
        Unclear: It is none.
    """
    value = numeral(text)
    if value is None:
        raise Unclear("no number")
    return value
