"""Who is on duty. All days and hours are those of the community's own clock.

A span is a set of turns. A turn belongs to the day on which it begins, so the night of the last day is still served
to its end, and Friday night's watch is Friday's although most of it is on Saturday.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from storage.types import MemberId

EVERY_DAY: Final = frozenset(range(1, 8))
DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Span:
    """When a member is on duty: from `starts` (inclusive) to `ends` (exclusive), beginning on certain days.

    `ends` at or before `starts` is on the day after, so equal times are a turn of 24 hours.
    """

    member: MemberId
    first_day: date
    last_day: date | None = None  #: None: until it is changed
    weekdays: frozenset[int] = EVERY_DAY  #: Monday is 1
    starts: time = time()
    ends: time = time()

    def begins_on(self, day: date) -> bool:
        """Whether a turn begins on `day`."""
        bounded = self.first_day <= day and (self.last_day is None or day <= self.last_day)
        return bounded and day.isoweekday() in self.weekdays

    def covers(self, moment: datetime) -> bool:
        """Whether the member is on duty at the local `moment`."""
        day, clock = moment.date(), moment.time()
        if self.starts < self.ends:
            return self.starts <= clock < self.ends and self.begins_on(day)
        if clock >= self.starts:
            return self.begins_on(day)
        return clock < self.ends and day > date.min and self.begins_on(day - DAY)

    def next_start(self, after: datetime) -> datetime | None:
        """When the member next comes on duty, later than the local `after`; turns back to back are one.

        None where that never happens again.
        """
        return next((start for start in self._starts(after) if not self._on_just_before(start)), None)

    def _starts(self, after: datetime) -> Iterator[datetime]:
        """The turns that begin later than `after`, for as long as the pattern can bring something new."""
        first = max(after.date(), self.first_day)
        for ahead in range(8):  # today's turn may have begun already, and its weekday comes again
            start = datetime.combine(first + ahead * DAY, self.starts, tzinfo=after.tzinfo)
            if start > after and self.begins_on(start.date()):
                yield start

    def _on_just_before(self, start: datetime) -> bool:
        return self.covers(start - timedelta(microseconds=1))


@dataclass(frozen=True, slots=True)
class Override:
    """An exception to the rota: `comes` alone adds, `goes` alone removes, both replace one by the other.

    `starts` is inclusive, `ends` exclusive, both aware.
    """

    starts: datetime
    ends: datetime
    comes: MemberId | None = None
    goes: MemberId | None = None

    def __post_init__(self) -> None:
        """Refuse an exception that says nothing."""
        if self.comes is None and self.goes is None:
            raise ValueError("an override names who comes, who goes, or both")

    def covers(self, moment: datetime) -> bool:
        """Whether the exception holds at `moment`."""
        return self.starts <= moment < self.ends

    def applied_to(self, people: frozenset[MemberId]) -> frozenset[MemberId]:
        """Who is left and who joins. Who stands in for somebody not on duty is not needed."""
        if self.comes is None:
            return people - {self.goes}
        if self.goes is None:
            return people | {self.comes}
        return (people - {self.goes}) | {self.comes} if self.goes in people else people


def on_duty(rota: Iterable[Span], overrides: Iterable[Override], moment: datetime) -> tuple[MemberId, ...]:
    """Who answers at `moment` (aware, in the community's zone): the rota, then the overrides in order of entry."""
    people = frozenset(span.member for span in rota if span.covers(moment))
    for override in overrides:
        if override.covers(moment):
            people = override.applied_to(people)
    return tuple(sorted(people))
