"""Hours of a day: minutes since midnight of the community's clock.

An interval belongs to the day on which it begins, and its end may lie on the next day. Where the clock is put forward, a
time that does not exist is the first one after the gap; where it is put back, a time that comes twice is the first of the
two.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

Interval = tuple[int, int]  #: from when (inclusive) to when (exclusive)

MINUTE: Final = timedelta(minutes=1)
WHOLE_DAY: Final = 24 * 60


def interval(starts: int, ends: int) -> Interval:
    """From when to when, in minutes since midnight; what does not end after it began ends on the next day.

    Raises:
        ValueError: It is no time of a day, or nothing lies between; from midnight to midnight is a whole day.
    """
    if not (0 <= starts < WHOLE_DAY and 0 <= ends <= WHOLE_DAY) or (starts == ends != 0):
        raise ValueError("no interval")
    return starts, ends if starts < ends else ends + WHOLE_DAY


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time, in order, each minute once."""
    found: list[Interval] = []
    for first, last in sorted(intervals):
        if found and first <= found[-1][1]:
            found[-1] = (found[-1][0], max(last, found[-1][1]))
        else:
            found.append((first, last))
    return found


def instant(day: date, minutes: int, zone: ZoneInfo) -> datetime:
    """When the clock of `zone` shows so many minutes after the midnight of `day`."""
    wall = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
    found = wall.replace(tzinfo=zone).astimezone(UTC)
    if found.astimezone(zone).replace(tzinfo=None) == wall:
        return found
    early, late = wall.replace(tzinfo=zone, fold=1).astimezone(UTC), found  # the gap's end lies between
    while late - early > MINUTE:
        middle = early + (late - early) // (2 * MINUTE) * MINUTE
        early, late = (early, middle) if middle.astimezone(zone).replace(tzinfo=None) > wall else (middle, late)
    return late


def minutes_of(moment: datetime, day: date, zone: ZoneInfo) -> int:
    """The minutes that the clock of `zone` shows at `moment`, counted from the midnight of `day`."""
    local = moment.astimezone(zone)
    return (local.date() - day).days * WHOLE_DAY + local.hour * 60 + local.minute


def same_time(moment: datetime, day: date, other: date, zone: ZoneInfo) -> datetime:
    """When the clock of `zone` shows as much after the midnight of `other` as it shows at `moment` after that of `day`.

    What is later stays later: of a time that comes twice the second counts as its end.
    """
    while (local := moment.astimezone(zone)).fold:
        moment = moment.replace(second=0, microsecond=0) + MINUTE
    minutes = minutes_of(moment, day, zone)
    seconds = timedelta(seconds=local.second, microseconds=local.microsecond)
    return min(instant(other, minutes, zone) + seconds, instant(other, minutes + 1, zone))
