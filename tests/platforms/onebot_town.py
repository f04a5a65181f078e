"""What is in WeChat behind a bridge: people, groups with their nicknames, what was said, and what the bot said.

Ids are kept in the JSON type in which the bridge sends them. Whoever hands an id back in another type asks for somebody
who is not there, as with a bridge that is strict.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

JSON = dict[str, Any]
Id = str | int

BOT: Final = "wxid_bot001"
NICKNAME: Final = "楼栋小助手"
START: Final = 1_740_800_000  #: 2025-03-01 11:33 in Shanghai
CHOSEN: Final = "\u2005"


@dataclass(frozen=True, slots=True)
class Text:
    """Words."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """A call that rings. `plain`: the bridge hands it over as `@昵称` and U+2005."""

    who: Id
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote of a message, by the bridge's id."""

    message: Id


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture; `way` is how the bridge hands it over: url, base64, path or name."""

    content: bytes
    way: str = "url"


@dataclass(frozen=True, slots=True)
class Thing:
    """Anything else, as a segment: a voice, a sticker, something that nobody knows yet."""

    kind: str
    data: JSON = field(default_factory=dict)


Piece = Text | Call | Quote | Picture | Thing


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the bot's as somebody in the chat sees it. `id`: as the bot knows it."""

    id: str
    text: str
    called: tuple[Id, ...] = ()
    quote: Id | None = None
    pictures: tuple[bytes, ...] = ()


@dataclass(slots=True)
class Place:
    """A group with the nicknames in it, or the chat with one person."""

    cards: dict[Id, str] = field(default_factory=dict)
    bot_is_in: bool = True
    heard: list[Said] = field(default_factory=list)


@dataclass(slots=True)
class Message:
    """Something that was said by anybody, as a bridge can show it again."""

    sender: Id
    pieces: Sequence[Piece]
    at: int


@dataclass(slots=True)
class WeChat:
    """Everybody and everything, in memory.

    Args:
        bot: The id of the bot's account.
        first_message: The id of the first message, in the type of all others.
    """

    bot: Id = BOT
    first_message: Id = "7712003"
    nickname: str = NICKNAME
    people: dict[Id, str] = field(default_factory=dict)
    groups: dict[Id, Place] = field(default_factory=dict)
    friends: dict[Id, Place] = field(default_factory=dict)
    messages: dict[Id, Message] = field(default_factory=dict)
    now: Callable[[], int] = field(default_factory=lambda: partial(next, itertools.count(START)))
    _numbers: Iterator[int] = field(init=False)

    def __post_init__(self) -> None:
        self._numbers = itertools.count(int(self.first_message))

    def person(self, who: Id, name: str) -> None:
        """There is somebody, and he is the bot's friend: WeChat lets no stranger be written to."""
        self.people[who] = name
        self.friends[who] = Place()

    def group(self, chat: Id, *cards: tuple[Id, str]) -> None:
        """There is a group, and the bot is in it; `cards` are nicknames of its members."""
        self.groups[chat] = Place({**dict.fromkeys(self.people, ""), self.bot: "", **dict(cards)})

    def message(self, sender: Id, pieces: Sequence[Piece]) -> Id:
        """Somebody says something; the id of the message."""
        number = next(self._numbers)
        id = number if isinstance(self.first_message, int) else str(number)
        self.messages[id] = Message(sender, pieces, self.now())
        return id

    def name(self, who: Id, group: Id | None) -> str:
        """What somebody is called there."""
        card = self.groups[group].cards.get(who) if group is not None else None
        return card or (self.nickname if who == self.bot else self.people.get(who, ""))

    def shown(self, piece: Piece, group: Id | None) -> str:
        """A piece as people read it."""
        match piece:
            case Text(text):
                return text
            case Call(who):
                return f"@{self.name(who, group)}{CHOSEN}"
        return ""
