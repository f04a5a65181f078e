"""When somebody is on duty for a place as a rule: what a gap in its rota is measured against.

It is learned from the weeks that have passed, weekday by weekday. A holiday is like a Sunday, and a Saturday or Sunday
that is made up for like a Monday, so that neither of them is a gap where nobody is on duty on such days.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from handlers.rules.duty import DAY, NO_OWN_DAYS, OwnDays
from handlers.rules.holidays import assumed_kind
from handlers.rules.wall import moment_of, wall_of
from storage.types import DayKind

#: From one moment to another, the second exclusive.
Stay = tuple[datetime, datetime]
#: By weekday (Monday is 1): from which minute of the day to which.
Habit = Mapping[int, Sequence[tuple[int, int]]]

LEAST_DAYS: Final = 2  #: of one weekday that make a habit
HOUR: Final = timedelta(hours=1)
_MINUTE: Final = timedelta(minutes=1)
_MONDAY, _FRIDAY, _SUNDAY = 1, 5, 7


def merged(stays: Iterable[Stay]) -> list[Stay]:
    """The same times, those that touch or overlap as one."""
    found: list[Stay] = []
    for starts, ends in sorted(stays):
        if found and starts <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], ends))
        elif starts < ends:
            found.append((starts, ends))
    return found


def without(stays: Iterable[Stay], taken: Iterable[Stay]) -> list[Stay]:
    """What is left of these times where others are taken out of them."""
    left = merged(stays)
    for low, high in merged(taken):
        parts = ((part, low, high) for part in left)
        left = [cut for part, low, high in parts for cut in _cut(part, low, high)]
    return left


def _cut(stay: Stay, low: datetime, high: datetime) -> list[Stay]:
    starts, ends = stay
    return [part for part in ((starts, min(ends, low)), (max(starts, high), ends)) if part[0] < part[1]]


def length(stays: Iterable[Stay]) -> timedelta:
    """How long these times are together; where they overlap, twice."""
    return sum((ends - starts for starts, ends in stays), timedelta())


def within(stays: Iterable[Stay], starts: datetime, ends: datetime) -> list[Stay]:
    """As much of them as lies between the two."""
    clipped = ((max(begin, starts), min(end, ends)) for begin, end in stays)
    return [stay for stay in clipped if stay[0] < stay[1]]


def counts_as(day: date, own: OwnDays = NO_OWN_DAYS) -> int:
    """The weekday whose habits hold on `day`."""
    weekday = day.isoweekday()
    if assumed_kind(day, dict(own)) is DayKind.WORKDAY:
        return weekday if weekday <= _FRIDAY else _MONDAY
    return weekday if weekday > _FRIDAY else _SUNDAY


def habit(past: Iterable[Stay], until: date, zone: tzinfo, own: OwnDays = NO_OWN_DAYS) -> Habit:
    """At which minutes somebody was on duty on at least half of the days of a weekday, from the first such day on.

    Args:
        past: When somebody was on duty.
        until: The first day that does not count.
    """
    by_day: dict[date, list[tuple[int, int]]] = {}
    for starts, ends in merged(past):
        for day, minutes in _days_of(wall_of(starts, zone), wall_of(ends, zone)):
            by_day.setdefault(day, []).append(minutes)
    if not by_day:
        return {}
    first = min(by_day)
    seen = Counter(counts_as(first + ahead * DAY, own) for ahead in range((until - first).days))
    edges: dict[int, Counter[int]] = {}
    for day in (day for day in by_day if day < until):
        changes = edges.setdefault(counts_as(day, own), Counter())
        for low, high in by_day[day]:
            changes[low] += 1
            changes[high] -= 1
    return {weekday: _half(edges[weekday], days) for weekday, days in seen.items() if weekday in edges}


def _days_of(starts: datetime, ends: datetime) -> Iterable[tuple[date, tuple[int, int]]]:
    """The days on the wall that lie in it, with the minutes of each; a night belongs to the day on which it begins."""
    day = starts.date()
    if ends - starts <= DAY:
        midnight = datetime.combine(day, time())
        yield day, ((starts - midnight) // _MINUTE, (ends - midnight) // _MINUTE)
        return
    while (midnight := datetime.combine(day, time())) < ends:
        low, high = max(starts, midnight), min(ends, midnight + DAY)
        yield day, ((low - midnight) // _MINUTE, (high - midnight) // _MINUTE)
        day += DAY


def _half(edges: Mapping[int, int], days: int) -> list[tuple[int, int]]:
    """Where at least half of so many days lie upon one another."""
    if days < LEAST_DAYS:
        return []
    found, on, since = list[tuple[int, int]](), 0, 0
    for minute in sorted(edges):
        before, on = on, on + edges[minute]
        if before * 2 < days <= on * 2:
            since = minute
        elif on * 2 < days <= before * 2:
            found.append((since, minute))
    return found


def held_to(known: Habit, first: date, last: date, zone: tzinfo, own: OwnDays = NO_OWN_DAYS) -> list[Stay]:
    """The moments at which somebody is on duty by habit, from `first` to `last` (included)."""
    found = []
    for day in (first + ahead * DAY for ahead in range((last - first).days + 1)):
        midnight = datetime.combine(day, time())
        for low, high in known.get(counts_as(day, own), ()):
            found.append(_stay(midnight + low * _MINUTE, midnight + high * _MINUTE, zone))
    return merged(found)


def odd_times(
    first: date, last: date, night: tuple[time, time], zone: tzinfo, own: OwnDays = NO_OWN_DAYS
) -> list[Stay]:
    """The times that nobody likes, from `first` to `last` (included): nights, weekends and holidays."""
    found, (starts, ends) = list[Stay](), night
    for day in (first + ahead * DAY for ahead in range((last - first).days + 1)):
        if assumed_kind(day, dict(own)) is not DayKind.WORKDAY:
            found.append(_stay(datetime.combine(day, time()), datetime.combine(day + DAY, time()), zone))
        if starts != ends:
            morning = day if starts < ends else day + DAY
            found.append(_stay(datetime.combine(day, starts), datetime.combine(morning, ends), zone))
    return merged(found)


def _stay(starts: datetime, ends: datetime, zone: tzinfo) -> Stay:
    return moment_of(starts, zone), moment_of(ends, zone)
