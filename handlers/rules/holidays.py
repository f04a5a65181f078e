"""Which days are worked: the yearly notice of the State Council, and the community's own days, which win.

The notice of a year comes out in November of the year before, so a year may be unknown. It is not guessed: whoever asks
hears that it is unknown, or takes plain weekdays and says so.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

from chinese_calendar import holidays, workdays

from storage.types import DayKind

__all__ = ["BothWays", "DayKind", "UnknownYear", "assumed_kind", "day_kind", "is_known", "own_days"]

FIRST_YEAR: Final[int] = min(holidays).year
LAST_YEAR: Final[int] = max(holidays).year
#: Off by law in every year, whatever the notice says: a community that has entered them all has entered the year.
FIXED: Final = ((1, 1), (5, 1), (10, 1))
NONE: Final[Mapping[date, DayKind]] = MappingProxyType({})


class UnknownYear(ValueError):  # noqa: N818 -- so it is, and nobody is at fault
    """No notice is known for the year of that day, and the community has not entered it either."""


class BothWays(ValueError):  # noqa: N818 -- said of the days
    """A day is entered as one off and as one that is worked."""


def day_kind(day: date, own: Mapping[date, DayKind] = NONE) -> DayKind:
    """What `day` is; `own` are the community's own days.

    Raises:
        UnknownYear: Nobody has said yet what the year is like.
    """
    if day not in own and not is_known(day.year, own):
        raise UnknownYear(f"no notice for {day.year}")
    return assumed_kind(day, own)


def assumed_kind(day: date, own: Mapping[date, DayKind] = NONE) -> DayKind:
    """What `day` is; in a year that nobody knows yet a plain weekday or weekend."""
    if day in own:
        return own[day]
    if day in workdays:
        return DayKind.WORKDAY
    if day in holidays:
        return DayKind.HOLIDAY
    return DayKind.WORKDAY if day.isoweekday() <= 5 else DayKind.DAY_OFF


def is_known(year: int, own: Mapping[date, DayKind] = NONE) -> bool:
    """Whether the notice for `year` is there, or the community has entered it: all that is off in every year."""
    if FIRST_YEAR <= year <= LAST_YEAR:
        return True
    return all(own.get(date(year, *day), DayKind.WORKDAY) is not DayKind.WORKDAY for day in FIXED)


def own_days(off: Iterable[date], worked: Iterable[date]) -> dict[date, DayKind]:
    """A community's own days.

    Raises:
        BothWays: One of them is said to be both.
    """
    free, busy = set(off), set(worked)
    if both := free & busy:
        raise BothWays("、".join(day.isoformat() for day in sorted(both)))
    return {**dict.fromkeys(free, DayKind.DAY_OFF), **dict.fromkeys(busy, DayKind.WORKDAY)}
