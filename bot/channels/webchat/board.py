"""What was said lately, and who is looking.

Small talk must never reach a disk, so this is memory and nothing else. Every line has two numbers: its `place`, which
orders the chat, and its `seq`, which changes whenever the line does. A reader keeps the highest `seq` that he has seen
and asks for what is above it; being told live, catching up and opening the page are therefore the same question.
Both are milliseconds since 1970 pushed upwards where needed, so that they go on rising after a restart.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from handlers.messages import Button, File, Mention


@dataclass(frozen=True, slots=True)
class Line:
    """One bubble. A recalled line keeps its place and loses what it said."""

    id: str
    chat: str
    sender: str
    name: str
    role: str
    text: str
    at: datetime
    place: int
    seq: int = 0
    from_bot: bool = False
    quote: str | None = None
    mentions: tuple[Mention, ...] = ()
    buttons: tuple[Button, ...] = ()
    pictures: tuple[str, ...] = ()
    files: tuple[File, ...] = ()
    recalled: bool = False


@dataclass(slots=True, eq=False)
class Watcher:
    """Somebody who wants to be woken when one of `chats` changes."""

    chats: frozenset[str]
    woken: asyncio.Event = field(default_factory=asyncio.Event)


class Board:
    """The lines of every chat, at most `keep` of each and none older than `keep_for`."""

    def __init__(self, keep: int, keep_for: timedelta, clock: Callable[[], datetime]) -> None:
        self._keep = keep
        self._keep_for = keep_for
        self._clock = clock
        self._last = 0
        self._lines: defaultdict[str, dict[str, Line]] = defaultdict(dict)
        self._watchers: set[Watcher] = set()

    def tick(self) -> int:
        """The next number: later than every one before, whatever the clock does."""
        self._last = max(self._last + 1, _milliseconds(self._clock()))
        return self._last

    def put(self, line: Line) -> None:
        """Show a line, new or changed, to everybody who looks at its chat."""
        lines = self._lines[line.chat]
        lines[line.id] = replace(line, seq=self.tick())
        self._trim(lines)
        for watcher in self._watchers:
            if line.chat in watcher.chats:
                watcher.woken.set()

    def restore(self, chat: str, lines: Iterable[Line]) -> None:
        """Put back what was said before the start, behind what is already there."""
        for line in lines:
            self._lines[chat].setdefault(line.id, replace(line, place=_milliseconds(line.at), seq=self.tick()))

    def take_back(self, line: Line) -> None:
        """Forget what a line said."""
        self.put(replace(line, text="", quote=None, mentions=(), buttons=(), pictures=(), files=(), recalled=True))

    def line(self, chat: str, id: str) -> Line | None:
        """The line with that id, if it is still kept."""
        return self._lines[chat].get(id) if chat in self._lines else None

    def since(self, chats: Iterable[str], seq: int) -> list[Line]:
        """What changed in `chats` after `seq`, in order of change. A number from the future counts as none."""
        after = seq if seq <= self._last else 0
        return sorted((line for line in self._kept(chats) if line.seq > after), key=lambda line: line.seq)

    def latest_of(self, chats: Iterable[str], most: int) -> list[Line]:
        """The last lines of `chats`, at most `most` of each, in order of change."""
        lines = [line for chat in chats for line in _by_place(self._kept([chat]))[-most:]]
        return sorted(lines, key=lambda line: line.seq)

    def shows(self, chats: Iterable[str], picture: str) -> bool:
        """Whether a picture is to be seen in one of `chats`."""
        return any(picture in line.pictures for line in self._kept(chats))

    def given(self, chats: Iterable[str], digest: str) -> File | None:
        """The file of that digest, where it is given in one of `chats`."""
        files = (file for line in self._kept(chats) for file in line.files)
        return next((file for file in files if file.digest == digest), None)

    @contextmanager
    def watching(self, chats: Iterable[str]) -> Iterator[Watcher]:
        """A watcher of `chats` for as long as the block lasts."""
        watcher = Watcher(frozenset(chats))
        self._watchers.add(watcher)
        try:
            yield watcher
        finally:
            self._watchers.discard(watcher)

    def wake_all(self) -> None:
        """Wake every watcher, so that he notices that it is time to stop."""
        for watcher in self._watchers:
            watcher.woken.set()

    def _kept(self, chats: Iterable[str]) -> Iterator[Line]:
        for chat in chats:
            if chat in self._lines:
                self._trim(self._lines[chat])
                yield from self._lines[chat].values()

    def _trim(self, lines: dict[str, Line]) -> None:
        oldest = self._clock() - self._keep_for
        by_place = _by_place(lines.values())
        for line in by_place[: -self._keep] + [line for line in by_place[-self._keep :] if line.at < oldest]:
            del lines[line.id]


def _by_place(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: line.place)


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
