"""When a notice is due, how it repeats, and where it is on its way."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final, Self
from zoneinfo import ZoneInfo

from handlers.rules.quiet import QuietHours, quiet_until
from storage.types import BroadcastStatus as S

EVERY_DAY: Final = frozenset(range(1, 8))

# What a message died of, as its receipt has it.
TOO_LATE: Final = "too late"  #: it was not out in time
EXPIRED: Final = "expired"  #: its notice is of no use any more
UNKNOWN_VALUE: Final = "unknown value"  #: a variable of its text has no value at that place


class BroadcastAction(StrEnum):
    """What is done to a notice."""

    CONFIRM = "confirm"
    SUBMIT = "submit"  #: confirmed by its author; a second person has to approve it
    APPROVE = "approve"
    CHANGE = "change"  #: edited, or not approved: its author confirms it anew
    ASK = "ask"  #: its time went by while the bot was away: its author decides again
    START = "start"
    FINISH = "finish"
    REPEAT = "repeat"  #: one round is out, the next one is waited for
    CANCEL = "cancel"


TRANSITIONS: Final[Mapping[tuple[S, BroadcastAction], S]] = {
    (S.DRAFT, BroadcastAction.CONFIRM): S.SCHEDULED,
    (S.DRAFT, BroadcastAction.SUBMIT): S.APPROVING,
    (S.APPROVING, BroadcastAction.APPROVE): S.SCHEDULED,
    **{(s, BroadcastAction.CHANGE): S.DRAFT for s in (S.DRAFT, S.APPROVING, S.SCHEDULED)},
    **{(s, BroadcastAction.ASK): S.DRAFT for s in (S.APPROVING, S.SCHEDULED)},
    (S.SCHEDULED, BroadcastAction.START): S.SENDING,
    (S.SENDING, BroadcastAction.FINISH): S.SENT,
    (S.SENDING, BroadcastAction.REPEAT): S.SCHEDULED,
    **{(s, BroadcastAction.CANCEL): S.CANCELLED for s in (S.DRAFT, S.APPROVING, S.SCHEDULED, S.SENDING)},
}


def next_status(status: S, action: BroadcastAction) -> S | None:
    """What `status` becomes after `action`, or None where the rules do not allow it."""
    return TRANSITIONS.get((status, action))


def next_digest(now: datetime, at: time, quiet: QuietHours, zone: ZoneInfo) -> datetime:
    """When the next message of several notices goes out: at `at` by the community's clock, never at night; in UTC."""
    local = now.astimezone(zone)
    today = datetime.combine(local.date(), at, tzinfo=zone)
    return quiet_until(today if today > local else today + timedelta(days=1), quiet, zone)


@dataclass(frozen=True, slots=True)
class Repeat:
    """A notice that comes back: at `at` by the community's clock, on weekdays (Monday is 1) or on a day of the month.

    A month without that day is served on its last day: a reminder that comes early is better than none.
    """

    at: time
    weekdays: frozenset[int] = EVERY_DAY
    month_day: int | None = None  #: 1 to 31; then the weekdays do not matter

    def __post_init__(self) -> None:
        """Refuse what would never come."""
        if self.month_day is None and not self.weekdays & EVERY_DAY:
            raise ValueError("a repetition needs a weekday")
        if self.month_day is not None and not 1 <= self.month_day <= 31:
            raise ValueError("a day of the month is 1 to 31")

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Self:
        """Back from what `kept` gave."""
        return cls(time.fromisoformat(kept["at"]), frozenset(map(int, kept["weekdays"])), kept["month_day"])

    def kept(self) -> dict[str, Any]:
        """As JSON keeps it."""
        weekdays = "".join(map(str, sorted(self.weekdays)))
        return {"at": self.at.isoformat(), "weekdays": weekdays, "month_day": self.month_day}

    def falls_on(self, day: date) -> bool:
        """Whether the notice comes on `day`."""
        if self.month_day is None:
            return day.isoweekday() in self.weekdays
        return day.day == min(self.month_day, monthrange(day.year, day.month)[1])

    def next_time(self, after: datetime, zone: ZoneInfo) -> datetime:
        """The first time later than the aware `after`, in UTC."""
        day = after.astimezone(zone).date()
        while True:
            due = datetime.combine(day, self.at, tzinfo=zone).astimezone(UTC)
            if due > after and self.falls_on(day):
                return due
            day += timedelta(days=1)
