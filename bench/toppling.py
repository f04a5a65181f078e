"""Services that are killed while a notice goes out to many groups; see `bench/broadcast.py`.

The platform is that of `bench/exchange.py`: it lives in the bench's process and remembers what every group heard.
"""

import asyncio
import signal
from collections import Counter
from collections.abc import Collection
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, Final

import sqlalchemy as sa

from bench.crash import STARTED, Service, drained, until_ten
from bench.databases import postgres
from bench.district import settle
from bench.exchange import Platform
from bench.town import CHANNEL
from storage.database import Sessions, open_database
from storage.migrations import upgrade
from storage.outbox import OutboxMessage
from storage.types import OutboxStatus

KILLS: Final = 20
SLOWEST: Final = 0.3  #: seconds until the platform confirms what was said
WORKERS: Final = ("one", "two", "three")
MOST_SAID: Final = (
    0.08  #: share of the groups that hear it between two kills, at most; so that some come at the very start
)
DRAINED: Final = 600.0
EXPANDED: Final = 60.0  #: seconds until a notice that is due must be in the outbox

Process = asyncio.subprocess.Process


@dataclass(slots=True)
class Street:
    """The groups, the platform, and what was leased when a service was killed."""

    sessions: Sessions
    platform: Platform
    service: Service
    random: Random = field(default_factory=lambda: Random(1))
    leased: set[int] = field(default_factory=set)
    busy: int = 0  #: kills at which something was in flight

    async def kill(self, process: Process, instance: str) -> None:
        """End it in the middle of whatever it does, and see what it had in hand."""
        process.kill()
        await process.wait()
        mine = sa.select(OutboxMessage.id).where(
            OutboxMessage.status == OutboxStatus.SENDING, OutboxMessage.leased_by == instance
        )
        async with self.sessions() as session:
            left = set(await session.scalars(mine))
        self.busy += bool(left)
        self.leased |= left

    async def talk(self, groups: int) -> None:
        """Let a service do its work until some more groups have heard the notice; perhaps until it is linked only."""
        wanted = min(len(self.platform.said) + self.random.randint(0, int(groups * MOST_SAID)), groups)
        until = perf_counter() + EXPANDED
        while len(self.platform.said) < wanted and perf_counter() < until:
            await asyncio.sleep(0.01)

    async def begun(self) -> None:
        """Wait until the notice is in the outbox: before that, nothing waits for anybody."""
        until = perf_counter() + EXPANDED
        while perf_counter() < until:
            async with self.sessions() as session:
                if await session.scalar(sa.select(OutboxMessage.id).limit(1)):
                    return
            await asyncio.sleep(0.2)

    async def finish(self, processes: Collection[Process]) -> bool:
        """Let everything be said, and stop; whether the stop was clean."""
        await self.begun()
        await drained(self.sessions, DRAINED)
        for process in processes:
            process.send_signal(signal.SIGTERM)
        return not any([await asyncio.wait_for(process.wait(), STARTED) for process in processes])

    async def judge(self, groups: int) -> dict[str, Any]:
        """What became of every group."""
        notices = sa.select(OutboxMessage).where(OutboxMessage.broadcast_id.is_not(None))
        async with self.sessions() as session:
            rows = (await session.scalars(notices)).all()
        heard = Counter(said.chat for said in self.platform.said if said.chat.startswith(f"{CHANNEL}-"))
        states = Counter(row.status for row in rows)
        over = states[OutboxStatus.SENT] + states[OutboxStatus.UNSURE] + states[OutboxStatus.DEAD]
        unsure = [row for row in rows if row.status is OutboxStatus.UNSURE]
        return {
            "groups": groups,
            "twice": sum(heard.values()) - len(heard),
            "sent": states[OutboxStatus.SENT],
            "unsure": states[OutboxStatus.UNSURE],
            "dead": states[OutboxStatus.DEAD],
            "unaccounted": abs(groups - over) + abs(groups - len(rows)),
            "unsure_unexplained": sum(1 for row in unsure if row.id not in self.leased),
            "unsure_unheard": sum(1 for row in unsure if not heard[row.chat]),
            "sent_unheard": sum(1 for row in rows if row.status is OutboxStatus.SENT and not heard[row.chat]),
            "kills_in_flight": self.busy,
        }


async def _kills(street: Street, groups: int) -> dict[str, Any]:
    platform = street.platform
    for _ in range(KILLS):
        process = await street.service.start(platform.port)
        async with asyncio.timeout(STARTED):
            await platform.linked.wait()
        await street.talk(groups)
        await street.kill(process, "main")
        await platform.cut.wait()
    clean = await street.finish([await street.service.start(platform.port)])
    return {"kills": KILLS, **await street.judge(groups), "clean_stop": clean}


async def _workers(street: Street, groups: int) -> dict[str, Any]:
    running = {name: await street.service.start(street.platform.port, name) for name in WORKERS}
    await street.begun()
    for number in range(KILLS):
        name = WORKERS[number % len(WORKERS)]
        await street.talk(groups)
        await street.kill(running[name], name)
        running[name] = await street.service.start(street.platform.port, name)
    clean = await street.finish(running.values())
    return {"workers": len(WORKERS), "kills": KILLS, **await street.judge(groups), "clean_stop": clean}


async def _on(url: str, folder: Path, groups: int, work: Any) -> dict[str, Any]:
    ahead, platform = until_ten(), Platform(Random(2), slowest=SLOWEST)
    await upgrade(url)
    async with open_database(url) as sessions, platform.listening():
        await settle(sessions, groups, datetime.now(UTC) + ahead, [CHANNEL])
        began = perf_counter()
        found = await work(Street(sessions, platform, Service(url, folder, ahead)), groups)
        return {**found, "seconds": round(perf_counter() - began)}


def kills(groups: int, folder: Path) -> dict[str, Any]:
    """One service on SQLite, killed again and again."""
    return asyncio.run(_on(f"sqlite+aiosqlite:///{folder / 'kills.db'}", folder, groups, _kills))


def workers(groups: int, folder: Path) -> dict[str, Any] | None:
    """Several on one PostgreSQL."""

    async def there() -> dict[str, Any] | None:
        async with AsyncExitStack() as stack:
            url = await stack.enter_async_context(postgres("workers"))
            return None if url is None else await _on(url, folder, groups, _workers)

    return asyncio.run(there())
