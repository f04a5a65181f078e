"""Kills the service at random moments and counts what was lost and what was done twice.

`python bench/crash.py --kills N [--json]`. A platform of the bench's own delivers a stream at least once; a service, joined
as `bot/app.py` joins it, is killed with SIGKILL and started again. Lost and doubled must be 0.
"""

import argparse
import asyncio
import json
import signal
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, Final
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parent.parent))  # it may be started as a file as well

import sqlalchemy as sa

from bench.databases import postgres
from bench.exchange import Platform
from bench.talk import Group, groups
from bench.town import settle
from bench.verdict import Delivered, judge
from storage.database import Sessions, open_database
from storage.migrations import upgrade
from storage.outbox import WAITING, OutboxMessage

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
STARTED: Final = 60.0  #: seconds that a start may take
LONGEST_LIFE: Final = 1.2  #: seconds from a service's first link to its end
DRAINED: Final = 120.0  #: seconds until everything must have been said
STILLBORN: Final = 0.1  #: share of services that are killed while they start
ROOT: Final = Path(__file__).parent.parent


@dataclass(slots=True)
class Street:
    """All groups, each with one message under way."""

    platform: Platform
    groups: list[Group]
    ahead: timedelta
    delivered: Delivered = field(default_factory=Delivered)
    over: bool = False

    async def talk(self, group: Group) -> None:
        """Deliver one message after the other, until it is over and no ticket of the group is half done."""
        stories: dict[str, str] = {}  #: under way: what was reported → by which message
        while not self.over or stories:
            inbound, _ = group.next(datetime.now(UTC) + self.ahead)
            if self.over and inbound.reply_to not in stories:
                continue
            await self.platform.deliver(inbound)
            self._count(inbound.message_id, inbound.text, inbound.reply_to, stories)

    def _count(self, message: str, text: str, quoted: str | None, stories: dict[str, str]) -> None:
        delivered = self.delivered
        delivered.every.append(message)
        if text.startswith("报修 "):
            delivered.reports.append(message)
            stories[message] = text
        elif text in {"接单", "办结"}:
            delivered.commands.append(message)
            if text == "办结" and quoted in stories:
                del stories[quoted]
                delivered.finished.append(quoted)


@dataclass(frozen=True, slots=True)
class Service:
    """How the service is started."""

    url: str
    folder: Path
    ahead: timedelta

    async def start(self, port: int, instance: str = "main") -> asyncio.subprocess.Process:
        """A new process."""
        given = (self.url, str(self.folder), str(port), str(self.ahead.total_seconds()), instance)
        return await asyncio.create_subprocess_exec(sys.executable, "-m", "bench.service", *given, cwd=ROOT)


async def killed(service: Service, platform: Platform, random: Random, kills: int) -> int:
    """Start the service and kill it, so many times; how often it was killed while it started."""
    stillborn = 0
    for _ in range(kills):
        process = await service.start(platform.port)
        if random.random() < STILLBORN:
            stillborn += 1
        else:
            async with asyncio.timeout(STARTED):
                await platform.linked.wait()
        await asyncio.sleep(random.uniform(0, LONGEST_LIFE))
        process.kill()
        await process.wait()
        await platform.cut.wait()
    return stillborn


async def drained(sessions: Sessions, within: float = DRAINED) -> None:
    """Wait until nothing is left to be said; what cannot be said in time is found afterwards."""
    left = sa.select(sa.func.count()).where(OutboxMessage.status.in_(WAITING))
    until = perf_counter() + within
    while perf_counter() < until:
        async with sessions() as session:
            if not await session.scalar(left):
                return
        await asyncio.sleep(0.5)


async def crash(url: str, folder: Path, kills: int, seed: int, chats: int) -> dict[str, Any]:
    """Everything once: talk, kill, let it finish, count."""
    random = Random(seed)
    ahead = until_ten()
    await upgrade(url)
    platform, talking = Platform(Random(seed + 1)), groups(chats, plain=True, every=2)
    street, service = Street(platform, talking, ahead), Service(url, folder, ahead)
    async with open_database(url) as sessions, platform.listening():
        # No workers but the steward: somebody else who says that he sees to it would take the ticket.
        await settle(sessions, {group.chat: [] for group in talking}, datetime.now(UTC) + ahead)
        began = perf_counter()
        async with asyncio.TaskGroup() as people:
            for group in talking:
                people.create_task(street.talk(group))
            stillborn = await killed(service, platform, random, kills)
            street.over = True
            survivor = await service.start(platform.port)
        await drained(sessions)
        survivor.send_signal(signal.SIGTERM)
        stopped = await asyncio.wait_for(survivor.wait(), STARTED)
        async with sessions() as session:
            found = await judge(session, street.delivered, platform.said)
    return {
        **found,
        "kills": kills,
        "killed_while_starting": stillborn,
        "messages": len(street.delivered.every),
        "deliveries": platform.delivered,
        "clean_stop": stopped == 0,
        "seconds": round(perf_counter() - began),
        "seed": seed,
    }


def until_ten() -> timedelta:
    """How far the service's clock is ahead, so that it is ten in the morning: nothing waits for the end of the night."""
    here = datetime.now(SHANGHAI)
    ten = datetime.combine(here.date() + timedelta(days=1), time(10), SHANGHAI)
    return ten - here


@asynccontextmanager
async def database(kind: str, folder: Path) -> AsyncIterator[str]:
    """The URL of an empty database."""
    if kind == "sqlite":
        yield f"sqlite+aiosqlite:///{folder / 'crash.db'}"
        return
    async with postgres("crash") as url:
        if url is None:
            raise SystemExit("没有 PostgreSQL 可用，用 --database sqlite 再试。")
        yield url


async def everything(args: argparse.Namespace, folder: Path) -> dict[str, Any]:
    async with database(args.database, folder) as url:
        return {"database": args.database, **await crash(url, folder, args.kills, args.seed, args.chats)}


def shown(found: dict[str, Any]) -> str:
    """The figures for a reader."""
    return "\n".join(f"{name:24} {value}" for name, value in found.items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--chats", type=int, default=8)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=Path.cwd()) as folder:
        found = asyncio.run(everything(args, Path(folder)))
    sys.stdout.write((json.dumps(found, ensure_ascii=False, indent=2) if args.json else shown(found)) + "\n")
    if found["lost"] or found["doubled"]:
        sys.exit(1)


if __name__ == "__main__":
    main()
