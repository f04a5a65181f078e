"""The clock by which a ticket's times run: the plain one, one that stands still at night, or the community's working time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from handlers.rules.calendar import Hours, add, elapsed
from handlers.rules.escalations import DAY_AND_NIGHT, after
from handlers.rules.intervals import interval
from handlers.rules.plans import Plan
from handlers.rules.quiet import QuietHours, awake_after, quiet_until
from storage.types import Urgency


@dataclass(frozen=True, slots=True)
class Pace:
    """The clock of an urgency. `hours`: it runs in them only. An emergency's always runs."""

    urgency: Urgency
    quiet: QuietHours
    zone: ZoneInfo
    hours: Hours | None = None

    def after(self, since: datetime, limit: timedelta, times: int = 1) -> datetime:
        """When `limit` has passed so many times since `since`; whole days of it are days on that clock."""
        if self.hours is not None:
            return self.hours.after(since, limit * times)
        return after(self.urgency, since, limit, self.quiet, self.zone, times)

    def later(self, moment: datetime, held: timedelta) -> datetime:
        """`moment` after another `held` on that clock."""
        if self.hours is not None:
            return add(self.hours, moment, held) if held else moment
        if self.urgency in DAY_AND_NIGHT or not held:
            return moment + held
        return awake_after(moment, held, self.quiet, self.zone)

    def between(self, since: datetime, until: datetime) -> timedelta:
        """How much of that clock's time passes between two moments."""
        if self.hours is not None:
            return elapsed(self.hours, since, until)
        if self.urgency in DAY_AND_NIGHT or not self.quiet.length:
            return max(until - since, timedelta(0))
        return elapsed(_waking(self.quiet, self.zone), since, until)

    def part(self, since: datetime, until: datetime, share: float) -> datetime:
        """When that share of the time between has passed."""
        if self.hours is None:
            return since + share * (until - since)
        return add(self.hours, since, share * self.between(since, until))

    def awake(self, moment: datetime) -> datetime:
        """The moment itself, or the end of the night in which nobody is told of what can wait."""
        return moment if self.urgency in DAY_AND_NIGHT else quiet_until(moment, self.quiet, self.zone)


def pace_of(plan: Plan, urgency: Urgency, quiet: QuietHours, zone: ZoneInfo) -> Pace:
    """The clock by which a ticket of that urgency runs under the plan."""
    in_hours = plan.hours and plan.limits[urgency].working and urgency is not Urgency.EMERGENCY
    return Pace(urgency, quiet, zone, Hours.of(plan.hours, zone) if in_hours else None)


def _waking(quiet: QuietHours, zone: ZoneInfo) -> Hours:
    starts, ends = (60 * clock.hour + clock.minute for clock in (quiet.end, quiet.start))
    return Hours(zone, dict.fromkeys(range(1, 8), (interval(starts, ends),)), holidays=False)
