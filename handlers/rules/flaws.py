"""What can be wrong with a rota, and what has to be known to find it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from handlers.rules.rota import Stretch
from handlers.rules.usual import Stay
from storage.types import MemberId, PlaceId


class Flaw(StrEnum):
    """What can be wrong with a rota."""

    GAP = "gap"  #: nobody is on duty where somebody ought to be
    UNFAIR = "unfair"  #: one has much more than his share
    ODD_HOURS = "odd_hours"  #: … of the nights, weekends and holidays
    DEAF = "deaf"  #: on duty, and cannot be written to
    IDLE = "idle"  #: … cannot accept a ticket there
    DOUBLE = "double"  #: … at two places at once
    NEVER_FREE = "never_free"


@dataclass(frozen=True, slots=True)
class Watched:
    """A place with its rota: `turns` as they will be, `needed` when somebody ought to be on duty.

    `paths`: what it covers, its own path first; for a grid also its buildings.
    """

    place: PlaceId
    paths: tuple[str, ...]
    turns: Sequence[Stretch]
    needed: Sequence[Stay]

    def has(self, other: "Watched") -> bool:
        """Whether the other one is a part of it."""
        return any(other.paths[0].startswith(path) for path in self.paths)


@dataclass(frozen=True, slots=True)
class Sight:
    """What is looked at, and how: from `starts` to `ends`, in the community's zone."""

    starts: datetime
    ends: datetime
    zone: tzinfo
    odd: Sequence[Stay] = ()  #: the nights, weekends and holidays
    rest_within: int = 14  #: of so many days in a row one has to be free


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `hours` and `fair`: somebody's, and his share."""

    flaw: Flaw
    subject: str  #: what it is called from week to week
    starts: datetime
    ends: datetime
    places: tuple[PlaceId, ...] = ()
    member: MemberId | None = None
    occurs: tuple[datetime, ...] = ()  #: when it begins, each time
    days: int = 0  #: in a row
    hours: float = 0.0
    fair: float = 0.0

    @property
    def times(self) -> int:
        """How often it is so."""
        return max(1, len(self.occurs))


def stays(turns: Iterable[Stretch]) -> list[Stay]:
    """When somebody is on duty."""
    return [(turn.starts, turn.ends) for turn in turns]
