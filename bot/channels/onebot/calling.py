"""Whom a message calls, by segment or by name, and its words without the call to the bot in front. Pure."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

from bot.channels.onebot.events import Kind, Part

#: What WeChat puts behind a name that was chosen from its list.
CHOSEN: Final = "\u2005"
EVERYBODY: Final = "@所有人"
_AT: Final = re.compile("[@＠]")
_CHOSEN: Final = re.compile(f"[@＠]([^@＠\n{CHOSEN}]{{1,60}}){CHOSEN}")
_GAP: Final = re.compile(f"{CHOSEN} ?")
_BEHIND_CALL: Final = f" \t\n\u3000{CHOSEN},，:：、"
_ENDS_NAME: Final = re.compile(rf"[\s{CHOSEN},，。:：;；!！?？、]|$")


@dataclass(frozen=True, slots=True)
class People:
    """Who may be called. `me`: the ids of our own bots. `mine`: what they go by here. `names`: everybody, by id."""

    me: AbstractSet[str]
    mine: AbstractSet[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_name(self) -> dict[str, str]:
        """Who goes by a name; nobody where two do. A bot of ours goes before a neighbour."""
        found: dict[str, str] = {}
        twice: set[str] = set()
        for id, name in self.names.items():
            twice |= {name} & found.keys()
            found[name] = id
        some_me = next(iter(self.me), "")
        neighbours = {name: id for name, id in found.items() if name and name not in twice}
        return neighbours | {name: some_me for name in self.mine if name}


@dataclass(frozen=True, slots=True)
class Worded:
    """The words of a message, whether they call the bot, and whom else: an id, or a name that nobody is known by."""

    text: str
    me: bool
    called: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    who: str | None = None
    is_name: bool = False


def worded(parts: Iterable[Part], people: People) -> Worded:
    """The words of `parts`, with every call as people see it, `@昵称`."""
    pieces = list(_pieces(parts, people))
    called = dict.fromkeys(piece.who for piece in pieces if piece.who is not None)
    text = _GAP.sub(" ", _joined(_without_call_in_front(pieces, people.me)))
    return Worded(text, bool(called.keys() & people.me), tuple(who for who in called if who not in people.me))


def _pieces(parts: Iterable[Part], people: People) -> Iterator[_Piece]:
    for part in parts:
        if part.kind is Kind.TEXT:
            yield from _in_text(part.value, people)
        elif part.kind is Kind.EVERYBODY:
            yield _Piece(EVERYBODY, is_name=True)
        elif part.kind is Kind.MENTION:
            name = part.name or people.names.get(part.value) or _own_name(part.value, people)
            yield _Piece(f"@{name}" if name else "", part.value, is_name=bool(name))


def _own_name(who: str, people: People) -> str:
    return min(people.mine, default="") if who in people.me else ""


def _in_text(text: str, people: People) -> Iterator[_Piece]:
    by_name = people.by_name if _AT.search(text) else {}
    after = 0
    for at in _AT.finditer(text):
        found = _called_at(text, at.start(), by_name) if at.start() >= after else None
        if found is not None:
            name, who, end = found
            yield _Piece(text[after : at.start()])
            yield _Piece(f"@{name}", who, is_name=True)
            after = end
    yield _Piece(text[after:])


def _called_at(text: str, at: int, by_name: Mapping[str, str]) -> tuple[str, str, int] | None:
    """The name that is called there, who that is, and where the text goes on."""
    chosen = _CHOSEN.match(text, at)
    if chosen is not None:
        name = chosen[1].strip()
        return name, by_name.get(name, name), chosen.end() - 1
    fitting = [name for name in by_name if text.startswith(name, at + 1)]
    name = max(fitting, key=len, default="")
    end = at + 1 + len(name)
    return (name, by_name[name], end) if name and _ENDS_NAME.match(text, end) else None


def _without_call_in_front(pieces: Sequence[_Piece], me: AbstractSet[str]) -> list[_Piece]:
    """The pieces from the first on that says something: a call to the bot in front is how it is spoken to."""
    rest = [piece for piece in pieces if piece.text or piece.who is not None]
    called = False
    while rest and (rest[0].who in me or not rest[0].text.strip(_BEHIND_CALL if called else None)):
        called = called or rest[0].who in me
        rest = rest[1:]
    if called and rest and rest[0].who is None:
        rest = [_Piece(rest[0].text.lstrip(_BEHIND_CALL)), *rest[1:]]
    return rest


def _joined(pieces: Iterable[_Piece]) -> str:
    """One text; behind a name there is a space, as people see it."""
    text, behind_name = "", False
    for piece in pieces:
        gap = " " if behind_name and piece.text and not piece.text[0].isspace() else ""
        text, behind_name = text + gap + piece.text, piece.is_name
    return text
