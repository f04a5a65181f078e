"""Messages that go out only once a member has confirmed them: when he is reminded, and when they are given up."""

from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from handlers.rules.quiet import QuietHours, awake_after, quiet_until

#: When a member who has not confirmed is reminded; nights do not count. The platform allows three times in 24 hours.
REMINDED_AFTER: Final = (timedelta(hours=1), timedelta(hours=4), timedelta(hours=10))
#: How long he has. Less than a day, so that what comes daily is not held up by yesterday's.
CONFIRM_WITHIN: Final = timedelta(hours=23)
#: How long after he has confirmed a group may still turn up among those that got it.
PASSED_ON_WITHIN: Final = timedelta(minutes=10)

# What a message died of, as its receipt has it.
QUOTA_USED: Final = "quota used"  #: the group has had its notice today
UNCONFIRMED: Final = "not confirmed"  #: the member let it lie
LEFT_OUT: Final = "not passed on"  #: he confirmed, and the group did not get it
WITHDRAWN: Final = "withdrawn"  #: the notice was cancelled before he confirmed
OVERTAKEN: Final = "overtaken"  #: no death: it was cancelled, and had been confirmed already
TOO_LONG: Final = "too long"  #: nothing so long can be said there
DISSOLVED: Final = "dissolved"  #: the group is gone
UNFIT: Final = "cannot wait"  #: what may not wait for anybody's hand is not said there


def reminder_due(asked_at: datetime, reminders: int, now: datetime, quiet: QuietHours, zone: ZoneInfo) -> bool:
    """Whether a member who has had so many reminders gets the next one now; never in quiet hours."""
    if reminders >= len(REMINDED_AFTER):
        return False
    due_at = awake_after(asked_at, REMINDED_AFTER[reminders], quiet, zone)
    return due_at <= now and quiet_until(now, quiet, zone) <= now


def day_began(now: datetime, zone: ZoneInfo) -> datetime:
    """When the day began by which a group's notices are counted, in UTC."""
    return datetime.combine(now.astimezone(zone).date(), time(), tzinfo=zone).astimezone(UTC)
