"""Tasks for several people: when somebody may still leave without a note, when they are reminded, what clashes."""

from datetime import UTC, datetime, time, timedelta
from enum import IntEnum
from typing import Final
from zoneinfo import ZoneInfo

from handlers.rules.quiet import QuietHours, quiet_until

MOST: Final = 50  #: people in one task
EVENING: Final = time(19)  #: when they are reminded the day before
AHEAD: Final = timedelta(days=2)  #: how long before it begins the first reminder may be
SHORTLY: Final = timedelta(hours=2)  #: … and how long before it begins


class Reminder(IntEnum):
    """What they were reminded of so far; each comes once, and in this order."""

    NONE = 0
    EVENING = 1
    SHORTLY = 2


def in_time(now: datetime, starts_at: datetime | None, until: timedelta) -> bool:
    """Whether somebody who leaves now leaves a task early enough; one without a time is always left early enough."""
    return starts_at is None or now <= starts_at - until


def clash(one: datetime | None, other: datetime | None, length: timedelta) -> bool:
    """Whether two tasks that begin then fall into one another; one without a time never does."""
    return one is not None and other is not None and abs(one - other) < length


def reminder(starts_at: datetime, now: datetime, quiet: QuietHours, zone: ZoneInfo) -> Reminder:
    """What they should have been reminded of by `now`: the evening before, and two hours before unless that is at night."""
    local = starts_at.astimezone(zone)
    evening = datetime.combine(local.date() - timedelta(days=1), EVENING, tzinfo=zone).astimezone(UTC)
    shortly = quiet_until(starts_at - SHORTLY, quiet, zone)
    if shortly <= now < starts_at:
        return Reminder.SHORTLY
    return Reminder.EVENING if evening <= now < starts_at else Reminder.NONE
