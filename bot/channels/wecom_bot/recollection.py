"""What the adapter keeps in mind while it runs.

All of it may be forgotten: then an answer is said unasked, and a quote is a text without a number.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final, Generic, TypeVar

from bot.channels.wecom_bot.reading import Heard, Kind, uncalled
from handlers.messages import Quoted

K = TypeVar("K")
V = TypeVar("V")

MOST: Final = 2000
SOMEBODY: Final = "群里的同事"  #: who said what is quoted and was not heard


@dataclass(slots=True)
class Recent(Generic[K, V]):
    """The last things, by name."""

    _kept: "OrderedDict[K, V]" = field(default_factory=OrderedDict)

    def keep(self, key: K, value: V) -> None:
        """Remember it, and forget the oldest where there are too many."""
        self._kept.pop(key, None)
        self._kept[key] = value
        if len(self._kept) > MOST:
            self._kept.popitem(last=False)

    def get(self, key: K) -> V | None:
        """What is remembered under that name."""
        return self._kept.get(key)

    def take(self, key: K) -> V | None:
        """The same, and forget it."""
        return self._kept.pop(key, None)


@dataclass(frozen=True, slots=True)
class Callback:
    """A callback that may be answered once. `at`: when it came; `card`: the id of the card that was pressed."""

    kind: Kind
    request: str
    at: datetime
    card: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Something that was said in a chat, by somebody or by the bot."""

    id: str
    sender: str
    name: str
    from_bot: bool = False


@dataclass(slots=True)
class Recollection:
    """Callbacks by the message's id, cards by their own, and lines by the print of their text: quotes have no id.

    What people said is not kept for that, only what it is known again by.
    """

    bot_name: str | None = None
    callbacks: Recent[str, Callback] = field(default_factory=Recent)
    cards: Recent[str, str] = field(default_factory=Recent)
    lines: Recent[str, Line] = field(default_factory=Recent)

    def heard(self, heard: Heard, request: str, now: datetime) -> None:
        """Remember how it may be answered, and what it said."""
        inbound = heard.inbound
        callback = Callback(heard.kind, request, now, inbound.reply_to or "")
        self.callbacks.keep(inbound.message_id, callback)
        if heard.kind is Kind.MESSAGE and inbound.text:
            line = Line(inbound.message_id, inbound.sender, inbound.sender_name)
            self.lines.keep(_print(inbound.chat, inbound.text), line)

    def said(self, chat: str, text: str, id: str) -> None:
        """Remember what the bot said."""
        self.lines.keep(_print(chat, text.strip()), Line(id, "", "", from_bot=True))

    def quoted(self, chat: str, text: str) -> tuple[str, Quoted]:
        """The id of the message that is quoted by its text, and the message; an id of our own where it was not heard."""
        line = self.lines.get(_print(chat, text)) or self.lines.get(_print(chat, uncalled(text, self.bot_name)))
        if line is None:
            unheard = f"unheard:{_print(chat, text)}"
            line = Line(unheard, unheard, SOMEBODY)
        return line.id, Quoted(text, line.sender, line.name, line.from_bot)


def _print(chat: str, text: str) -> str:
    """By what a line in a chat is known again."""
    return sha256(f"{chat} {text}".encode("utf-8", "surrogatepass")).hexdigest()[:32]
