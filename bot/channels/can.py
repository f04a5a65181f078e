"""What a channel is able to do, as a value that handlers and the sender ask."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Length(StrEnum):
    """What a platform counts when it says how long a text may be."""

    CHARACTERS = "characters"
    BYTES = "bytes"  #: of UTF-8: a Chinese character has three
    UNITS = "units"  #: of UTF-16: an emoji has two

    def of(self, text: str) -> int:
        """How long `text` is."""
        match self:
            case Length.BYTES:
                return len(text.encode("utf-8", "surrogatepass"))
            case Length.UNITS:
                return len(text.encode("utf-16-le", "surrogatepass")) // 2
        return len(text)


class Groups(StrEnum):
    """Whether a channel may write into groups."""

    FREELY = "freely"
    CONFIRMED = "confirmed"  #: once a member has confirmed it with his own hand
    NEVER = "never"  #: it knows no groups


@dataclass(frozen=True, slots=True)
class Limit:
    """Most messages to one chat in any span of that length."""

    most: int
    within: timedelta


@dataclass(frozen=True, slots=True)
class Window:
    """What may be said to a person after each word of his: at most so many messages, until it is over."""

    lasts: timedelta
    most: int


@dataclass(frozen=True, slots=True)
class Can:
    """What a channel is able to do. Handlers ask this, never the channel's name."""

    hears: bool = True  #: anything at all; else it only speaks
    hears_all: bool = True  #: of a group; else only what mentions the bot. Alone with a person it hears everything
    groups: Groups = Groups.FREELY
    buttons: bool = False
    mentions: bool = False
    people_of: tuple[str, ...] = ()  #: other channels whose ids of people stand for the same people here
    quotes: bool = False
    pictures: bool = False
    files: bool = False
    one_to_one: bool = False  #: may write to a person alone (perhaps only after that person wrote first)
    first_word: bool = False  #: may write to a person who has not written to the bot before
    answers: Window | None = None  #: it may write only for so long, and so often, after a person's own word
    edits: bool = False  #: a card changes under the finger that pressed its button
    recalls: bool = False  #: hears when a message is taken back
    keeps: timedelta = timedelta(0)  #: for how long the platform keeps what is said while the bot is away
    chat_pause: timedelta = timedelta(0)  #: least time between two messages to one chat
    account_pause: timedelta = timedelta(0)  #: least time between two messages of one account
    limits: tuple[Limit, ...] = ()  #: on the messages to one chat
    longest: int = 4000  #: a message, in what `counts` says
    counts: Length = Length.CHARACTERS


@dataclass(frozen=True, slots=True)
class About:
    """What a community should know of a channel before it chooses it; `docs/channels.md` is made from this.

    Args:
        title: Its name in Chinese.
        people: Who is there to be reached.
        can: What it is able to do with everything set up as its page says.
        cost: In money and in what one must have: an account, a company, an address.
        risk: What may go wrong that no program can help.
    """

    title: str
    people: str
    can: Can
    cost: str
    risk: str
