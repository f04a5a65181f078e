"""Messages a second through each channel's adapter, and what it adds to a bare aiohttp echo, in one run.

`python bench/channels.py [--json] [--only telegram]`. Between a local server that speaks the channel's protocol (those of
`tests/platforms`, as the conformance kit plays them) and a bot that acknowledges at once and does nothing. One process, so
the server's own work is in the figures. Slices of the adapter and of the echo take turns, so that a machine that is busy
elsewhere slows both; the figures are medians of the rounds.

In: one message after the other until the platform has its acknowledgement, then many at once. Out: one after the other.
The pauses that a platform asks for are the sender's business, and are not in here.
"""

import argparse
import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import cycle
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent.parent))  # it may be started as a file as well

from aiohttp import ClientSession, web

from bench.databases import create_tables
from bot.channels.base import Can, Channel, Groups, SendError
from bot.channels.confirmed import Confirmed
from bot.media import MediaStore
from bot.web import serving
from handlers.messages import Inbound, Words
from storage.database import open_database
from tests.kit.platform import Ground, Platform, Saying
from tests.kit.rows import ROWS, Row
from tests.kit.stage import Time, move_in
from tests.kit.wecom_groups import OWNER
from tests.world import CAST, settle_in

TEXT: Final = "2单元3楼的灯坏了，麻烦来修一下"
ANSWER: Final = Words("1 号（3栋2单元照明），王芳接单了，这就去办。")
GROUP: Final = "3栋群"
PEOPLE: Final = tuple(name for name, (group, *_) in CAST.items() if group == GROUP)
PATIENCE: Final = 10.0  #: seconds
APART: Final = timedelta(minutes=5)  #: on the stage's clock, between two messages


@dataclass(slots=True)
class Ear:
    """A bot that acknowledges at once, and counts."""

    heard: int = 0
    more: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def receive(self, _: Inbound) -> None:
        """See `Receive`."""
        async with self.more:
            self.heard += 1
            self.more.notify_all()

    async def hear(self, number: int) -> None:
        """Wait until so many have been heard."""
        async with self.more:
            await self.more.wait_for(lambda: self.heard >= number)


@dataclass(slots=True)
class Bench:
    """One adapter between its server and the ear."""

    platform: Platform
    channel: Channel
    ear: Ear
    time: Time
    sayings: Iterator[Saying] = field(init=False)

    def __post_init__(self) -> None:
        self.sayings = cycle([_saying(self.channel.can, person) for person in PEOPLE])

    async def hear(self, number: int) -> None:
        """Let people say so many things at once, and wait until the platform has every acknowledgement."""
        wanted = self.ear.heard + number
        self.time.now += APART
        await asyncio.gather(*(self.platform.says(next(self.sayings)) for _ in range(number)))
        async with asyncio.timeout(PATIENCE):
            await self.platform.settle()
            await self.ear.hear(wanted)

    async def say(self) -> None:
        """Say one thing."""
        self.time.now += APART
        can, platform = self.channel.can, self.platform
        chat = platform.chat(GROUP) if can.groups is not Groups.NEVER else platform.alone(PEOPLE[0])
        assert chat is not None
        if isinstance(self.channel, Confirmed):  # a task before its owner: how long he takes is not the adapter's
            await self.channel.ask(OWNER, [chat], ANSWER)
        else:
            await self.channel.send(chat, ANSWER)


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is measured: rounds, messages one by one in each, and messages at once."""

    rounds: int
    singly: int
    together: int


def _saying(can: Can, person: str) -> Saying:
    in_group = can.groups is not Groups.NEVER
    return Saying(person, TEXT, GROUP if in_group else None, calls_bot=in_group and not can.hears_all)


@asynccontextmanager
async def benched(row: Row, folder: Path) -> AsyncIterator[Bench]:
    """The adapter, connected for as long as the block lasts."""
    url, ear, time, platform = f"sqlite+aiosqlite:///{folder / f'{row.title}.db'}", Ear(), Time(), row.platform()
    await create_tables(url)
    async with open_database(url) as sessions:
        await settle_in(sessions, time.now)
        ground = Ground(ear.receive, MediaStore(folder / "pictures", 2**20), time, sessions)
        async with platform.connected(ground) as channel:
            await move_in(sessions, platform, channel.can)
            yield Bench(platform, channel, ear, time)


@asynccontextmanager
async def echoing() -> AsyncIterator[Callable[[], Awaitable[None]]]:
    """A bare echo: one request with a message in it, and the same back."""

    async def echo(request: web.Request) -> web.Response:
        return web.json_response(await request.json())

    app, body = web.Application(), {"chat": GROUP, "sender": PEOPLE[0], "text": TEXT, "id": "0123456789abcdef"}
    app.router.add_post("/", echo)
    async with serving(app, "127.0.0.1", 0) as address, ClientSession() as http:

        async def ask() -> None:
            async with http.post(address, json=body) as answer:
                await answer.json()

        yield ask


async def milliseconds(work: Callable[[], Awaitable[None]], times: int) -> float:
    """How long one takes, one after the other."""
    began = perf_counter()
    for _ in range(times):
        await work()
    return (perf_counter() - began) / times * 1000


async def rate(work: Callable[[int], Awaitable[object]], number: int) -> float:
    """How many a second, all at once."""
    began = perf_counter()
    await work(number)
    return number / (perf_counter() - began)


async def measured(bench: Bench, echo: Callable[[], Awaitable[None]], plan: Plan) -> dict[str, float | None]:
    """The figures of one adapter: what it cannot do is None."""
    found: dict[str, list[float]] = {}
    for _ in range(plan.rounds):
        bare = await milliseconds(echo, plan.singly)
        found.setdefault("echo_ms", []).append(bare)
        if bench.channel.can.hears:
            one = await milliseconds(lambda: bench.hear(1), plan.singly)
            found.setdefault("in_added_ms", []).append(one - bare)
            found.setdefault("in_per_s", []).append(await rate(bench.hear, plan.together))
        if _may_say_at_once(bench.channel.can):
            out = await milliseconds(bench.say, _may_say(bench.channel.can, plan))
            found.setdefault("out_added_ms", []).append(out - bare)
            found.setdefault("out_per_s", []).append(1000 / out)
    names = ("in_per_s", "in_added_ms", "out_per_s", "out_added_ms", "echo_ms")
    return {name: round(median(found[name]), 2) if name in found else None for name in names}


def _may_say_at_once(can: Can) -> bool:
    """Whether nobody has to do anything between two messages: write again, or confirm."""
    return can.answers is None and can.groups is not Groups.CONFIRMED


def _may_say(can: Can, plan: Plan) -> int:
    """How many answers a round, so that a chat's limits hold whatever clock the server goes by."""
    return min([plan.singly, *(max(limit.most // plan.rounds - 1, 1) for limit in can.limits)])


async def everything(plan: Plan, only: str, folder: Path) -> dict[str, Any]:
    """The figures of every adapter."""
    found: dict[str, Any] = {}
    async with echoing() as echo:
        await milliseconds(echo, plan.singly)  # warm
        together = await rate(lambda number: asyncio.gather(*(echo() for _ in range(number))), plan.together)
        found["bare aiohttp echo"] = {"in_per_s": round(together, 2), "echo_ms": await milliseconds(echo, plan.singly)}
        for row in ROWS:
            if only in row.title:
                try:
                    async with benched(row, folder) as bench:
                        found[row.title] = await measured(bench, echo, plan)
                except (SendError, TimeoutError) as error:
                    found[row.title] = {"error": str(error) or type(error).__name__}
    return found


def shown(found: dict[str, Any]) -> str:
    """The figures for a reader."""
    heads = ("in_per_s", "in_added_ms", "out_per_s", "out_added_ms", "echo_ms")
    lines = [" ".join(["channel".ljust(20), *(head.rjust(13) for head in heads)])]
    for title, figures in found.items():
        cells = ["-" if (value := figures.get(head)) is None else f"{value:.2f}" for head in heads]
        lines.append(
            " ".join([title.ljust(20), *(cell.rjust(13) for cell in cells), figures.get("error", "")]).rstrip()
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", default="", help="rows with this in their titles")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--singly", type=int, default=100, help="messages one after the other in each round")
    parser.add_argument("--together", type=int, default=200, help="messages at once in each round")
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        plan = Plan(args.rounds, args.singly, args.together)
        found = asyncio.run(everything(plan, args.only, Path(folder)))
    sys.stdout.write((json.dumps(found, ensure_ascii=False, indent=2) if args.json else shown(found)) + "\n")


if __name__ == "__main__":
    main()
