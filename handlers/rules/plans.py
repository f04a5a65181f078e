"""What a ticket is dispatched by. It carries its plan with it from then on: an edit of the limits breaks no running one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import lru_cache
from types import MappingProxyType
from typing import Any, Final

from handlers.rules.escalations import Policy
from storage.steps import Mode
from storage.types import PlaceKind, Urgency

ASK: Final = timedelta(minutes=5)
#: How somebody is found where nothing else is said. A few are asked at once, and a few more when nobody of them answers:
#: whoever is asked knows that it is up to him, and the others are left in peace.
MODES: Final[Mapping[Urgency, Mode]] = MappingProxyType(
    {
        Urgency.EMERGENCY: Mode.ALL,
        Urgency.URGENT: Mode.WAVES,
        Urgency.NORMAL: Mode.WAVES,
        Urgency.LOW: Mode.IN_TURN,
    }
)
NO_HOURS: Final[Mapping[str, Any]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a ticket may wait: to be accepted at each level, for the first progress, and to be done."""

    accept: timedelta
    progress: timedelta
    done: timedelta
    ask: timedelta = ASK  #: … for the next one to be asked, where they are asked one after another
    working: bool = False  #: whether these run in working time only
    at_once: int = 1  #: so many are asked at once, where a few are
    few: timedelta = ASK  #: … and how long these have before a few more are


@dataclass(frozen=True, slots=True)
class Plan:
    """What a ticket was dispatched by. It has the limits of every urgency: a ticket may turn out to be more urgent."""

    limits: Mapping[Urgency, Limits]
    ladder: tuple[PlaceKind, ...]
    modes: Mapping[Urgency, Mode] = field(default_factory=lambda: MODES)
    hours: Mapping[str, Any] = field(default_factory=lambda: NO_HOURS)  #: `Hours` as kept, where some run in them
    repeat: timedelta = timedelta(minutes=2)
    answer: timedelta = timedelta(hours=24)
    chase: timedelta = timedelta(days=3)

    def at_once(self, urgency: Urgency) -> int | None:
        """How many are asked at once; None: all who are on duty."""
        few = {Mode.IN_TURN: 1, Mode.WAVES: self.limits[urgency].at_once}
        return few.get(self.modes[urgency])

    def ask_within(self, urgency: Urgency) -> timedelta:
        """How long those have who are being asked, before others are."""
        limits = self.limits[urgency]
        return limits.few if self.modes[urgency] is Mode.WAVES else limits.ask

    @property
    def top(self) -> int:
        """The last level there is; the first is 0."""
        return len(self.ladder) - 1

    def chased(self, every: timedelta) -> "Plan":
        """The same, with a department that is asked so often."""
        return replace(self, chase=every)

    def kept(self) -> dict[str, Any]:
        """As it is stored with the ticket; durations are in seconds."""
        return {
            "limits": {urgency.value: _seconds(limits) for urgency, limits in self.limits.items()},
            "ladder": [kind.value for kind in self.ladder],
            "modes": {urgency.value: mode.value for urgency, mode in self.modes.items()},
            "hours": dict(self.hours),
            "every": [_whole(self.repeat), _whole(self.answer), _whole(self.chase)],
        }

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "Plan":
        """What `kept` stored."""
        limits = tuple((urgency, *row) for urgency, row in kept["limits"].items())
        plan = _read(limits, tuple(kept["ladder"]), tuple(kept["modes"].items()), tuple(kept["every"]))
        return replace(plan, hours=kept["hours"]) if kept["hours"] else plan

    @classmethod
    def by(cls, policy: Policy) -> "Plan":
        """The plan where a place has nothing of its own."""
        limits = {
            urgency: Limits(
                policy.accept_within[urgency],
                policy.progress_within[urgency],
                policy.done_within[urgency],
                policy.ask_within.get(urgency, ASK),
                at_once=policy.at_once.get(urgency, 1),
                few=policy.few_within.get(urgency, ASK),
            )
            for urgency in Urgency
        }
        return cls(
            limits,
            policy.ladder,
            repeat=policy.emergency_repeat,
            answer=policy.answer_within,
            chase=policy.chase_every,
        )


def _seconds(limits: Limits) -> list[int]:
    durations = (limits.accept, limits.progress, limits.done, limits.ask)
    return [*map(_whole, durations), int(limits.working), limits.at_once, _whole(limits.few)]


@lru_cache(maxsize=512)
def _read(
    limits: Sequence[tuple[Any, ...]], ladder: Sequence[str], modes: Sequence[tuple[str, str]], every: Sequence[int]
) -> Plan:
    """A plan as it is kept, read once for all the tickets that have the same; its hours are not among it."""
    return Plan(
        MappingProxyType({Urgency(urgency): _limits(row) for urgency, *row in limits}),
        tuple(map(PlaceKind, ladder)),
        MappingProxyType({Urgency(urgency): Mode(mode) for urgency, mode in modes}),
        NO_HOURS,
        *(timedelta(seconds=seconds) for seconds in every),
    )


def _limits(kept: Sequence[int]) -> Limits:
    accept, progress, done, ask = (timedelta(seconds=seconds) for seconds in kept[:4])
    few = timedelta(seconds=kept[6]) if len(kept) > 6 else ask  # one that was dispatched before there were two
    return Limits(accept, progress, done, ask, working=bool(kept[4]), at_once=kept[5], few=few)


def _whole(duration: timedelta) -> int:
    return int(duration.total_seconds())
