"""Working time: when somebody is there, how much of that passes between two moments, and when so much of it has passed.

All moments are aware; what comes out is UTC. A deadline exactly at closing stays at closing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from heapq import merge
from itertools import islice
from types import MappingProxyType
from typing import Any, Final, Protocol
from zoneinfo import ZoneInfo

from handlers.rules.holidays import DayKind, assumed_kind
from handlers.rules.intervals import WHOLE_DAY, Interval, instant, merged, minutes_of, same_time

Stretch = tuple[datetime, datetime]

DAY: Final = timedelta(days=1)
NOBODY: Final = "nobody is ever there"
LONGEST_CLOSED: Final = 400  #: days without an opening, after which there is none
NO_DAYS: Final[Mapping[date, tuple[Interval, ...]]] = MappingProxyType({})


class NeverOpen(ValueError):  # noqa: N818 -- said of hours that nobody can work in
    """There is no opening for more than a year."""


class Calendar(Protocol):
    """Anything that is open at times."""

    def stretches(self, since: datetime) -> Iterator[Stretch]:
        """When it is open, as long as that ends later than `since`: one after the other, none into another."""


@dataclass(frozen=True, slots=True)
class Hours:
    """A week of intervals. `own`: the hours of particular days, which win over the week and the holidays; none: closed."""

    zone: ZoneInfo
    week: Mapping[int, tuple[Interval, ...]]  #: by weekday; Monday is 1
    own: Mapping[date, tuple[Interval, ...]] = field(default_factory=lambda: NO_DAYS)
    holidays: bool = True  #: whether it is closed on statutory holidays, and open on the weekends that make up for them

    @property
    def workday(self) -> tuple[Interval, ...]:
        """The hours of a usual day of work, which hold on a weekend that is made up for as well."""
        return next((self.week[day] for day in range(1, 8) if self.week.get(day)), ())

    def on(self, day: date) -> tuple[Interval, ...]:
        """The intervals that begin on `day`."""
        if day in self.own:
            return self.own[day]
        usual = self.week.get(day.isoweekday(), ())
        if not self.holidays:
            return usual
        kind = assumed_kind(day)
        if kind is DayKind.HOLIDAY:
            return ()
        return self.workday if kind is DayKind.WORKDAY and day.isoweekday() > 5 else usual

    def stretches(self, since: datetime) -> Iterator[Stretch]:
        """See `Calendar.stretches`; they come to an end where there are none any more."""
        for _, stretches in self._days(since):
            yield from stretches

    def _days(self, since: datetime) -> Iterator[tuple[date, list[Stretch]]]:
        """The days of work that end later than `since`, each with what is its own.

        A night belongs to the evening on which it begins, for as long as it lasts: the next day has what comes after it,
        and where that is nothing it is no day of work.
        """
        day, closed = since.astimezone(self.zone).date() - DAY, 0
        until = since.astimezone(UTC)
        while closed < LONGEST_CLOSED:
            closed += 1
            found: list[Stretch] = []
            for first, last in sorted(self.on(day)):
                starts, ends = max(instant(day, first, self.zone), until), instant(day, last, self.zone)
                if starts < ends:
                    found.append((starts, ends))
                    until, closed = ends, 0
            if found:
                yield day, found
            day += DAY

    def after(self, since: datetime, limit: timedelta) -> datetime:
        """When `limit` has passed: its whole days are days of work, and the rest is time within the hours."""
        begun, rest = self._days_later(since, limit.days), limit - limit.days * DAY
        return add(self, begun, rest) if rest else begun

    def _days_later(self, since: datetime, days: int) -> datetime:
        """The same time of day so many days of work later, or where it is closed then, the closing before.

        Both are counted from the midnight of the day of work: two at night is 26 o'clock of the evening before. So
        whoever begins later is on a later day, or at a later time of the same, and done later.
        """
        found = list(islice(self._days(since), days + 1))
        if len(found) <= days:
            raise NeverOpen(NOBODY)
        (day, [(begun, _), *_]), (later, stretches) = found[0], found[-1]
        if not days:
            return begun
        at = same_time(begun, day, later, self.zone)
        return max([stretches[0][0], *(min(at, ends) for starts, ends in stretches if starts <= at)])

    def kept(self) -> dict[str, Any]:
        """As it is stored; the zone is the community's."""
        week = {str(day): intervals for day, intervals in self.week.items()}
        return {"week": week, "own": {d.isoformat(): i for d, i in self.own.items()}, "holidays": self.holidays}

    @classmethod
    def of(cls, kept: Mapping[str, Any], zone: ZoneInfo) -> "Hours":
        """What `kept` stored."""
        week = {int(day): _intervals(found) for day, found in kept["week"].items()}
        own = {date.fromisoformat(day): _intervals(found) for day, found in kept["own"].items()}
        return cls(zone, week, own, kept["holidays"])


@dataclass(frozen=True, slots=True)
class Together:
    """Several people: open as long as one of them is."""

    of: Sequence[Calendar]

    def stretches(self, since: datetime) -> Iterator[Stretch]:
        """See `Calendar.stretches`."""
        until = since.astimezone(UTC)
        for starts, ends in merge(*(calendar.stretches(since) for calendar in self.of)):
            if ends > until:
                yield max(starts, until), ends
                until = ends


def add(calendar: Calendar, since: datetime, amount: timedelta) -> datetime:
    """When `amount` of open time has passed since `since`; nothing at all: `since` itself or the next opening.

    Raises:
        NeverOpen: It never has.
    """
    for starts, ends in calendar.stretches(since):
        if ends - starts >= amount:
            return starts + amount
        amount -= ends - starts
    raise NeverOpen(NOBODY)


def elapsed(calendar: Calendar, since: datetime, until: datetime) -> timedelta:
    """How much open time there is between two moments."""
    return sum((min(ends, until) - starts for starts, ends in _until(calendar, since, until)), timedelta(0))


def next_opening(calendar: Calendar, since: datetime) -> datetime:
    """`since` itself if it is open then, else when it opens."""
    return add(calendar, since, timedelta(0))


def to_the_minute(moment: datetime) -> datetime:
    """A deadline as it is shown and meant."""
    return moment.replace(second=0, microsecond=0)


def open_on(calendar: Calendar, day: date, zone: ZoneInfo) -> list[Interval]:
    """When it is open on that day as `zone` has it, in minutes since midnight; intervals back to back are one."""
    midnight, end = instant(day, 0, zone), instant(day, WHOLE_DAY, zone)
    found = ((starts, min(ends, end)) for starts, ends in _until(calendar, midnight, end))
    return merged((minutes_of(starts, day, zone), minutes_of(ends, day, zone)) for starts, ends in found)


def _until(calendar: Calendar, since: datetime, until: datetime) -> Iterator[Stretch]:
    for starts, ends in calendar.stretches(since):
        if starts >= until:
            return
        yield starts, ends


def _intervals(kept: Iterable[Sequence[int]]) -> tuple[Interval, ...]:
    return tuple((first, last) for first, last in kept)
