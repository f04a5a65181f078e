"""What comes back by months and years: 每月10日, 每月最后一个工作日, 每季度第一个周一, 每年重阳节, 每月初一和十五."""

import re
from calendar import monthrange
from dataclasses import replace
from typing import Final

from handlers.reading.days import value_of
from handlers.reading.values import NUMERAL
from handlers.rules.rhythms import Feast, Monthly, Moon
from handlers.when.feasts import FEAST, feast_named, moon_month_and_day, moon_number
from handlers.when.months import place_at
from handlers.when.understood import Unsure, Why, count_of
from handlers.when.weeks import Found

_MONTHLY: Final = re.compile(r"每个?月(?:份)?的?")
_QUARTERLY: Final = re.compile(r"每个?季度?的?")
_YEARLY: Final = re.compile(r"每年的?")
_NUMBERS: Final = re.compile(rf"\s*(?:{NUMERAL})\s*[日号]?(?:\s*[、,，和及]\s*(?:{NUMERAL})\s*[日号]?)*(?<=[日号])")
_NUMBER: Final = re.compile(NUMERAL)
_RANGE: Final = re.compile(rf"(?P<first>{NUMERAL})[日号]?\s*[-~–—到至]\s*(?P<last>{NUMERAL})[日号]")
_MOON_DAY: Final = "(?:初[一二三四五六七八九十]|廿[一二三四五六七八九]?|三十|[二两]?十[一二三四五六七八九]?)"
_MOON_DAYS: Final = re.compile(
    rf"(?:每逢|逢|每个?月的?|每)(?:农历|阴历)?(?P<days>(?:初[一二三四五六七八九十]|(?<=历){_MOON_DAY})(?:[、,，和及]?{_MOON_DAY})*)[日号]?"
)
_IN_QUARTER: Final = re.compile(rf"(?:(?P<first>首月|第一个月)|(?P<last>末月|最后一个月))的?(?P<day>{NUMERAL})[日号]")
_DATE: Final = re.compile(rf"(?P<month>{NUMERAL})\s*月(?:份)?的?\s*(?:(?P<day>{NUMERAL})[日号])?")
_FEAST: Final = re.compile(
    rf"(?:农历)?(?P<feast>{FEAST})(?:的?[以之]?(?P<way>[前后])(?:(?P<count>{NUMERAL})[天日]|夕)|当[天日])?"
)
_FIRST_MONTHS: Final = (1, 4, 7, 10)
_LAST_MONTHS: Final = (3, 6, 9, 12)


def year_rhythm(text: str, start: int) -> Found | None:
    """The rhythm of months or years at `start`, and where its words end.

    Raises:
        Unsure: There is no such day.
    """
    if found := _MOON_DAYS.match(text, start):
        days = re.findall(_MOON_DAY, found["days"])
        return Moon(tuple(sorted({moon_number(day) for day in days}))), found.end()
    if found := _MONTHLY.match(text, start):
        return _in_month(text, found.end())
    if found := _QUARTERLY.match(text, start):
        return _in_quarter(text, found.end())
    if found := _YEARLY.match(text, start):
        return _in_year(text, found.end())
    return None


def _in_month(text: str, start: int) -> Found | None:
    if place := place_at(text, start):
        return place
    if found := _RANGE.match(text, start):
        days = set(range(value_of(found["first"]), min(value_of(found["last"]), 32) + 1))
    elif found := _NUMBERS.match(text, start):
        days = {value_of(number) for number in _NUMBER.findall(found[0])}
    else:
        return None
    if not days or not days <= set(range(1, 32)):
        raise Unsure(Why.NO_DAY, start, found.end())
    return Monthly(tuple(sorted(days))), found.end()


def _in_quarter(text: str, start: int) -> Found | None:
    if found := _IN_QUARTER.match(text, start):
        months = _FIRST_MONTHS if found["first"] else _LAST_MONTHS
        return _monthly(value_of(found["day"]), months, start, found.end())
    place = place_at(text, start)
    if place is None:
        return None
    days, end = place
    from_end = days.days[0] < 0 if isinstance(days, Monthly) else days.nth < 0
    return replace(days, months=_LAST_MONTHS if from_end else _FIRST_MONTHS), end


def _in_year(text: str, start: int) -> Found | None:
    if moon := moon_month_and_day(text, start):
        month, day, end = moon
        if not (1 <= month <= 12 and 1 <= day <= 30):
            raise Unsure(Why.NO_DAY, start, end)
        return (Feast("除夕") if (month, day) == (12, 30) else Moon((day,), month)), end
    if feast := _FEAST.match(text, start):
        days = count_of(feast, "count") if feast["count"] else int(feast["way"] is not None)
        shift = days * (-1 if feast["way"] == "前" else 1)
        if abs(shift) > 60:
            raise Unsure(Why.NO_DAY, start, feast.end())
        return Feast(feast_named(feast["feast"]), shift), feast.end()
    return _in_named_month(text, start)


def _in_named_month(text: str, start: int) -> Found | None:
    found = _DATE.match(text, start)
    if found is None:
        return None
    month = value_of(found["month"])
    if not 1 <= month <= 12:
        raise Unsure(Why.NO_DAY, start, found.end())
    if found["day"]:
        return _monthly(value_of(found["day"]), (month,), start, found.end())
    place = place_at(text, found.end())
    return (replace(place[0], months=(month,)), place[1]) if place else None


def _monthly(day: int, months: tuple[int, ...], start: int, end: int) -> Found:
    """A day that every one of these months has, in a leap year at least."""
    if not 1 <= day <= min(monthrange(2028, month)[1] for month in months):
        raise Unsure(Why.NO_DAY, start, end)
    return Monthly((day,), months), end
