"""What a bridge tells, in one shape for both versions of OneBot."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What a part of a message is."""

    TEXT = "text"
    MENTION = "mention"
    EVERYBODY = "everybody"
    QUOTE = "quote"
    IMAGE = "image"
    VOICE = "voice"
    VIDEO = "video"
    FILE = "file"
    LOCATION = "location"


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a message.

    `value` is the text, the id of who is mentioned, or the id of the message that is quoted. `name`: of who is
    mentioned, where the bridge says it. `by`: who said what is quoted, where the bridge says it. `data`: of a picture,
    as it came.
    """

    kind: Kind
    value: str = ""
    name: str = ""
    by: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody said something. `at`: seconds since 1970. `name`: empty where the bridge does not say it."""

    chat: str
    message: str
    sender: str
    name: str
    parts: tuple[Part, ...]
    at: float | None
    alone: bool


@dataclass(frozen=True, slots=True)
class Recalled:
    """A message was taken back; `by` is who did."""

    chat: str
    message: str
    by: str
    at: float | None


@dataclass(frozen=True, slots=True)
class Membership:
    """Somebody came into a group, or left it. `by` is who let him in, or removed him."""

    chat: str
    who: str
    by: str
    inside: bool
    at: float | None


@dataclass(frozen=True, slots=True)
class Renamed:
    """Somebody has another nickname in a group."""

    chat: str
    who: str
    name: str


@dataclass(frozen=True, slots=True)
class Beat:
    """The bridge is alive. `interval`: seconds to the next time, where it says so. `online`: which bots are logged in."""

    interval: float | None = None
    online: Mapping[str, bool] = field(default_factory=dict)


Event = Said | Recalled | Membership | Renamed | Beat


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a group: the nickname there, else the name that he goes by."""

    id: str
    name: str
