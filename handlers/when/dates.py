"""Dates as people write them: 11月25日（周三）, 11.25, 2026-12-01; and the weekday beside one, which has to agree."""

import re
from datetime import date, timedelta
from typing import Final

from handlers.reading.days import YEARS_AHEAD, value_of
from handlers.reading.values import NUMERAL
from handlers.when.months import WEEK, WEEKDAYS
from handlers.when.understood import Unsure, Why

JUST_GONE: Final = timedelta(days=90)  #: 11月10日, said on the 18th, is over; 3月8日 is next year's

#: The weekday beside a date, or the other way round.
BESIDE: Final = r"(?P<beside>\s*[(（][^()（）\n]{0,16}[)）]|\s*(?:周|星期|礼拜)[一二三四五六日天])?"
_WEEKDAY: Final = re.compile(rf"{WEEK}([一二三四五六日天])")
_MONTH_DAY: Final = re.compile(rf"(?P<month>{NUMERAL})\s*[月.]\s*(?P<date>{NUMERAL})")
_DATE: Final = re.compile(
    rf"(?:(?P<year>[0-9]{{4}})\s*[年\-/.]\s*|(?P<said_year>[今明])年)?(?P<month>{NUMERAL})\s*[月\-/.]\s*"
    rf"(?P<date>{NUMERAL})(?:\s*[日号]|(?![点时:：0-9])){BESIDE}"
)


def date_at(text: str, start: int, today: date) -> tuple[date, int] | None:
    """The date at `start`, and where it ends; without a year it is the next one, or one just gone by.

    Raises:
        Unsure: There is no such day, or the weekday beside it is another one's.
    """
    found = _DATE.match(text, start)
    if found is None:
        return None
    year = today.year
    said = int(found["year"]) if found["year"] else year + (found["said_year"] == "明") if found["said_year"] else None
    if said is not None and abs(said - year) > YEARS_AHEAD:
        raise Unsure(Why.NO_DAY, start, found.end())
    return agreed(found, _of_month(found, found, said, today)), found.end()


def date_beside(found: re.Match[str], today: date) -> date | None:
    """The date that stands in brackets beside a weekday."""
    dated = _MONTH_DAY.search(found["beside"] or "")
    return _of_month(found, dated, None, today) if dated else None


def agreed(found: re.Match[str], day: date) -> date:
    """`day`, if what stands beside it is the same.

    Raises:
        Unsure: It is not.
    """
    beside = found["beside"] or ""
    weekday, dated = _WEEKDAY.search(beside), _MONTH_DAY.search(beside)
    others = [WEEKDAYS[weekday[1]] != day.isoweekday()] if weekday else []
    if dated:
        others.append((value_of(dated["month"]), value_of(dated["date"])) != (day.month, day.day))
    if any(others):
        alone = found.string[found.start() : found.start("beside")]
        raise Unsure(Why.CLASH, found.start(), found.end(), alone, beside.strip(" (（)）"))
    return day


def _of_month(found: re.Match[str], numbers: re.Match[str], year: int | None, today: date) -> date:
    """The day of the month and the number that `numbers` gives."""
    try:
        return _dated(year, value_of(numbers["month"]), value_of(numbers["date"]), today)
    except ValueError:
        raise Unsure(Why.NO_DAY, found.start(), found.end()) from None


def _dated(year: int | None, month: int, day: int, today: date) -> date:
    if year is not None:
        return date(year, month, day)
    this_year = date(today.year, month, day)
    return this_year if today - this_year < JUST_GONE else date(today.year + 1, month, day)
