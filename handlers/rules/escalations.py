"""When a ticket that nobody accepts is called out again, and how far up the ladder it has climbed.

An emergency or urgent ticket runs by the plain clock. The time of a normal or low one stands still in quiet hours: its
call is not made at night, so a ticket of 23:00 would otherwise climb soon after 7:00, when somebody first hears of it.
A whole day of such a limit is one day's waking hours: "two days" end at the same time on the day after tomorrow.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from handlers.rules.quiet import NIGHT, QuietHours, awake_after
from storage.types import PlaceKind, Urgency

ACCEPT_WITHIN: Final[Mapping[Urgency, timedelta]] = MappingProxyType(
    {
        Urgency.EMERGENCY: timedelta(minutes=2),
        Urgency.URGENT: timedelta(minutes=30),
        Urgency.NORMAL: timedelta(hours=4),
        Urgency.LOW: timedelta(days=2),
    }
)
PROGRESS_WITHIN: Final[Mapping[Urgency, timedelta]] = MappingProxyType(
    {
        Urgency.EMERGENCY: timedelta(minutes=30),
        Urgency.URGENT: timedelta(hours=4),
        Urgency.NORMAL: timedelta(days=2),
        Urgency.LOW: timedelta(days=5),
    }
)
DONE_WITHIN: Final[Mapping[Urgency, timedelta]] = MappingProxyType(
    {
        Urgency.EMERGENCY: timedelta(hours=4),
        Urgency.URGENT: timedelta(days=1),
        Urgency.NORMAL: timedelta(days=5),
        Urgency.LOW: timedelta(days=15),
    }
)
#: How many are asked at once, and how long before a few more are: what can wait is not asked about all around at once.
AT_ONCE: Final[Mapping[Urgency, int]] = MappingProxyType({Urgency.URGENT: 6, Urgency.NORMAL: 5, Urgency.LOW: 2})
FEW_WITHIN: Final[Mapping[Urgency, timedelta]] = MappingProxyType(
    {
        Urgency.URGENT: timedelta(minutes=5),
        Urgency.NORMAL: timedelta(minutes=30),
        Urgency.LOW: timedelta(minutes=30),
    }
)
#: How long somebody has who is asked alone, before the next one is.
ASK_WITHIN: Final[Mapping[Urgency, timedelta]] = MappingProxyType(
    {
        Urgency.URGENT: timedelta(minutes=5),
        Urgency.NORMAL: timedelta(minutes=10),
        Urgency.LOW: timedelta(minutes=10),
    }
)
LADDER: Final = (PlaceKind.BUILDING, PlaceKind.GRID, PlaceKind.COMMUNITY, PlaceKind.STREET)
DAY_AND_NIGHT: Final = frozenset({Urgency.EMERGENCY, Urgency.URGENT})


@dataclass(frozen=True, slots=True)
class Policy:
    """How long each step waits, and which steps there are; what a place and category may have otherwise."""

    zone: ZoneInfo
    accept_within: Mapping[Urgency, timedelta] = field(default_factory=lambda: ACCEPT_WITHIN)
    progress_within: Mapping[Urgency, timedelta] = field(default_factory=lambda: PROGRESS_WITHIN)
    done_within: Mapping[Urgency, timedelta] = field(default_factory=lambda: DONE_WITHIN)
    at_once: Mapping[Urgency, int] = field(default_factory=lambda: AT_ONCE)
    ask_within: Mapping[Urgency, timedelta] = field(default_factory=lambda: ASK_WITHIN)
    few_within: Mapping[Urgency, timedelta] = field(default_factory=lambda: FEW_WITHIN)
    answer_within: timedelta = timedelta(hours=24)  #: how long a reporter who is asked may take
    chase_every: timedelta = timedelta(days=3)  #: how often a department outside is asked how it goes
    emergency_repeat: timedelta = timedelta(minutes=2)
    ladder: tuple[PlaceKind, ...] = LADDER
    quiet: QuietHours = NIGHT

    @property
    def top(self) -> int:
        """The last level there is; the first is 0."""
        return len(self.ladder) - 1


def due_at(urgency: Urgency, waiting_since: datetime, level: int, policy: Policy) -> datetime:
    """When step `level` is called if nobody accepts; level 0 is the first call."""
    return after(urgency, waiting_since, policy.accept_within[urgency], policy.quiet, policy.zone, level)


def after(
    urgency: Urgency, since: datetime, limit: timedelta, quiet: QuietHours, zone: ZoneInfo, times: int = 1
) -> datetime:
    """When `limit` has passed so many times since `since`, on the clock that such an urgency runs on."""
    if urgency in DAY_AND_NIGHT:
        return since + limit * times
    return awake_after(since, (limit - limit.days * quiet.length) * times, quiet, zone)


def level_at(urgency: Urgency, waiting_since: datetime, now: datetime, policy: Policy) -> int:
    """How many steps up a ticket that has waited since `waiting_since` is by `now`, at most `policy.top`."""
    climbed = (due_at(urgency, waiting_since, level, policy) <= now for level in range(1, policy.top + 1))
    return sum(climbed)


def next_call(urgency: Urgency, waiting_since: datetime, now: datetime, policy: Policy) -> datetime | None:
    """The first call later than `now`: a step up, or an emergency's repetition.

    None at the top of the ladder, where only an emergency is still repeated, until somebody accepts.
    """
    calls = [due_at(urgency, waiting_since, level, policy) for level in range(policy.top + 1)]
    if urgency is Urgency.EMERGENCY:
        repeats = max((now - waiting_since) // policy.emergency_repeat, 0) + 1
        calls.append(waiting_since + repeats * policy.emergency_repeat)
    return min((call for call in calls if call > now), default=None)
