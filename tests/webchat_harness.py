"""A small street that chats on the page: a door without a database, a bot that answers, a service to look at."""

import asyncio
import itertools
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import web
from typing_extensions import override

from bot.channels.base import Sent
from bot.channels.webchat import Person, Said, Tab, Webchat, WebchatConfig
from bot.media import MediaStore
from handlers.messages import Button, Happening, Inbound, Mention, Words

GROUP = "g3"
OTHER = "g5"
LI = Person("p1", "2-1203 李姐")
XIA = Person("p2", "1-101 老夏")
CHEN = Person("p3", "红管家 陈素芬", "红管家")
WANG = Person("p4", "网格员 王磊", "网格员")
STRANGER = Person("p9", "5栋 外人")

LIMIT = 2**20
BOT_NAME = "红管家"


def utc_now() -> datetime:
    return datetime.now(UTC)


class MovableClock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = datetime(2026, 6, 12, 6, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def wait(self, span: timedelta) -> None:
        self.now += span


@dataclass
class PaperDoor:
    """A door that keeps its book in memory: two groups, five people, links that work once."""

    everybody: dict[str, Person] = field(default_factory=lambda: {p.id: p for p in (LI, XIA, CHEN, WANG, STRANGER)})
    groups: dict[str, tuple[Tab, list[str]]] = field(
        default_factory=lambda: {
            GROUP: (Tab(GROUP, "石龙巷3栋邻里群"), ["p1", "p2", "p3", "p4"]),
            OTHER: (Tab(OTHER, "石龙巷5栋邻里群"), ["p4", "p9"]),
        }
    )
    links: dict[str, str] = field(default_factory=lambda: {"abc": "p1"})
    sessions: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    before: dict[str, list[Said]] = field(default_factory=dict)

    async def people(self) -> Sequence[Person]:
        return list(self.everybody.values())

    async def enter(self, token: str) -> Person | None:
        return self.everybody.get(self.links.pop(token, ""))

    async def person(self, id: str) -> Person | None:
        return self.everybody.get(id)

    async def chats(self, person_id: str) -> Sequence[Tab]:
        return [tab for tab, ids in self.groups.values() if person_id in ids]

    async def chat(self, address: str) -> Tab | None:
        return self.groups[address][0] if address in self.groups else None

    async def members(self, address: str) -> Sequence[Person]:
        return [self.everybody[id] for id in self.groups[address][1] if id in self.everybody]

    async def remember(self, session_digest: str, person_id: str, until: datetime) -> None:
        self.sessions[session_digest] = (person_id, until)

    async def recognise(self, session_digest: str) -> Person | None:
        return self.everybody.get(self.sessions[session_digest][0]) if session_digest in self.sessions else None

    async def forget(self, session_digest: str) -> None:
        self.sessions.pop(session_digest, None)

    async def said(self, address: str) -> Sequence[Said]:
        return self.before.get(address, [])


@dataclass
class Ear:
    """Where heard things go; fails as often as told, and can be made to take its time."""

    heard: dict[str, Inbound] = field(default_factory=dict)
    calls: int = 0
    failures: int = 0
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.ready.set()

    async def receive(self, inbound: Inbound) -> None:
        self.calls += 1
        await self.ready.wait()
        if self.failures:
            self.failures -= 1
            raise ConnectionError
        self.heard.setdefault(inbound.message_id, inbound)

    @property
    def last(self) -> Inbound:
        return list(self.heard.values())[-1]


@dataclass
class AnsweringEar(Ear):
    """Answers like the bot would, near enough to look at."""

    webchat: Webchat | None = None
    numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(12))
    answering: set["asyncio.Task[Sent]"] = field(default_factory=set)

    @override
    async def receive(self, inbound: Inbound) -> None:
        known = inbound.message_id in self.heard
        await super().receive(inbound)
        words = None if known else self._answer(inbound)
        if words is not None and self.webchat is not None:
            task = asyncio.create_task(self.webchat.send(inbound.chat, words))
            self.answering.add(task)
            task.add_done_callback(self.answering.discard)

    def _answer(self, inbound: Inbound) -> Words | None:
        if inbound.happening is Happening.PRESSED:
            taken = f"{inbound.sender_name} 接了 12 号工单。"
            return Words(taken, mentions=(Mention(LI.id, LI.name),), quote=inbound.reply_to)
        if inbound.happening is not Happening.SAID or not (inbound.to_bot or "灯" in inbound.text):
            return None
        text = f"记下了，{next(self.numbers)} 号工单：3栋2单元 楼道灯。已通知值班的红管家。"
        return Words(text, (Button("接单", "接单 12"), Button("我也遇到了", "同上 12")), quote=inbound.message_id)


@asynccontextmanager
async def serving(webchat: Webchat, port: int = 0) -> AsyncIterator[str]:
    """The page, served; yields its address."""
    app = web.Application()
    async with webchat.open(app):
        # A connection whose body nobody read may linger; the tests do not wait ten seconds for it.
        runner = web.AppRunner(app, access_log=None, lingering_time=0.05)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", port)
            await site.start()
            host, taken = runner.addresses[0][:2]
            yield f"http://{host}:{taken}"
        finally:
            await runner.cleanup()


def demo(folder: Path, ear: Ear, door: PaperDoor | None = None, config: WebchatConfig | None = None) -> Webchat:
    """The page as the demo shows it."""
    media = MediaStore(folder, LIMIT)
    return Webchat(
        config or WebchatConfig(), door or PaperDoor(), media, ear.receive, utc_now, bot_name=BOT_NAME, demo=True
    )


async def main(port: int) -> None:
    """Serve the page until interrupted, to be looked at: `python -m tests.webchat_harness 8099`."""
    with TemporaryDirectory() as folder:
        ear = AnsweringEar()
        ear.webchat = demo(Path(folder), ear)
        async with serving(ear.webchat, port) as address:
            sys.stdout.write(f"{address}\n")
            await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
