"""Days said by the month: 月底, 下个月头, 10号, 12月第一个周六, 本月最后一个工作日, 倒数第二天."""

import re
from calendar import monthrange
from datetime import date
from typing import Final

from handlers.reading.days import value_of
from handlers.reading.values import NUMERAL
from handlers.rules.moon import DAY
from handlers.rules.rhythms import Monthly, NthWeekday, NthWorkday
from handlers.rules.workdays import nth_weekday, nth_workday
from handlers.when.understood import Here, Unsure, Why

WEEKDAYS: Final = {**{c: i for i, c in enumerate("一二三四五六日", 1)}, **{str(i): i for i in range(1, 8)}, "天": 7}
WEEK: Final = "(?:周|星期|礼拜)"
_MONTH: Final = re.compile(
    rf"(?:(?P<rel>[本这当下上])一?个?月份?|(?:(?P<next_year>明)年|今年)?(?P<number>{NUMERAL})月份?)?的?"
)
#: What of a month may be meant, once or again and again.
_PLACE: Final = re.compile(
    rf"""
      (?P<end>月?[底末]|最后[一1]?[天日])
    | (?P<begin>头|初(?:一头|头)?(?![一二三四五六七八九十])|第[一1][天日]|首日)
    | 倒数第\s*(?P<back>{NUMERAL})\s*[天日]
    | (?:(?P<lasting>最后)[一1]?个?|(?P<from_end>倒数)?第?\s*(?P<nth>{NUMERAL}|首)\s*个)
      (?:{WEEK}(?P<weekday>[一二三四五六日天1-7])|(?P<work>工作日|上班日))
    """,
    re.VERBOSE,
)
_NUMBER: Final = re.compile(rf"(?P<number>{NUMERAL})[日号]")
_VAGUE: Final = re.compile("月?(?:(?P<middle>中旬?(?!午))|(?P<early>[初头])|[上下]旬)")


def month_day_at(text: str, start: int, here: Here) -> tuple[date, int, bool] | None:
    """The day of a month at `start`, where it ends, and whether only its number was said.

    Raises:
        Unsure: That month has no such day, or it is not said which.
    """
    found = _MONTH.match(text, start)
    end = found.end() if found else start
    named = end > start
    place = place_at(text, end, loose=not named)
    vague = None if place else _VAGUE.match(text, end)
    number = _NUMBER.match(text, end)
    if found is not None and not place and not vague and (found["number"] or not number):
        return None  # 12月5日 is a date
    month = _month(found, here.today) if found and named else here.today.replace(day=1)
    if place:
        day = day_in(month, place[0], here)
        if day is None:
            raise Unsure(Why.NO_DAY, start, place[1])
        return day, place[1], False
    if vague:
        _ask_which(vague, text[start:end], start)
    return (
        _numbered(value_of(number["number"]), month, here.today, start, number.end(), named=named) if number else None
    )


def _ask_which(vague: re.Match[str], named: str, start: int) -> None:
    """Ask which day, where it is of a month at all."""
    if not named and not vague[0].startswith("月"):
        return
    head = named or ("下个月" if vague["early"] else "本月")
    days = {"middle": ["15号"], "early": ["1号"]}.get(vague.lastgroup or "", [])
    raise Unsure(Why.WHICH_DAY, start, vague.end(), *[f"{head}{day}" for day in days])


def place_at(text: str, start: int, *, loose: bool = False) -> tuple[Monthly | NthWeekday | NthWorkday, int] | None:
    """Which day of a month is meant at `start`, and where it ends; `loose`: no month was named before it."""
    found = _PLACE.match(text, start)
    if found is None or (loose and not found[0].startswith(("月", "最后", "倒数"))):
        return None
    if found["end"]:
        return Monthly((-1,)), found.end()
    if found["begin"]:
        return Monthly((1,)), found.end()
    if found["back"]:
        return Monthly((-_counted(found["back"], 28, found),)), found.end()
    nth = -1 if found["lasting"] else 1 if found["nth"] == "首" else _counted(found["nth"], 20, found)
    nth = -nth if found["from_end"] else nth
    if found["work"]:
        return NthWorkday(nth), found.end()
    if abs(nth) > 4:
        raise Unsure(Why.NO_DAY, start, found.end())
    return NthWeekday(nth, WEEKDAYS[found["weekday"]]), found.end()


def day_in(month: date, place: Monthly | NthWeekday | NthWorkday, here: Here) -> date | None:
    """The day of that place in the month that begins with `month`."""
    last = monthrange(month.year, month.month)[1]
    match place:
        case Monthly():
            number = place.days[0]
            return month.replace(day=number if number > 0 else last + 1 + number)
        case NthWeekday(nth, weekday):
            return nth_weekday(month, nth, weekday)
        case NthWorkday(nth):
            return nth_workday(month, nth, here.own)


def next_month(month: date) -> date:
    """The first of the month after."""
    return (month.replace(day=1) + 31 * DAY).replace(day=1)


def _counted(text: str, most: int, found: re.Match[str]) -> int:
    value = value_of(text)
    if not 1 <= value <= most:
        raise Unsure(Why.NO_DAY, found.start(), found.end())
    return value


def _month(found: re.Match[str], today: date) -> date:
    first = today.replace(day=1)
    if found["rel"] == "下":
        return next_month(first)
    if found["rel"] == "上":
        return (first - DAY).replace(day=1)
    if found["rel"]:
        return first
    number = _counted(found["number"], 12, found)
    if found["next_year"]:
        return date(today.year + 1, number, 1)
    return date(today.year + (number < today.month), number, 1)


def _numbered(number: int, month: date, today: date, start: int, end: int, *, named: bool) -> tuple[date, int, bool]:
    """The day of that number in that month; 10号 without a month is the next one there is, if it is near."""
    if not 1 <= number <= 31:
        raise Unsure(Why.NO_DAY, start, end)
    if not named and number < today.day:
        month = next_month(month)
    if number > monthrange(month.year, month.month)[1]:
        after = next_month(month)
        raise Unsure(Why.NO_DAY, start, end, f"{after.year}年{after.month}月{number}日")
    return month.replace(day=number), end, not named
