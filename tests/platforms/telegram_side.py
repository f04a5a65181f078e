"""The bot's side of a Telegram test, without a bot behind it: the channel, and somebody who remembers what it hears."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from PIL import Image

from bot.channels.base import Now, Receive, SendError
from bot.channels.telegram import Telegram, TelegramConfig
from bot.media import MediaStore
from handlers.messages import Inbound, Words
from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram_town import TOKEN

NOON: Final = datetime(2025, 3, 1, 12, tzinfo=UTC)
SECRET: Final = "an-agreed-secret-0123"
PATIENT: Final = 5  #: seconds after which a test gives up


@dataclass
class Ears:
    """Takes what is heard, in order; fails when told to, and holds back while `gate` is closed."""

    heard: list[Inbound] = field(default_factory=list)
    failures: list[Exception] = field(default_factory=list)
    tried: int = 0
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    listening: asyncio.Event = field(default_factory=asyncio.Event)
    more: asyncio.Condition = field(default_factory=asyncio.Condition)

    def __post_init__(self) -> None:
        self.gate.set()

    async def receive(self, inbound: Inbound) -> None:
        """See `Receive`."""
        self.listening.set()
        async with self.more:
            self.tried += 1
            self.more.notify_all()
        await self.gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        async with self.more:
            self.heard.append(inbound)
            self.more.notify_all()

    async def hear(self, number: int) -> list[Inbound]:
        """Wait until so many have been heard."""
        async with asyncio.timeout(PATIENT), self.more:
            await self.more.wait_for(lambda: len(self.heard) >= number)
        return self.heard

    async def try_to_hear(self, number: int) -> None:
        """Wait until so many have been handed over, stored or not."""
        async with asyncio.timeout(PATIENT), self.more:
            await self.more.wait_for(lambda: self.tried >= number)

    @property
    def texts(self) -> list[str]:
        """The words heard so far."""
        return [inbound.text for inbound in self.heard]


def config(server: TelegramServer, **changes: Any) -> TelegramConfig:
    """A bot of that server's which loses no time."""
    quick = {"retry_seconds": 0.01, "timeout_seconds": PATIENT, "base_url": server.base_url, "token": TOKEN}
    return TelegramConfig.model_validate({"kind": "telegram"} | quick | changes)


@asynccontextmanager
async def connected(
    server: TelegramServer, ears: Ears, folder: Path, *, hook: bool = False, **changes: Any
) -> AsyncIterator[Telegram]:
    """The channel, connected to the server, at noon."""
    media = MediaStore(folder, limit_bytes=30_000_000)
    async with linked(server, ears.receive, media, lambda: NOON, hook=hook, **changes) as channel:
        yield channel


@asynccontextmanager
async def linked(
    server: TelegramServer, receive: Receive, media: MediaStore, clock: Now, *, hook: bool, **changes: Any
) -> AsyncIterator[Telegram]:
    """The channel between the server and `receive`; with `hook` it has a web server of its own for as long."""
    app = web.Application()
    runner = web.AppRunner(app, access_log=None)
    if hook:
        # The address must be known before the channel opens, and its route be added before the application runs.
        door = await asyncio.get_running_loop().create_server(asyncio.Protocol, "127.0.0.1", 0)
        port = door.sockets[0].getsockname()[1]
        door.close()
        changes |= {"mode": "webhook", "webhook_url": f"http://127.0.0.1:{port}", "hook_secret": SECRET}
    async with config(server, **changes).open(app, receive, media, clock) as channel:
        await runner.setup()
        if hook:
            await web.TCPSite(runner, "127.0.0.1", port).start()
        try:
            yield channel
        finally:
            await runner.cleanup()


def photo(colour: str = "red") -> bytes:
    """A small picture."""
    file = BytesIO()
    Image.new("RGB", (40, 30), colour).save(file, "JPEG")
    return file.getvalue()


async def settled(server: TelegramServer) -> None:
    """Wait until everything that happened is acknowledged and the bot asks for more."""
    async with asyncio.timeout(PATIENT):
        await server.updates.idle.wait()


async def stored(folder: Path, *colours: str) -> tuple[str, ...]:
    """The digests of some pictures that are kept in `folder`."""

    async def once(content: bytes) -> AsyncIterator[bytes]:
        yield content

    store = MediaStore(folder, limit_bytes=1_000_000)
    kept = [await store.keep(once(photo(colour)), "image") for colour in colours]
    return tuple(one.digest or "" for one in kept)


async def failure(channel: Telegram, words: Words, chat: str) -> SendError:
    """Why `words` cannot be said; it is an error of the test if they can."""
    try:
        said = (await channel.send(chat, words)).id
    except SendError as error:
        return error
    raise AssertionError(f"said as {said}")
