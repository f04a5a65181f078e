"""The hours in which nobody is disturbed, and time that does not run in them."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

DAY: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From `start` (inclusive) to `end` (exclusive) by the community's clock, usually over midnight.

    Equal times mean no quiet at all: a day that is quiet throughout would hold everything back for ever.
    """

    start: time = time(22)
    end: time = time(7)

    def covers(self, clock: time) -> bool:
        """Whether it is quiet at `clock`."""
        if self.start <= self.end:
            return self.start <= clock < self.end
        return clock >= self.start or clock < self.end

    @property
    def length(self) -> timedelta:
        """How long one night's quiet lasts."""
        return _between(self.start, self.end)


NIGHT: Final = QuietHours()


def quiet_until(moment: datetime, quiet: QuietHours, zone: ZoneInfo) -> datetime:
    """The aware `moment` itself, or the end of the quiet hours that it falls into; in UTC."""
    local = moment.astimezone(zone)
    return (_following(local, quiet.end) if quiet.covers(local.time()) else moment).astimezone(UTC)


def awake_after(moment: datetime, wait: timedelta, quiet: QuietHours, zone: ZoneInfo) -> datetime:
    """When `wait` has passed since `moment` on a clock that stands still in quiet hours; never inside them; in UTC."""
    moment = quiet_until(moment, quiet, zone)
    if not quiet.length:
        return moment + wait
    days, wait = divmod(wait, DAY - quiet.length)  # whole days end at the same time of day
    moment = _days_later(moment, days, zone)
    while (evening := _following(moment.astimezone(zone), quiet.start).astimezone(UTC)) <= moment + wait:
        wait -= evening - moment
        moment = quiet_until(evening, quiet, zone)
    return moment + wait


def _days_later(moment: datetime, days: int, zone: ZoneInfo) -> datetime:
    return (moment.astimezone(zone) + days * DAY).astimezone(UTC) if days else moment


def _following(local: datetime, clock: time) -> datetime:
    """The next time that the local clock shows `clock`."""
    today = datetime.combine(local.date(), clock, tzinfo=local.tzinfo)
    return today if today > local else today + DAY


@cache
def _between(start: time, end: time) -> timedelta:
    return (_since_midnight(end) - _since_midnight(start)) % DAY


def _since_midnight(clock: time) -> timedelta:
    return datetime.combine(datetime.min, clock) - datetime.min
