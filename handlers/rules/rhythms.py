"""On which days something comes back: every kind of rhythm that people name, and whether it falls on a day.

A month without the day is served on its last day: a reminder that comes early is better than none.
"""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Final

from handlers.rules.moon import DAY, feast_day, is_leap, moon_day
from handlers.rules.workdays import Own, days_off, is_worked, kind_of, nth_weekday, nth_workday
from storage.types import DayKind

ALL_WEEK: Final = tuple(range(1, 8))
ALL_MONTHS: Final = tuple(range(1, 13))


@dataclass(frozen=True, slots=True)
class Weekly:
    """On weekdays (Monday is 1) of every week, or of every so many `weeks` from the first one on."""

    weekdays: tuple[int, ...] = ALL_WEEK
    weeks: int = 1


@dataclass(frozen=True, slots=True)
class EveryDays:
    """Every so many days from the first one on."""

    days: int


@dataclass(frozen=True, slots=True)
class Monthly:
    """On days of the month, 1 to 31 or from its end (-1 is the last), in every month or in some."""

    days: tuple[int, ...]
    months: tuple[int, ...] = ALL_MONTHS


@dataclass(frozen=True, slots=True)
class Parity:
    """On the odd dates (1) or the even ones (0)."""

    rest: int


@dataclass(frozen=True, slots=True)
class NthWeekday:
    """On the nth weekday of the month; -1 is the last."""

    nth: int
    weekday: int
    months: tuple[int, ...] = ALL_MONTHS


@dataclass(frozen=True, slots=True)
class NthWorkday:
    """On the nth working day of the month; -1 is the last."""

    nth: int
    months: tuple[int, ...] = ALL_MONTHS


@dataclass(frozen=True, slots=True)
class OfKind:
    """On working days, on days off, or on those of holidays."""

    kinds: tuple[DayKind, ...]


@dataclass(frozen=True, slots=True)
class BeforeDaysOff:
    """So many days before the days off of a holiday begin; 1 is the last day that is worked."""

    before: int


@dataclass(frozen=True, slots=True)
class Moon:
    """On days of the moon's month, in every month (leap ones too) or in one."""

    days: tuple[int, ...]
    month: int | None = None


@dataclass(frozen=True, slots=True)
class Feast:
    """On a festival of every year, or so many days after it; before it where `shift` is negative."""

    name: str
    shift: int = 0


ByNotice = NthWorkday | OfKind | BeforeDaysOff  #: which days these are, the yearly notice says
Days = Weekly | EveryDays | Monthly | Parity | NthWeekday | Moon | Feast | ByNotice

NAMES: Final[Mapping[str, type[Days]]] = {
    "weekly": Weekly,
    "every_days": EveryDays,
    "monthly": Monthly,
    "parity": Parity,
    "nth_weekday": NthWeekday,
    "nth_workday": NthWorkday,
    "of_kind": OfKind,
    "before_days_off": BeforeDaysOff,
    "moon": Moon,
    "feast": Feast,
}


def days_kept(days: Days) -> dict[str, Any]:
    """As JSON keeps it."""
    name = next(name for name, kind in NAMES.items() if kind is type(days))
    return {"every": name, **{field.name: getattr(days, field.name) for field in fields(days)}}


def days_of(kept: Mapping[str, Any]) -> Days:
    """Back from what `days_kept` gave."""
    facts: dict[str, Any] = {name: tuple(v) if isinstance(v, list | tuple) else v for name, v in kept.items()}
    kind: type[Any] = NAMES[facts.pop("every")]
    if kind is OfKind:
        return OfKind(tuple(map(DayKind, facts["kinds"])))
    made: Days = kind(**facts)
    return made


def is_empty(days: Days) -> bool:
    """Whether no day is ever one of them, or they are counted by nought."""
    match days:
        case EveryDays(count):
            return count < 1
        case Weekly(weekdays, weeks):
            return weeks < 1 or not weekdays
        case Monthly(numbers, months):
            return not numbers or not months
    return False


def counts_from(days: Days) -> bool:
    """Whether it depends on a first day when it comes."""
    return isinstance(days, EveryDays) or (isinstance(days, Weekly) and days.weeks > 1)


def falls_on(days: Days, day: date, first: date, own: Own) -> bool:
    """Whether it comes on `day`; `first` is where the counting begins, `own` are the community's own days.

    Raises:
        NoSuchDay: The moon's tables do not reach that day.
    """
    match days:
        case Weekly(weekdays, weeks):
            return day.isoweekday() in weekdays and (_monday(day) - _monday(first)).days // 7 % weeks == 0
        case EveryDays(count):
            return (day - first).days % count == 0
        case Monthly() | Parity() | NthWeekday():
            return _in_month(days, day)
        case Moon() | Feast():
            return _on_feast(days, day)
    return _by_notice(days, day, own)


def _in_month(days: Monthly | Parity | NthWeekday, day: date) -> bool:
    match days:
        case Monthly(numbers, months):
            last = monthrange(day.year, day.month)[1]
            return day.month in months and day.day in {min(n, last) if n > 0 else last + 1 + n for n in numbers}
        case Parity(rest):
            return day.day % 2 == rest
        case NthWeekday(nth, weekday, months):
            return day.month in months and day == nth_weekday(day, nth, weekday)


def _on_feast(days: Moon | Feast, day: date) -> bool:
    if isinstance(days, Feast):
        feast = day - days.shift * DAY
        return feast == feast_day(days.name, feast.year)
    month, number = moon_day(day)
    return number in days.days and (days.month is None or (days.month == month and not is_leap(day)))


def _by_notice(days: ByNotice, day: date, own: Own) -> bool:
    match days:
        case NthWorkday(nth, months):
            return day.month in months and day == nth_workday(day, nth, own)
        case OfKind(kinds):
            return kind_of(day, own) in kinds
        case BeforeDaysOff(before):
            begins = day + before * DAY
            return is_worked(begins - DAY, own) and days_off(begins, own) is not None


def _monday(day: date) -> date:
    return day - (day.isoweekday() - 1) * DAY
