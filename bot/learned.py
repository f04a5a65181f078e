"""The learned weights in the data folder: numbered files, of which the last counts.

A file is written under another name and then given its number, so that it is there whole or not at all; to undo is to
take the last one away. The shipped weights are never touched.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Final

from handlers.understanding.model import WEIGHTS, ModelBroken
from handlers.understanding.model.learned import Learned, read, written

KEPT: Final = 5  #: files, so many steps can be undone


class State(StrEnum):
    """Which weights are in use, and why."""

    SHIPPED = "shipped"  #: nothing was learned
    LEARNED = "learned"
    OTHER = "other"  #: the shipped ones, for what was learned belongs to those of another version
    BROKEN = "broken"  #: the shipped ones, for what was learned cannot be read


@dataclass(frozen=True, slots=True)
class InUse:
    """Which weights are in use; `learned` is what they change in the shipped ones."""

    state: State
    learned: Learned | None = None


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder with everything that was learned, and the weights that it belongs to."""

    folder: Path
    shipped: Path = WEIGHTS

    def digest(self) -> str:
        """What tells the shipped weights from others."""
        return sha256(self.shipped.read_bytes()).hexdigest()

    def in_use(self) -> InUse:
        """What the service uses; whatever lies there, there is an answer."""
        files = self._files()
        if not files:
            return InUse(State.SHIPPED)
        try:
            learned = read(files[-1].read_bytes())
        except (OSError, ModelBroken):
            return InUse(State.BROKEN)
        return InUse(State.LEARNED, learned) if learned.shipped == self.digest() else InUse(State.OTHER)

    def put(self, learned: Learned) -> None:
        """Use `learned` from now on; whoever is interrupted here leaves everything as it was."""
        self.folder.mkdir(parents=True, exist_ok=True)
        files = self._files()
        number = int(files[-1].stem) + 1 if files else 1
        draft = self.folder / "draft"
        with draft.open("wb") as file:
            file.write(written(learned))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.folder / f"{number:04}.npz")
        for old in files[: 1 - KEPT]:
            old.unlink(missing_ok=True)

    def undo(self) -> bool:
        """Go back to what was in use before; False where nothing was learned."""
        files = self._files()
        if files:
            files[-1].unlink()
        return bool(files)

    def _files(self) -> Sequence[Path]:
        """Oldest first."""
        found = (path for path in self.folder.glob("*.npz") if path.stem.isdecimal() and path.stem.isascii())
        return sorted(found, key=lambda path: int(path.stem))
