"""The whole program with its web chat, as `guanjia demo` runs it, and the small community in front of it."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import sqlalchemy as sa
from aiohttp import ClientSession

from bot.app import run
from bot.channels.webchat import alone_with
from bot.config import Config, checked
from bot.joining import prepare
from storage.chats import GroupChat
from storage.database import Sessions, open_database
from storage.identities import Identity
from tests.webchat_visitor import Visitor
from tests.world import CAST, CHANNEL, MONDAY_9, settle_in

PATIENT: Final = 10  #: seconds after which a test gives up
HERE: Final = {"channel": "webchat", "account": "web"}


@dataclass(repr=False)
class Page:
    """The page, served, and everybody in front of it."""

    http: ClientSession
    address: str

    def visitor(self, person: str) -> Visitor:
        return Visitor(self.http, self.address.rstrip("/"), person)

    async def says(self, person: str, text: str, *, group: str | None = None, **more: Any) -> str:
        """`person` writes into a group or to the bot alone; the id of the message."""
        key = more.pop("key", None) or uuid4().hex
        answer = await self.visitor(person).says(text, group or alone_with(person), key=key, **more)
        assert answer.status == 200, await answer.text()
        return f"{person}.{key}"

    async def hears(self, person: str, *fragments: str, group: str | None = None, times: int = 1) -> dict[str, Any]:
        """Wait until lines of the bot with all `fragments` are to be seen, exactly `times`; the last of them."""
        chat = group or alone_with(person)
        found: list[dict[str, Any]] = []
        async with asyncio.timeout(PATIENT):
            while len(found) < times:
                await asyncio.sleep(0.01)
                lines = await self.visitor(person).sees(chat)
                found = [one for one in lines if one["sender"] == "bot" and all(f in one["text"] for f in fragments)]
        assert len(found) == times
        return found[-1]

    async def answer(self, person: str, *either: str) -> str:
        """Wait until the bot has said one of these to `person` alone; which."""
        async with asyncio.timeout(PATIENT):
            while True:
                lines = await self.visitor(person).sees(alone_with(person))
                for fragment in either:
                    if any(fragment in line["text"] for line in lines):
                        return fragment
                await asyncio.sleep(0.01)

    async def presses(self, person: str, line: dict[str, Any], label: str, *, chat: str | None = None) -> int:
        """Press a button of a line; the status of the answer."""
        payload = next(button["payload"] for button in line["buttons"] if button["label"] == label)
        return await self.sends(person, line["id"], payload, chat=chat)

    async def sends(self, person: str, message: str, payload: str, *, chat: str | None = None) -> int:
        """Whatever a page might send as a press."""
        press = {"id": uuid4().hex, "chat": chat or alone_with(person), "message": message, "payload": payload}
        return (await self.visitor(person).post("/chat/presses", press)).status

    async def uploads(self, person: str, content: bytes, **headers: str) -> tuple[int, dict[str, Any]]:
        visitor = self.visitor(person)
        own = {"Origin": visitor.address, "Content-Type": "image/jpeg"} | headers
        async with self.http.post(
            f"{visitor.address}/chat/pictures", params={"as": person}, data=BytesIO(content), headers=own
        ) as answer:
            return answer.status, await answer.json()


def config(url: str, folder: Path) -> Config:
    return checked({"database_url": url, "port": 0, "data_dir": str(folder), "media": {"limit_mb": 1}}, folder, {})


async def settled_in(config: Config) -> None:
    """A migrated database with the small community, everybody on the page; nobody is out of reach there."""
    await prepare(config)
    async with open_database(config.database_url) as sessions:
        await settle_in(sessions, MONDAY_9)
        async with sessions.begin() as session:
            for name in CAST:
                mine = sa.update(Identity).where(Identity.channel == CHANNEL, Identity.sender == name)
                await session.execute(mine.values(one_to_one=alone_with(name), **HERE))
            await session.execute(sa.update(GroupChat).values(**HERE))


@asynccontextmanager
async def served(config: Config, clock: Callable[[], datetime] | None = None) -> AsyncIterator[Page]:
    """The program runs for as long as the block lasts, and must end by itself when it is told to."""
    stop, address = asyncio.Event(), asyncio.get_running_loop().create_future()
    running = asyncio.create_task(
        run(config, stop, clock or (lambda: MONDAY_9.astimezone(UTC)), demo=True, opened=address.set_result)
    )
    done, _ = await asyncio.wait([running, address], timeout=PATIENT, return_when=asyncio.FIRST_COMPLETED)
    assert address in done, running
    async with ClientSession() as http:
        yield Page(http, address.result())
    stop.set()
    async with asyncio.timeout(PATIENT):
        await running


@asynccontextmanager
async def looking_into(config: Config) -> AsyncIterator[Sessions]:
    """The database itself."""
    async with open_database(config.database_url) as sessions:
        yield sessions
