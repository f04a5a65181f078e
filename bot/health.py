"""How things are: what `/healthz` tells whoever watches over the service."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy.exc import SQLAlchemyError

from bot.channels.base import Channel, Link
from storage import receipts
from storage.database import Sessions
from storage.receipts import Backlog

PATIENCE: Final = 3.0  #: seconds after which a database that does not answer counts as away


@dataclass(frozen=True, slots=True)
class Health:
    """`backlog` None: the database is away. `oldest`: for how many seconds the first waiting message has been due."""

    channels: tuple[Link, ...]
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
            "confirming": known.confirming,
        }
        channels = [_told(link) for link in self.channels]
        return {"database": self.database, "channels": channels, "outbox": outbox}


@dataclass(frozen=True, slots=True)
class Nurse:
    """Looks how things are, and never waits long for an answer."""

    sessions: Sessions
    channels: Mapping[tuple[str, str], Channel]
    clock: Callable[[], datetime]
    _looking: set["asyncio.Task[Backlog | None]"] = field(default_factory=set)

    async def look(self) -> Health:
        """How things are just now."""
        links = tuple(channel.link for channel in self.channels.values())
        task = asyncio.create_task(self._backlog())
        # Not cancelled when it takes too long: a transaction is finished, never torn.
        self._looking.add(task)
        task.add_done_callback(self._looking.discard)
        await asyncio.wait({task}, timeout=PATIENCE)
        found = task.result() if task.done() else None
        if found is None or found.oldest_due is None:
            return Health(links, found)
        return Health(links, found, max((self.clock() - found.oldest_due).total_seconds(), 0.0))

    async def _backlog(self) -> Backlog | None:
        try:
            async with self.sessions() as session:
                return await receipts.backlog(session)
        except (SQLAlchemyError, OSError):
            return None


def _told(link: Link) -> dict[str, Any]:
    """A channel as it is told: since when it is connected, or not, and why not."""
    since = link.since and link.since.isoformat(timespec="seconds")
    return {"name": f"{link.channel}:{link.account}", "up": link.up, "since": since, "reason": link.reason}
