"""A watched folder: a system puts JSON files in, and each is moved to `done` or, with the reason beside it, to `failed`.

Whoever moves a file into `taking` has it to himself: of several processes one does. What lies there for long was left by
one that died, and is put back; it is not sent twice, because its key is made of its name and what it says.
"""

import asyncio
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from bot.warnings.config import WarningSystem
from bot.warnings.desk import Desk
from bot.warnings.endpoint import AWAY
from bot.warnings.letter import LONGEST, Letter, Unreadable, letter_in
from handlers.notices.alarms import TurnedAway

log = logging.getLogger(__name__)

EVERY: Final = 2.0  #: seconds between two looks
STILL: Final = timedelta(seconds=2)  #: for which a file was not written to before it is taken
HALF: Final = timedelta(minutes=1)  #: for which what is no JSON may still be on its way in
LEFT: Final = timedelta(minutes=5)  #: after which a file that somebody took is put back
MOST: Final = 50  #: files in one look
TOO_LARGE: Final = "太大了，最多 64 KB。请少写几个地方，分几个文件放。"


@dataclass(slots=True)
class Folder:
    """One system's folder."""

    system: WarningSystem
    path: Path
    desk: Desk
    failing: bool = field(default=False)  #: it could not be used when it was looked at last

    async def look(self) -> int:
        """Take what is there; how many files were dealt with."""
        try:
            files = await asyncio.to_thread(self._ready)
            self.failing = False
        except OSError:
            if not self.failing:
                log.exception("warnings_folder_failed", extra={"account": self.system.id})
            self.failing = True
            return 0
        return sum([await self._deal_with(path) for path in files])

    def _ready(self) -> Sequence[Path]:
        """The files that are complete, oldest first, once the folders beside them are there."""
        for name in ("taking", "done", "failed"):
            (self.path / name).mkdir(exist_ok=True)
        now = self.desk.clock()
        for path in (self.path / "taking").iterdir():
            since, _, name = path.name.partition("~")
            if name and since.isdecimal() and now.timestamp() - int(since) > LEFT.total_seconds():
                path.rename(_free(self.path / name))
        return sorted((p for p in self._files() if now - _changed(p) >= STILL), key=_changed)[:MOST]

    def _files(self) -> Iterator[Path]:
        return (p for p in self.path.iterdir() if p.suffix == ".json" and not p.name.startswith(".") and p.is_file())

    async def _deal_with(self, path: Path) -> bool:
        try:
            taken = await asyncio.to_thread(self._take, path)
        except FileNotFoundError:  # another process was faster
            return False
        except OSError:
            log.exception("warnings_folder_failed", extra={"account": self.system.id})
            return False
        try:
            body = await asyncio.to_thread(_read, taken)
            await self._send(path.name, body)
            await asyncio.to_thread(self._put, taken, "done")
        except (TurnedAway, Unreadable) as turned:
            return await asyncio.to_thread(self._turn_away, taken, turned)
        except AWAY:  # it is tried again
            log.exception("warning_not_taken", extra={"account": self.system.id})
            await asyncio.to_thread(_put_back, taken)
            return False
        return True

    def _take(self, path: Path) -> Path:
        """Have the file to oneself, as of now."""
        taken = self.path / "taking" / f"{int(self.desk.clock().timestamp())}~{path.name}"
        path.rename(taken)
        return taken

    def _turn_away(self, taken: Path, why: TurnedAway | Unreadable) -> bool:
        """Put it among the failed, unless it may still be on its way in; whether it was dealt with."""
        half = isinstance(why, Unreadable) and not why.is_json and self.desk.clock() - _changed(taken) < HALF
        if half:
            _put_back(taken)
        else:
            self._put(taken, "failed", str(why))
        return not half

    async def _send(self, name: str, body: bytes) -> None:
        letter = self._letter(body)
        key = letter.key or "file:" + sha256(name.encode("utf-8", "surrogateescape") + b"\0" + body).hexdigest()
        taken = await self.desk.take(self.system.system, letter.alarm(key, body), dry_run=letter.dry_run)
        log.info("warning_taken", extra={"account": self.system.id, "broadcast": taken.number})

    def _letter(self, body: bytes) -> Letter:
        if len(body) > LONGEST:
            raise Unreadable(TOO_LARGE)
        return letter_in(body)

    def _put(self, taken: Path, where: str, reason: str = "") -> None:
        """Move the file on; the reason is written first, and where the disk is full, the log alone has it."""
        place = _free(self.path / where / _name(taken))
        if reason:
            try:
                place.with_name(f"{place.name}.原因.txt").write_text(f"{reason}\n", encoding="utf-8")
            except OSError:
                log.exception("warnings_reason_not_written", extra={"account": self.system.id})
        taken.rename(place)


def _name(taken: Path) -> str:
    """Its own name, without the time at which it was taken."""
    return taken.name.partition("~")[2]


def _put_back(taken: Path) -> None:
    taken.rename(_free(taken.parent.parent / _name(taken)))


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LONGEST + 1)


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _free(path: Path) -> Path:
    """`path`, or one like it that is not taken."""
    numbers = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(2, 10_000))
    return path if not path.exists() else next(one for one in numbers if not one.exists())


async def watch(folders: Sequence[Folder], stop: asyncio.Event) -> None:
    """Look at the folders every now and then until `stop` is set."""
    while folders and not stop.is_set():
        for folder in folders:
            await folder.look()
        try:
            async with asyncio.timeout(EVERY):
                await stop.wait()
        except TimeoutError:
            continue
