"""The moon's calendar, the festivals, and which days the law keeps free in every year."""

from calendar import monthrange
from collections.abc import Mapping
from datetime import date, timedelta
from functools import cache
from typing import Final

from chinese_calendar import get_solar_terms
from lunardate import LunarDate

DAY: Final = timedelta(days=1)
FIRST_YEAR: Final = 1901
LAST_YEAR: Final = 2098  #: as far as the tables go

EVE: Final = (12, 30)  #: the last day of the year, though its month may have 29
#: (month, day) by the sun.
SOLAR: Final[Mapping[str, tuple[int, int]]] = {
    "元旦": (1, 1),
    "妇女节": (3, 8),
    "植树节": (3, 12),
    "劳动节": (5, 1),
    "青年节": (5, 4),
    "儿童节": (6, 1),
    "建党节": (7, 1),
    "建军节": (8, 1),
    "教师节": (9, 10),
    "国庆节": (10, 1),
}
#: (month, day) by the moon.
LUNAR: Final[Mapping[str, tuple[int, int]]] = {
    "春节": (1, 1),
    "元宵节": (1, 15),
    "端午节": (5, 5),
    "七夕": (7, 7),
    "中元节": (7, 15),
    "中秋节": (8, 15),
    "重阳节": (9, 9),
    "腊八": (12, 8),
    "除夕": EVE,
}
TERMS: Final[Mapping[str, int]] = {"清明": 4, "冬至": 12}  #: the sun's own days, and the month that they are in
FEASTS: Final = (*SOLAR, *LUNAR, *TERMS)
#: Free by the law on national days off since 2025, (month, day): whatever the notice of a year adds.
BY_LAW: Final = frozenset({(1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)})
BY_LAW_OF_THE_MOON: Final = frozenset({(1, 1), (1, 2), (1, 3), (5, 5), (8, 15)})


class NoSuchDay(ValueError):  # noqa: N818 -- said of a calendar
    """The moon has no such day in that year, or the tables do not reach it."""


def moon_day(day: date) -> tuple[int, int]:
    """(month, day) by the moon; a leap month counts as the one before it."""
    _within(day.year)
    found = LunarDate.from_solar_date(day.year, day.month, day.day)
    return found.month, found.day


def day_of_moon(year: int, month: int, day: int, *, leap: bool = False) -> date:
    """The day that the moon's (month, day) is, of the moon's `year`; `EVE` is its last one.

    Raises:
        NoSuchDay: There is none.
    """
    _within(year)
    if (month, day) == EVE:
        return day_of_moon(year + 1, 1, 1) - DAY
    try:
        found: date = LunarDate(year, month, day, leap).to_solar_date()
    except ValueError as error:
        raise NoSuchDay(f"{year}-{month}-{day}") from error
    return found


@cache
def feast_day(name: str, year: int) -> date:
    """The day of a festival that falls into `year` (除夕 of the year that ends is in January or February).

    Raises:
        NoSuchDay: The tables do not reach it.
    """
    _within(year)
    if name in SOLAR:
        return date(year, *SOLAR[name])
    if name in TERMS:
        month = TERMS[name]
        last = monthrange(year, month)[1]
        found: list[tuple[date, str]] = get_solar_terms(date(year, month, 1), date(year, month, last))
        return next(day for day, term in found if term == name)
    month, day = LUNAR[name]
    of_year = day_of_moon(year, month, day)
    return of_year if of_year.year == year else day_of_moon(year - 1, month, day)


@cache
def free_by_law(day: date) -> bool:
    """Whether `day` is off in every year, whatever the yearly notice adds to it."""
    if (day.month, day.day) in BY_LAW:
        return True
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return False
    is_feast = moon_day(day) in BY_LAW_OF_THE_MOON and not is_leap(day)
    return is_feast or day in (feast_day("清明", day.year), feast_day("除夕", day.year))


def is_leap(day: date) -> bool:
    """Whether `day` is in a leap month of the moon."""
    return bool(LunarDate.from_solar_date(day.year, day.month, day.day).is_leap_month)


def _within(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NoSuchDay(f"no table for {year}")
