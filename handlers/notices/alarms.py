"""What another system asks for when it starts a warning, and what becomes of that: values that pass in and out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class System:
    """Who may start warnings: from which templates, at or below which places, and whether nobody has to confirm them."""

    id: str
    name: str
    templates: Sequence[str]
    places: Sequence[str]
    unconfirmed: bool = False
    most_an_hour: int = 10


@dataclass(frozen=True, slots=True)
class Alarm:
    """What a system asks for. `key` names it for ever; `digest` is that of all it says."""

    key: str
    digest: str
    template: str
    places: Sequence[str]
    values: Mapping[str, str]
    expires_at: datetime | None = None
    link: str | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of it: the notice, whether it waits for an admin, and what is read where. `again`: it came before."""

    number: int
    waits: bool
    groups: Sequence[str]
    texts: Sequence[str]
    again: bool = False


class Ground(StrEnum):
    """Why a warning is turned away."""

    UNFIT = "unfit"  #: it has to be written otherwise
    FORBIDDEN = "forbidden"
    USED = "used"  #: its key names another warning
    OFTEN = "often"
    UNREADY = "unready"  #: something has to be set up here first


class TurnedAway(Exception):  # noqa: N818 -- a sentence for whoever looks after the other system
    """A warning that is not taken; the message says what is so and what to do. The transaction must be undone."""

    def __init__(self, ground: Ground, text: str) -> None:
        super().__init__(text)
        self.ground = ground
