"""Ids: texts for the bot, and for each bridge what it sent.

The specification of v11 has numbers, bridges to WeChat send texts, some mix both, and some write as a text one day what
was a number the day before. For the bot an id is a text; in what type a bridge wants it back is remembered here.
"""

from collections import OrderedDict
from dataclasses import dataclass, field
from typing import Final

from bot.channels.onebot.values import LONGEST_ID, Frame

GROUP: Final = "group"
USER: Final = "user"
MESSAGE: Final = "message"

#: Under which keys of an event or an answer which kind of id stands.
KINDS: Final = {
    "self_id": USER,
    "user_id": USER,
    "operator_id": USER,
    "group_id": GROUP,
    "message_id": MESSAGE,
}
MOST_REMEMBERED: Final = 20_000


@dataclass(slots=True)
class Ids:
    """In what type one bridge sends its ids."""

    _numbers: OrderedDict[tuple[str, str], bool] = field(default_factory=OrderedDict)
    _usual: dict[str, bool] = field(default_factory=dict)

    def learn(self, frame: Frame) -> None:
        """Look at the ids in an event, or in one entry of an answer."""
        for key, kind in KINDS.items():
            raw = frame.get(key)
            if not isinstance(raw, bool) and isinstance(raw, int | str):
                self._remember(kind, raw)

    def back(self, kind: str, id: str) -> int | str:
        """`id` in the type in which the bridge sent it; one that it never sent, in the type of the others."""
        known = self._numbers.get((kind, id))
        if known is None:
            known = self._usual.get(kind, self._usual.get(USER, False))
        return int(id) if known and is_number(id) else id

    def _remember(self, kind: str, raw: int | str) -> None:
        id, is_int = str(raw), isinstance(raw, int)
        self._numbers[kind, id] = is_int
        self._numbers.move_to_end((kind, id))
        if len(self._numbers) > MOST_REMEMBERED:
            self._numbers.popitem(last=False)
        if is_int or is_number(id):  # `wxid_…` says nothing about how a bridge writes what could be a number
            self._usual[kind] = is_int


def is_number(id: str) -> bool:
    """Whether `id` is the text of a whole number, written in the one way that comes back the same."""
    digits = id.removeprefix("-")
    plain = digits.isascii() and digits.isdecimal() and len(digits) <= LONGEST_ID
    return plain and str(int(id)) == id


def in_group(id: str) -> str:
    """The address of a group: groups and people may have the same numbers."""
    return f"{GROUP}:{id}"


def alone_with(id: str) -> str:
    """The address of a person."""
    return f"{USER}:{id}"


def whom(chat: str) -> tuple[str, str] | None:
    """The kind and the id that an address stands for; None where it is none of ours."""
    kind, colon, id = chat.partition(":")
    return (kind, id) if kind in (GROUP, USER) and colon and id else None


def is_group(chat: str) -> bool:
    """Whether an address is that of a group."""
    return chat.startswith(f"{GROUP}:")


def key(chat: str, message: str) -> str:
    """The id under which the bot knows a message: bridges number them, and two of them may number alike."""
    return f"{chat}:{message}"


def message_in(key: str | None, chat: str) -> str | None:
    """The bridge's id of the message `key` if it is one of `chat`; another chat's cannot be quoted here."""
    start = f"{chat}:"
    return key.removeprefix(start) if key is not None and key.startswith(start) else None
