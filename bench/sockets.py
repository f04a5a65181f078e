"""Messages a second over real sockets, beside a bare aiohttp client; see `bench/broadcast.py`.

`python -m bench.sockets` is the platform: it answers whatever is said with an id, after the time that one takes, in a
process of its own.
"""

import asyncio
import gc
import sys
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter, process_time
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from aiohttp import ClientSession, web

from bench.databases import create_tables
from bench.district import TEXT, moment, settle
from bench.town import ACCOUNT, CHANNEL
from bot.channels.base import Can, Link, Sent
from bot.sender import Sender
from bot.turns import Pace
from bot.web import serving
from handlers.messages import Words
from handlers.notices import rounds
from storage.broadcasts import Broadcast
from storage.database import Sessions, open_database
from storage.outbox import OutboxMessage
from storage.types import BroadcastStatus

GROUPS: Final = 1_000
ROUNDS: Final = 7
AT_ONCE: Final = 100  #: requests of the bare client, as many as its connector opens, and of ours
ANSWERS: Final = (0.02, 0.08)  #: seconds after which the platform answers, at random
TEN: Final = datetime(2026, 5, 11, 2, 0, tzinfo=UTC)
ROOT: Final = Path(__file__).parent.parent


@dataclass(slots=True)
class Posting:
    """A channel that says everything with one request."""

    http: ClientSession
    address: str
    name: str = CHANNEL
    account: str = ACCOUNT
    can: Can = field(default_factory=Can)
    link: Link = field(default_factory=lambda: Link(CHANNEL, ACCOUNT, lambda: TEN, up=True))
    said: int = 0

    async def send(self, chat: str, words: Words) -> Sent:
        """See `Channel.send`."""
        async with self.http.post(self.address, json={"chat": chat, "text": words.text}) as answer:
            self.said += 1
            return Sent(str((await answer.json())["id"]))


class Slice(NamedTuple):
    """A thousand messages: how many a second, and what they cost.

    `cpu_ms`: of this process a message; `platform`: the share of its time that the platform was busy.
    """

    per_s: float
    cpu_ms: float
    platform: float


async def _timed(saying: Awaitable[None], channel: Posting) -> Slice:
    busy, worked, began = await _worked(channel), process_time(), perf_counter()
    await saying
    took, worked = perf_counter() - began, process_time() - worked
    return Slice(GROUPS / took, 1000 * worked / GROUPS, (await _worked(channel) - busy) / took)


async def _worked(channel: Posting) -> float:
    """Seconds of processor that the platform has taken."""
    async with channel.http.get(channel.address) as answer:
        return float(await answer.text())


async def _bare(channel: Posting) -> Slice:
    """A client that does nothing else."""
    numbers = iter(range(GROUPS))

    async def speak() -> None:
        for number in numbers:
            body = {"chat": f"{CHANNEL}-{number}", "text": TEXT}
            async with channel.http.post(channel.address, json=body) as answer:
                assert (await answer.json())["id"]

    async def all_of_them() -> None:
        await asyncio.gather(*(speak() for _ in range(AT_ONCE)))

    return await _timed(all_of_them(), channel)


async def _ours(sessions: Sessions, channel: Posting) -> Slice:
    """From the outbox to receipts on disk, once the notice is in the outbox."""
    async with sessions.begin() as session:
        await session.execute(sa.delete(OutboxMessage))  # a group is told only so much a day
        await session.execute(sa.update(Broadcast).values(status=BroadcastStatus.SCHEDULED))
    async with sessions.begin() as session:
        await rounds.start_due(moment(session, TEN))
    line = {(CHANNEL, ACCOUNT): channel}
    sender = Sender(sessions=sessions, channels=line, clock=lambda: TEN, pace=Pace(batch=AT_ONCE))
    said = channel.said

    async def all_of_them() -> None:
        while await sender.round() or channel.said - said < GROUPS:
            pass
        await sender.finish()

    return await _timed(all_of_them(), channel)


@asynccontextmanager
async def _platform() -> AsyncIterator[str]:
    """The address of a platform in a process of its own."""
    command = [sys.executable, "-m", "bench.sockets"]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        yield (await process.stdout.readline()).decode().strip()
    finally:
        process.terminate()
        await process.wait()


async def _sockets(url: str) -> dict[str, Any]:
    await create_tables(url)
    async with open_database(url) as sessions, _platform() as address, ClientSession() as http:
        await settle(sessions, GROUPS, TEN, [CHANNEL])
        channel = Posting(http, address)
        await _bare(channel)
        await _ours(sessions, channel)
        gc.collect()
        gc.freeze()  # what the bench itself holds is no affair of either
        pairs = [(await _bare(channel), await _ours(sessions, channel)) for _ in range(ROUNDS)]
    return {
        "ratio": round(median(ours.per_s / bare.per_s for bare, ours in pairs), 3),
        "best_ratio": round(max(ours.per_s / bare.per_s for bare, ours in pairs), 3),
        "ours_per_s": round(median(ours.per_s for _, ours in pairs)),
        "bare_per_s": round(median(bare.per_s for bare, _ in pairs)),
        "ours_cpu_ms": round(median(ours.cpu_ms for _, ours in pairs), 3),
        "bare_cpu_ms": round(median(bare.cpu_ms for bare, _ in pairs), 3),
        "platform_busy": round(max(part.platform for pair in pairs for part in pair), 2),
    }


def sockets(_: int, folder: Path) -> dict[str, Any]:
    """A thousand groups on SQLite."""
    return asyncio.run(_sockets(f"sqlite+aiosqlite:///{folder / 'sockets.db'}"))


async def _answer() -> None:
    ids, random = count(1), Random(1)

    async def take(request: web.Request) -> web.Response:
        await request.json()
        await asyncio.sleep(random.uniform(*ANSWERS))
        return web.json_response({"id": next(ids)})

    app = web.Application()

    async def tell(_: web.Request) -> web.Response:
        return web.Response(text=str(process_time()))

    app.router.add_post("/", take)
    app.router.add_get("/", tell)
    async with serving(app, "127.0.0.1", 0) as address:
        sys.stdout.write(address + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(_answer())
