"""Whose turn it is where people take turns: by hours, days, weeks and months, counted on the clock on the wall.

A seat is a place in the order; several people may share one, and then are on duty together. Turns are counted, not
written down: the seat of a turn follows from its number, so that nothing has to be made ahead or caught up with.
"""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo
from typing import Final

from handlers.rules.wall import moment_of, wall_of
from storage.turns import Cadence

STEPS: Final = {
    Cadence.HOUR: timedelta(hours=1),
    Cadence.DAY: timedelta(days=1),
    Cadence.WEEK: timedelta(weeks=1),
}


@dataclass(frozen=True, slots=True)
class Rotation:
    """An order of seats that is gone through turn by turn.

    `starts` is when turn 0 begins, on the wall (naive). By `Cadence.TURN` it is the duty itself that is counted, each
    time that it comes, and only the day of `starts` matters; everything else here is about the other cadences.
    """

    cadence: Cadence
    starts: datetime
    seats: int
    every: int = 1  #: how many of the cadence's units make a turn
    first: int = 0  #: the seat of turn 0

    def seat(self, number: int) -> int:
        """Whose turn that is."""
        return (self.first + number) % self.seats

    def number_on(self, wall: datetime) -> int:
        """The turn in which something that begins at `wall` is; one that begins just then counts."""
        if self.cadence is not Cadence.MONTH:
            return (wall - self.starts) // (STEPS[self.cadence] * self.every)
        months = (wall.year - self.starts.year) * 12 + wall.month - self.starts.month
        number = months // self.every
        return number if self._wall(number) <= wall else number - 1

    def begins(self, number: int, zone: tzinfo | None) -> datetime:
        """When that turn begins."""
        return moment_of(self._wall(number), zone)

    def number_at(self, moment: datetime, zone: tzinfo | None) -> int:
        """The turn that runs at `moment`."""
        number = self.number_on(wall_of(moment, zone))
        while self.begins(number + 1, zone) <= moment:  # in an hour that the clock shows twice
            number += 1
        while self.begins(number, zone) > moment:
            number -= 1
        return number

    def between(
        self, starts: datetime, ends: datetime, zone: tzinfo | None
    ) -> Iterator[tuple[int, datetime, datetime]]:
        """The turns of that time with their numbers, whole at both edges; they touch."""
        number = self.number_at(starts, zone)
        begins = self.begins(number, zone)
        while begins < ends:
            following = self.begins(number + 1, zone)
            yield number, begins, following
            number, begins = number + 1, following

    def without(self, seat: int, number: int) -> "Rotation":
        """The rotation after a seat is gone; turn `number` runs, and stays with who has it or goes to the next one.

        Raises:
            ValueError: It was the only seat.
        """
        if self.seats == 1:
            raise ValueError("nobody would be left")
        active = self.seat(number)
        active -= seat < active
        return replace(self, seats=self.seats - 1).with_active(active, number)

    def with_active(self, active: int, number: int) -> "Rotation":
        """The same order, with the seat `active` in turn `number`."""
        return replace(self, first=(active - number) % self.seats)

    def _wall(self, number: int) -> datetime:
        if self.cadence is not Cadence.MONTH:
            return self.starts + number * self.every * STEPS[self.cadence]
        month = self.starts.month - 1 + number * self.every
        year, month = self.starts.year + month // 12, month % 12 + 1
        # 31号 is the last day of a shorter month.
        return self.starts.replace(year=year, month=month, day=min(self.starts.day, monthrange(year, month)[1]))
