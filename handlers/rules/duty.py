"""When somebody is on duty by a line of the roster. All days and hours are those of the community's own clock.

A line is a set of turns. A turn belongs to the day on which it begins, so the night of the last day is still served
to its end, and Friday night's watch is Friday's although most of it is on Saturday.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Any, Final

from handlers.rules.holidays import assumed_kind
from handlers.rules.rotations import Rotation
from handlers.rules.wall import moment_of, wall_of
from storage.turns import Cadence, Days, TurnSource
from storage.types import DayKind, MemberId

EVERY_DAY: Final = frozenset(range(1, 8))
DAY: Final = timedelta(days=1)
INSTANT: Final = timedelta(microseconds=1)

#: The community's own days; a set, so that what was found out about them can be kept.
OwnDays = frozenset[tuple[date, DayKind]]
NO_OWN_DAYS: Final[OwnDays] = frozenset()
_KINDS: Final = {
    Days.WORKDAYS: frozenset({DayKind.WORKDAY}),
    Days.DAYS_OFF: frozenset({DayKind.DAY_OFF, DayKind.HOLIDAY}),
    Days.HOLIDAYS: frozenset({DayKind.HOLIDAY}),
}


@dataclass(frozen=True, slots=True)
class Span:
    """When a member is on duty: from `starts` (inclusive) to `ends` (exclusive), beginning on certain days.

    `ends` at or before `starts` is on the day after, so equal times are a turn of 24 hours. In a rotation the member
    has only the turns of his seat; where that passes on by the hour, its turns are his and the hours here mean nothing.
    """

    member: MemberId
    first_day: date
    last_day: date | None = None  #: None: until it is changed
    weekdays: frozenset[int] = EVERY_DAY  #: Monday is 1
    starts: time = time()
    ends: time = time()
    days: Days = Days.ANY
    own_days: OwnDays = NO_OWN_DAYS
    rotation: Rotation | None = None
    seat: int = 0

    @property
    def source(self) -> TurnSource:
        """Why he is on duty."""
        return TurnSource.ROTATION if self.rotation else TurnSource.ROSTER

    def begins_on(self, day: date) -> bool:
        """Whether a turn of his begins on `day`; not asked of turns that pass on by the hour."""
        return self._is_within(day) and self._comes_on(day) and self._has_seat_on(day)

    def covers(self, moment: datetime) -> bool:
        """Whether the member is on duty at `moment`, in its own zone."""
        if self.rotation is not None or moment.tzinfo is None:
            return any(begins <= moment < ends for begins, ends in self.turns(moment, moment + INSTANT, moment.tzinfo))
        own = (self.first_day, self.last_day, self.weekdays, self.starts, self.ends, self.days, self.own_days)
        return covered(own, moment.astimezone(UTC), moment.tzinfo)

    def turns(self, starts: datetime, ends: datetime, zone: tzinfo | None) -> Iterator[tuple[datetime, datetime]]:
        """His turns of that time in order, whole at both edges; in UTC, where there is a zone."""
        if self.rotation is not None and self.rotation.cadence is Cadence.HOUR:
            yield from self._by_the_hour(self.rotation, starts, ends, zone)
            return
        first, last = wall_of(starts, zone).date(), wall_of(ends, zone).date()
        day = max(first - DAY, self.first_day) if first > date.min else first
        while day <= min(last, self.last_day or date.max):
            if self.begins_on(day):
                begins, over = turn_on(day, self.starts, self.ends, zone)
                if begins < ends and starts < over and begins < over:
                    yield begins, over
            day += DAY

    def _by_the_hour(
        self, rotation: Rotation, starts: datetime, ends: datetime, zone: tzinfo | None
    ) -> Iterator[tuple[datetime, datetime]]:
        for number, begins, over in rotation.between(starts, ends, zone):
            if rotation.seat(number) == self.seat and self._is_within(wall_of(begins, zone).date()):
                yield begins, over

    def _is_within(self, day: date) -> bool:
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)

    def _comes_on(self, day: date) -> bool:
        return comes_on(day, self.weekdays, self.days, self.own_days)

    def _has_seat_on(self, day: date) -> bool:
        rotation = self.rotation
        return rotation is None or rotation.seat(self.number_on(rotation, day)) == self.seat

    def number_on(self, rotation: Rotation, day: date) -> int:
        """The number in `rotation` of the turn that begins on `day`."""
        if rotation.cadence is not Cadence.TURN:
            return rotation.number_on(datetime.combine(day, self.starts))
        return _times(rotation.starts.date(), day, self.weekdays, self.days, self.own_days) // rotation.every


def number_now(line: Span, rotation: Rotation, moment: datetime, zone: tzinfo) -> int:
    """The number of the turn that runs at `moment`, or was the last before it."""
    if rotation.cadence is Cadence.HOUR:
        return rotation.number_at(moment, zone)
    wall = wall_of(moment, zone)
    day = wall.date() if line.starts <= wall.time() else wall.date() - DAY
    if rotation.cadence is not Cadence.TURN:
        return line.number_on(rotation, day)
    begun = _times(rotation.starts.date(), day + DAY, line.weekdays, line.days, line.own_days) - 1
    return begun // rotation.every


@lru_cache(maxsize=4096)
def covered(own: tuple[Any, ...], moment: datetime, zone: tzinfo) -> bool:
    """Whether turns with these fields of a `Span` cover `moment`, in UTC; most people share theirs with many others."""
    turns = Span(MemberId(0), *own).turns(moment, moment + INSTANT, zone)
    return any(begins <= moment < ends for begins, ends in turns)


@lru_cache(maxsize=4096)
def turn_on(day: date, starts: time, ends: time, zone: tzinfo | None) -> tuple[datetime, datetime]:
    """From when to when a turn lasts that begins on `day`."""
    until = day if starts < ends else day + DAY
    return moment_of(datetime.combine(day, starts), zone), moment_of(datetime.combine(until, ends), zone)


@lru_cache(maxsize=4096)
def comes_on(day: date, weekdays: frozenset[int], days: Days, own: OwnDays) -> bool:
    """Whether `day` is of that kind and one of the `weekdays`; a year that nobody knows yet has plain weeks."""
    if day.isoweekday() not in weekdays:
        return False
    return days is Days.ANY or assumed_kind(day, dict(own)) in _KINDS[days]


@lru_cache(maxsize=4096)
def _times(first: date, day: date, weekdays: frozenset[int], days: Days, own: OwnDays) -> int:
    """How many such days there are from `first` to just before `day`; less than nothing where `day` is the earlier."""
    if day < first:
        return -_times(day, first, weekdays, days, own)
    if days is Days.ANY:
        weeks, rest = divmod((day - first).days, 7)
        return weeks * len(weekdays) + sum((first + i * DAY).isoweekday() in weekdays for i in range(rest))
    return sum(comes_on(first + i * DAY, weekdays, days, own) for i in range((day - first).days))


def covering(lines: Iterable[Span], moment: datetime) -> list[Span]:
    """The lines by which somebody is on duty at `moment`, in order."""
    return [line for line in lines if line.covers(moment)]
