"""The values that understanding takes and gives; all of them immutable."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from operator import add
from typing import Final

from storage.types import Act, Category, Intent, Role, Urgency

RECENT: Final = 50
RECENT_FOR: Final = timedelta(hours=2)
GIST: Final = 80  #: characters of a ticket's first words that are compared


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a compound: Arabic digits or the compound's letters; `floor` negative below ground; None if unsaid."""

    building: str | None = None
    unit: str | None = None
    floor: int | None = None
    room: str | None = None

    def updated(self, later: "Spot") -> "Spot":
        """This spot with what `later` states."""
        return Spot(
            later.building if later.building is not None else self.building,
            later.unit if later.unit is not None else self.unit,
            later.floor if later.floor is not None else self.floor,
            later.room if later.room is not None else self.room,
        )

    @property
    def parts(self) -> tuple[str | int | None, ...]:
        """From wide to narrow."""
        return self.building, self.unit, self.floor, self.room


@dataclass(frozen=True, slots=True)
class Scene:
    """What is known of the group: `building` is None for the group of a whole compound."""

    building: str | None = None
    units: tuple[str, ...] = ()
    floors: int | None = None
    compound: str = ""
    towers: bool = False  #: buildings are called A1, B2 …, so that B2 is no basement


@dataclass(frozen=True, slots=True)
class Heard:
    """One message as understanding sees it; ids are opaque."""

    id: str
    at: datetime
    sender: str
    name: str
    role: Role
    text: str
    from_bot: bool = False
    to_bot: bool = False
    reply_to: str | None = None
    quoted_ticket: str | None = None  #: the ticket that the quoted message belongs to, if any
    mentions: tuple[str, ...] = ()
    attachments: tuple[str, ...] = ()
    home: Spot = Spot()  #: from the member's record; empty where only the nickname is known


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A ticket of this group that a message may belong to: open, or closed not long ago."""

    id: str
    category: Category
    urgency: Urgency
    spot: Spot
    opened_by: str  #: the sender who opened it
    opened_at: datetime
    last_at: datetime
    gist: str  #: the words that opened it
    people: frozenset[str] = frozenset()  #: senders who reported it, joined it or work on it
    closed_at: datetime | None = None
    #: What every message is compared with: when it was opened, spoken of last and closed, in seconds; the pairs of
    #: characters of its first words, and how long those are.
    opened: float = field(init=False, compare=False)
    last: float = field(init=False, compare=False)
    closed: float | None = field(init=False, compare=False)
    pairs: frozenset[str] = field(init=False, compare=False)
    length: int = field(init=False, compare=False)

    def __post_init__(self) -> None:
        gist = self.gist[:GIST]
        pairs = frozenset(map(add, gist, gist[1:]))
        object.__setattr__(self, "opened", self.opened_at.timestamp())
        object.__setattr__(self, "last", self.last_at.timestamp())
        object.__setattr__(self, "closed", None if self.closed_at is None else self.closed_at.timestamp())
        object.__setattr__(self, "pairs", pairs)
        object.__setattr__(self, "length", len(pairs) + bool(gist))


@dataclass(frozen=True, slots=True)
class Item:
    """What a message does to one ticket; a new ticket's `ticket` is None."""

    act: Act
    ticket: str | None
    category: Category
    urgency: Urgency
    spot: Spot


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a message means. `confidence` is the probability, 0 to 1, that it is a request at all."""

    intent: Intent
    items: tuple[Item, ...] = ()
    confidence: float = 0.0
    margin: float = 1.0  #: by how much the likeliest reading is more probable than the next one, 0 to 1


SILENCE: Final = Judgement(Intent.CHATTER)


@dataclass(frozen=True, slots=True)
class Asked:
    """The bot's own question whether the message `about` is meant: answers count until `until`."""

    about: str  #: a message's id
    until: datetime
    rest_until: datetime  #: before then nothing else is asked in this chat
    alarm: bool = False  #: whether it is danger to life that was asked about
    pictures: tuple[tuple[str, int], ...] = ()  #: digests and sizes of what came with it


@dataclass(frozen=True, slots=True)
class Memory:
    """The last messages of a chat, with what they were taken for: in memory only, never on disk."""

    recent: tuple[tuple[Heard, Judgement], ...] = field(default=())
    asked: Asked | None = None

    def after(self, heard: Heard, judged: Judgement) -> "Memory":
        """The memory with one message more, forgetting what is too old or too much."""
        kept = [pair for pair in self.recent[1 - RECENT :] if heard.at - pair[0].at <= RECENT_FOR]
        return Memory((*kept, (heard, judged)), self.asked)

    def said(self, id: str) -> tuple[Heard, Judgement] | None:
        """The message with that id, if it is still remembered."""
        return next((pair for pair in self.recent if pair[0].id == id), None)

    def before(self, id: str) -> "Memory":
        """What was remembered when the message with that id came."""
        at = next((at for at, (heard, _) in enumerate(self.recent) if heard.id == id), len(self.recent))
        return Memory(self.recent[:at])

    def corrected(self, id: str, judged: Judgement) -> "Memory":
        """The memory in which the message with that id was taken for something else."""
        return Memory(tuple((h, judged if h.id == id else j) for h, j in self.recent), self.asked)

    def without_words(self, id: str) -> "Memory":
        """The memory after the sender of that message took it back."""
        asked = None if self.asked is not None and self.asked.about == id else self.asked
        emptied = ((replace(h, text="", attachments=()) if h.id == id else h, j) for h, j in self.recent)
        return Memory(tuple(emptied), asked)


@dataclass(frozen=True, slots=True)
class Question:
    """A message and everything by which it is judged."""

    heard: Heard
    scene: Scene
    memory: Memory
    tickets: Sequence[OpenTicket]
