"""Stand-ins for what must not leave the machine: people, numbers by which one is found, plates and rooms.

A chat keeps its own: the same person, number or room has the same stand-in for as long as somebody speaks of it, so that
whoever reads the stand-ins sees what belongs together.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Final

from handlers.understanding.names import SAID, names_in
from handlers.understanding.normalise import plain
from handlers.understanding.place import addresses, spot_name
from handlers.understanding.types import RECENT_FOR, Scene, Spot

PERSON: Final = "人"
ROOM: Final = "房"
_GAP: Final = "[- .,/_~·*\N{COMBINING ENCLOSING KEYCAP}]{0,2}"  # what people put between the digits of a number
_DIGIT: Final = "[0-9零〇○一二三四五六七八九幺]"

#: What is hidden wherever it stands; the first that fits is taken.
NUMBERS: Final = (
    ("网址", re.compile(r"(?:https?://|www\.)[^\s一-鿿]+", re.IGNORECASE)),
    ("邮箱", re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+", re.ASCII)),
    ("证件", re.compile(r"(?<![0-9A-Za-z])(?:\d{17}[\dXx]|\d{15}|[A-Z]{1,2}\d{7,9})(?![0-9A-Za-z])", re.ASCII)),
    ("电话", re.compile(rf"(?<!\d)(?:\+?86{_GAP})?1{_GAP}[3-9](?:{_GAP}\d){{9}}(?!\d)", re.ASCII)),
    (
        "电话",
        re.compile(r"(?<!\d)(?:\(?0\d{2,3}\)?[- ]?\d{7,8}|[48]00(?:[- ]?\d){7}|\d{3,4}[- ]\d{4})(?!\d)", re.ASCII),
    ),
    ("电话", re.compile(f"{_DIGIT}{{7,}}")),
    ("号码", re.compile(r"\d{6,}(?:[ -]\d+)*+[Xx]?|\d{4}(?:[ -]\d{4}){2,}", re.ASCII)),
    ("号码", re.compile(r"(?i)(?:(?<=微信)|(?<=微信号)|(?<=vx)|(?<=wx)|(?<=qq))[ :是为]{0,3}[a-z0-9_-]{5,20}")),
    (
        "车牌",
        re.compile(
            r"(?i)[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼使领][a-z][ .·•-]?[a-z0-9]{4,5}[a-z0-9挂学警港澳]"
        ),
    ),
    ("车牌", re.compile(r"(?i)(?:(?<=尾号)|(?<=车牌)|(?<=车牌号)|(?<=车号))[ :是为]{0,3}[a-z0-9]{3,7}(?![a-z0-9])")),
)
#: Rooms that the grammar of places does not read: with the word after them, and after the sign before them.
_ROOM_SAID: Final = re.compile(
    r"(?<![\d.:])\d{3,4}(?=室|房|号房|住户|户|家)|(?<=[#_/杠-])\d{3,4}(?![\d:.])|\d{3,4}(?=[-/~、]\d{3,4}(?!\d))",
    re.ASCII,
)
_STANDALONE: Final = re.compile(r"(?<![\dA-Za-z])(?:\d{1,2}[A-Z])?\d{2,4}(?![\dA-Za-z])", re.ASCII)
_STAND_IN: Final = re.compile(r"(\[[^\[\]]*\])")
_BRACKETS: Final = str.maketrans("[]", "()")  # what somebody types must not look like a stand-in
SHORTEST_NAME: Final = 2  #: characters; a single one would hide half of the language
MOST: Final = 5000  #: stand-ins of a chat; then they begin anew


@dataclass(slots=True)
class Masks:
    """The stand-ins of one chat. Who spoke there is kept; everything else is forgotten as soon as the chat forgets it."""

    scene: Scene = Scene()
    _given: dict[tuple[str, str], tuple[str, datetime | None]] = field(default_factory=dict)
    _names: dict[str, str] = field(default_factory=dict)  #: what somebody is called → his stand-in
    _count: dict[str, int] = field(default_factory=dict)
    _now: datetime | None = None

    def resume(self, now: datetime) -> None:
        """Forget what nobody has spoken of for as long as a chat is remembered; what comes is spoken of `now`."""
        self._now = now
        if len(self._given) > MOST:
            self._given.clear()
        self._given = {k: (s, at) for k, (s, at) in self._given.items() if at is None or now - at <= RECENT_FOR}
        kept = {stand_in for stand_in, _ in self._given.values()}
        self._names = {name: stand_in for name, stand_in in self._names.items() if stand_in in kept}

    def meet(self, sender: str, nickname: str) -> str:
        """Somebody who spoke: his stand-in, which hides from then on whatever his nickname calls him."""
        stand_in = self.sender(sender)
        for name in names_in(plain(nickname)):
            self._names.setdefault(name, stand_in)
        return stand_in

    def sender(self, sender: str) -> str:
        """Somebody by his id alone."""
        return self._stand_in(PERSON, sender, stays=True)

    def learn(self, names: Iterable[str]) -> None:
        """Hide these names, whoever bears them."""
        for name in names:
            if len(name) >= SHORTEST_NAME:
                self._name(plain(name))

    def hide(self, text: str) -> str:
        """`text`, in the form that understanding reads, with stand-ins."""
        hidden = plain(text).translate(_BRACKETS)
        for kind, pattern in NUMBERS:
            hidden = self._each(hidden, pattern, kind)
        hidden = _outside(hidden, self._without_addresses)
        hidden = self._each(hidden, _ROOM_SAID, ROOM)
        hidden = _outside(hidden, lambda part: _STANDALONE.sub(lambda found: self._known_room(found[0]), part))
        return self._without_names(hidden)

    def place(self, spot: Spot) -> str:
        """A place in words, empty for nowhere."""
        room = self._stand_in(ROOM, spot.room) if spot.room else ""
        return spot_name(Spot(spot.building, spot.unit, spot.floor)) + room

    def room(self, stand_in: str) -> str | None:
        """The room behind a stand-in; None for anything else."""
        wanted = f"[{stand_in.strip('[]室 ')}]"
        found = (value for (kind, value), (given, _) in self._given.items() if kind == ROOM and given == wanted)
        return next(found, None)

    def restored(self, text: str) -> str:
        """`text` with what the stand-ins stand for; people as they are called first, or by their ids."""
        behind = {given: value for (_, value), (given, _) in self._given.items()}
        behind |= {stand_in: name for name, stand_in in reversed(self._names.items())}
        return _STAND_IN.sub(lambda found: behind.get(found[0], found[0]), text)

    def _stand_in(self, kind: str, value: str, *, stays: bool = False) -> str:
        found = self._given.get((kind, value))
        if found is None:
            self._count[kind] = self._count.get(kind, 0) + 1
        stand_in = found[0] if found else f"[{kind}{self._count[kind]}]"
        self._given[kind, value] = (stand_in, None if stays else self._now)
        return stand_in

    def _name(self, name: str) -> str:
        self._names[name] = self._names.get(name) or self._stand_in(PERSON, name)
        return self._names[name]

    def _each(self, text: str, pattern: re.Pattern[str], kind: str) -> str:
        return _outside(text, lambda part: pattern.sub(lambda found: self._stand_in(kind, found[0]), part))

    def _without_addresses(self, text: str) -> str:
        said, end = [], 0
        for begin, until, spot in addresses(text, self.scene):
            said += [text[end:begin], self.place(spot) if spot.room else text[begin:until]]
            end = until
        return "".join((*said, text[end:]))

    def _known_room(self, digits: str) -> str:
        """A room that was named as one before is one here, too."""
        return self._stand_in(ROOM, digits) if (ROOM, digits) in self._given else digits

    def _without_names(self, text: str) -> str:
        known = sorted((name for name in self._names if name in text), key=len, reverse=True)
        if known:
            either = re.compile("|".join(map(re.escape, known)))
            text = _outside(text, lambda part: either.sub(lambda found: self._name(found[0]), part))
        for pattern in SAID:
            text = _outside(text, partial(pattern.sub, self._called))
        return text

    def _called(self, found: re.Match[str]) -> str:
        return found["before"] + self._name(found["name"])


def _outside(text: str, change: Callable[[str], str]) -> str:
    """`text` with everything changed that is no stand-in."""
    return "".join(part if at % 2 else change(part) for at, part in enumerate(_STAND_IN.split(text)))
