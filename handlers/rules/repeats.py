"""A notice that comes back: on which days, at which hours, from when on and until when."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from handlers.rules.holidays import NONE
from handlers.rules.moon import DAY, NoSuchDay
from handlers.rules.rhythms import BeforeDaysOff, ByNotice, Days, counts_from, days_kept, days_of, falls_on, is_empty
from handlers.rules.wall import moment_of
from handlers.rules.workdays import Own, unknown_years

FARTHEST: Final = 1500  #: days ahead that are looked at; what does not come by then never comes
SHOWN: Final = 3  #: next times that are shown before anything is stored


@dataclass(frozen=True, slots=True)
class Repeat:
    """Comes at `times` by the community's clock on `days`, from `first` on, at `until` (naive, by that clock) at last.

    What comes every few days or weeks is counted from `first`.

    Raises:
        ValueError: It would never come.
    """

    days: Days
    times: tuple[time, ...]
    first: date | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse what would never come."""
        if not self.times or list(self.times) != sorted(set(self.times)):
            raise ValueError("the hours of a repetition are given once each, in order")
        if is_empty(self.days):
            raise ValueError("it comes on no day at all")
        if self.until is not None and self.first is not None and self.until.date() < self.first:
            raise ValueError("it ends before it begins")
        if self.first is None and counts_from(self.days):
            raise ValueError("what comes every few days or weeks is counted from a day")

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """Back from what `kept` gave."""
        times = tuple(map(time.fromisoformat, kept["times"]))
        until = datetime.fromisoformat(kept["until"]) if kept["until"] else None
        return cls(days_of(kept["days"]), times, date.fromisoformat(kept["first"]) if kept["first"] else None, until)

    def kept(self) -> dict[str, Any]:
        """As JSON keeps it."""
        return {
            "days": days_kept(self.days),
            "times": [at.isoformat("minutes") for at in self.times],
            "first": self.first.isoformat() if self.first else None,
            "until": self.until.isoformat(timespec="minutes") if self.until else None,
        }

    @property
    def by_notice(self) -> bool:
        """Whether the yearly notice decides which days these are."""
        return isinstance(self.days, ByNotice)

    def comes_on(self, day: date, own: Own = NONE) -> bool:
        """Whether it comes on `day`, as far as the days go."""
        try:
            first = self.first or day
            return day >= first and falls_on(self.days, day, first, own)
        except NoSuchDay:
            return False

    def all_times(self, after: datetime, zone: ZoneInfo, own: Own = NONE) -> Iterator[datetime]:
        """Every time later than the aware `after`, in UTC, each later than the one before."""
        day = max(after.astimezone(zone).date(), self.first or date.min)
        last = after.astimezone(UTC)
        while (day - last.date()).days < FARTHEST and (self.until is None or day <= self.until.date()):
            for at in self.times if self.comes_on(day, own) else ():
                due = moment_of(datetime.combine(day, at), zone)
                if due > last and (self.until is None or datetime.combine(day, at) <= self.until):
                    yield due
                    last = due
            day += DAY

    def next_time(self, after: datetime, zone: ZoneInfo, own: Own = NONE) -> datetime | None:
        """The first time later than the aware `after`, in UTC; None when it is over."""
        return next(self.all_times(after, zone, own), None)

    def shown(self, after: datetime, zone: ZoneInfo, own: Own = NONE) -> tuple[list[datetime], frozenset[int]]:
        """The next times, as many as are shown, and the years among them that nobody has published yet.

        Where only the notice can tell when a holiday begins, what lies beyond the years it gave is not shown at all.
        """
        found = list(islice(self.all_times(after, zone, own), SHOWN))
        if not self.by_notice:
            return found, frozenset()
        reach = self.days.before * DAY if isinstance(self.days, BeforeDaysOff) else timedelta()
        decided = [at.astimezone(zone).date() + reach for at in found]
        unknown = unknown_years(decided, own)
        if isinstance(self.days, BeforeDaysOff):
            found = [at for at, day in zip(found, decided, strict=True) if day.year not in unknown]
        return found, unknown
