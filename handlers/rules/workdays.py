"""Working days counted: the first and the last of a month, those ahead, and the days off around a holiday.

In a year whose notice is not out yet, Monday to Friday are worked but for the festivals that the law itself keeps free;
whoever shows such a day says so (`unknown_years`).
"""

from calendar import monthrange
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final

from handlers.rules.holidays import NONE, assumed_kind, is_known
from handlers.rules.moon import DAY, free_by_law
from storage.types import DayKind

LONGEST_OFF: Final = 30  #: days; what is longer is no holiday but a mistake in somebody's list

Own = Mapping[date, DayKind]


def kind_of(day: date, own: Own = NONE) -> DayKind:
    """What `day` is, or is taken for in a year that nobody has published."""
    if day not in own and not is_known(day.year, own) and free_by_law(day):
        return DayKind.HOLIDAY
    return assumed_kind(day, own)


def is_worked(day: date, own: Own = NONE) -> bool:
    """Whether `day` is a working day."""
    return kind_of(day, own) is DayKind.WORKDAY


def unknown_years(days: Iterable[date], own: Own = NONE) -> frozenset[int]:
    """The years among `days` of which nobody has said yet what is off and what is worked."""
    return frozenset(day.year for day in days if day not in own and not is_known(day.year, own))


def nth_workday(month: date, nth: int, own: Own = NONE) -> date | None:
    """The nth working day of the month that `month` is in; -1 is the last."""
    return _nth([day for day in _days_of(month) if is_worked(day, own)], nth)


def nth_weekday(month: date, nth: int, weekday: int) -> date | None:
    """The nth Monday (1) to Sunday (7) of the month that `month` is in; -1 is the last."""
    return _nth([day for day in _days_of(month) if day.isoweekday() == weekday], nth)


def workday_after(day: date, count: int, own: Own = NONE) -> date:
    """The working day that is `count` of them after `day`; nobody is off for ever."""
    for _ in range(count):
        day += DAY
        while not is_worked(day, own):
            day += DAY
    return day


def days_off(day: date, own: Own = NONE) -> tuple[date, date] | None:
    """The first and the last of the days off around `day`, if they are a holiday's."""
    if is_worked(day, own):
        return None
    first = last = day
    while not is_worked(first - DAY, own) and (day - first).days < LONGEST_OFF:
        first -= DAY
    while not is_worked(last + DAY, own) and (last - day).days < LONGEST_OFF:
        last += DAY
    run = [first + i * DAY for i in range((last - first).days + 1)]
    return (first, last) if any(kind_of(one, own) is DayKind.HOLIDAY for one in run) else None


def _days_of(month: date) -> list[date]:
    return [month.replace(day=day) for day in range(1, monthrange(month.year, month.month)[1] + 1)]


def _nth(found: list[date], nth: int) -> date | None:
    index = nth - 1 if nth > 0 else nth
    return found[index] if nth and -len(found) <= index < len(found) else None
