"""How people take turns, as it is agreed: after what a rotation passes on, and when there is duty at all."""

from dataclasses import dataclass
from datetime import date, datetime, time

from handlers.rules.duty import EVERY_DAY
from storage.turns import Cadence, Days


@dataclass(frozen=True, slots=True)
class Pattern:
    """After what a rotation passes on, on which days and hours there is duty at all, and when it begins."""

    cadence: Cadence
    every: int
    since: datetime  #: when turn 0 begins, on the wall
    first_day: date  #: from which on there is duty; a turn that runs already is had to its end
    weekdays: frozenset[int] = EVERY_DAY
    days: Days = Days.ANY
    starts: time = time()
    ends: time = time()

    @property
    def hours(self) -> tuple[time, time]:
        """From when to when there is duty."""
        return self.starts, self.ends

    @property
    def is_always_on(self) -> bool:
        """Whether there is always somebody on duty, and the hours are those at which it passes on."""
        return self.starts == self.ends and self.weekdays == EVERY_DAY and self.days is Days.ANY

    @property
    def key(self) -> str:
        """What makes it one and the same rotation of a place: when there is duty, however it passes on."""
        if self.is_always_on:
            return "always"
        weekdays = "".join(map(str, sorted(self.weekdays)))
        return f"{weekdays}/{self.days}/{self.starts:%H%M}-{self.ends:%H%M}"
