"""Takes back what was said, where a channel can. Asked outside any transaction; asking twice does no harm."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import Channel, Recaller, SendError
from bot.transact import transact
from storage import recalls
from storage.database import Sessions
from storage.outbox import OutboxMessage
from storage.recalls import Recall

log = logging.getLogger(__name__)

EVERY: Final = timedelta(seconds=5)  #: how often it is seen whether there is something to do
LEASE: Final = timedelta(seconds=60)  #: after which it is asked again
PATIENCE: Final = 20.0  #: seconds for one answer
AT_ONCE: Final = 20  #: messages
GIVE_UP_AFTER: Final = 5  #: attempts


@dataclass(frozen=True, slots=True)
class Errand:
    """A message to be taken back: where it was said, and under which ids what is still there of it."""

    number: int
    line: tuple[str, str]
    chat: str
    parts: tuple[str, ...]
    attempts: int


@dataclass(frozen=True, slots=True)
class Retractor:
    """Sees to what is to be taken back, on every channel."""

    sessions: Sessions
    channels: Mapping[tuple[str, str], Channel]
    clock: Callable[[], datetime]

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until `stop` is set; what is being asked then is finished first."""
        while not stop.is_set():
            try:
                while await self.round() and not stop.is_set():
                    pass
            except Exception:  # the database is away: it is looked at again
                log.exception("recalling_failed")
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait([stopped], timeout=EVERY.total_seconds())
            stopped.cancel()

    async def round(self) -> int:
        """Take back what is due, one after the other, as no platform likes haste; how many were tried."""
        errands = await transact(self.sessions, partial(_take, self.clock(), self.channels))
        for errand in errands:
            await self._see_to(errand)
        return len(errands)

    async def _see_to(self, errand: Errand) -> None:
        channel = self.channels.get(errand.line)
        if not isinstance(channel, Recaller):
            return await self._settle(errand, "the channel cannot")
        left, why = await _taken_back(channel, errand)
        if why is not None:
            log.info("not_recalled", extra={"outbox_id": errand.number, "channel": errand.line[0]})
        if why is None or why.permanent or errand.attempts >= GIVE_UP_AFTER:
            return await self._settle(errand, str(why)[:200] if why else None)
        return await transact(self.sessions, partial(recalls.keep_on, message=errand.number, left=left))

    async def _settle(self, errand: Errand, error: str | None) -> None:
        settled = partial(recalls.settle, message=errand.number, now=self.clock(), error=error)
        await transact(self.sessions, settled)


async def _taken_back(channel: Recaller, errand: Errand) -> tuple[Sequence[str], SendError | None]:
    """What is still there, and why: what stays for good keeps nothing else from going, what may pass ends the attempt."""
    left, why = list[str](), None
    for place, part in enumerate(errand.parts):
        try:
            async with asyncio.timeout(PATIENCE):
                await channel.take_back(errand.chat, part)
        except (SendError, TimeoutError) as error:
            left.append(part)
            why = error if isinstance(error, SendError) else SendError("no answer")
            if not why.permanent:
                return [*left, *errand.parts[place + 1 :]], why
    return left, why


async def _take(now: datetime, ours: Collection[tuple[str, str]], session: AsyncSession) -> Sequence[Errand]:
    found = await recalls.take_due(session, now=now, ours=list(ours), lease=LEASE, limit=AT_ONCE)
    return [
        Errand(row.id, (row.channel, row.account), row.chat, _still_there(recall, row), recall.attempts)
        for recall, row in found
    ]


def _still_there(recall: Recall, row: OutboxMessage) -> tuple[str, ...]:
    """The platform's ids of what is to be taken back; what an earlier attempt has taken back is not asked for again."""
    return tuple(recall.left or row.parts or [row.platform_id or ""])
