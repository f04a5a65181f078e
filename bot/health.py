"""How things are: what `/healthz` tells whoever watches over the service."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import Channel
from storage import receipts
from storage.database import Sessions
from storage.receipts import Backlog

PATIENCE: Final = 3.0  #: seconds after which a database that does not answer counts as away


@dataclass(frozen=True, slots=True)
class Health:
    """`backlog` None: the database is away. `oldest`: for how many seconds the first waiting message has been due."""

    channels: tuple[str, ...]
    backlog: Backlog | None = None
    oldest: float = 0.0

    @property
    def database(self) -> bool:
        """Whether the database answers."""
        return self.backlog is not None

    def as_json(self) -> dict[str, Any]:
        """As it is told; counts in messages, times in seconds."""
        known = self.backlog
        outbox = known and {
            "waiting": known.waiting,
            "oldest_seconds": round(self.oldest, 1),
            "unsure": known.unsure,
            "dead": known.dead,
        }
        return {"database": self.database, "channels": list(self.channels), "outbox": outbox}


@dataclass(frozen=True, slots=True)
class Nurse:
    """Looks how things are, and never waits long for an answer."""

    sessions: Sessions
    channels: Mapping[tuple[str, str], Channel]
    clock: Callable[[], datetime]
    _looking: set["asyncio.Task[Backlog | None]"] = field(default_factory=set)

    async def look(self) -> Health:
        """How things are just now."""
        names = tuple(f"{name}:{account}" for name, account in self.channels)
        task = asyncio.create_task(self._backlog())
        # Not cancelled when it takes too long: a transaction is finished, never torn.
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)
        await asyncio.wait({task}, timeout=PATIENCE)
        found = task.result() if task.done() else None
        if found is None or found.oldest_due is None:
            return Health(names, found)
        return Health(names, found, max((self.clock() - found.oldest_due).total_seconds(), 0.0))

    async def _backlog(self) -> Backlog | None:
        try:
            async with self.sessions() as session:
                return await receipts.backlog(session)
        except (SQLAlchemyError, OSError):
            return None
