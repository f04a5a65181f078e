"""The bot's side of a OneBot test, without a bot behind it: the channel at its door, and somebody who remembers."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.channels.base import Media, Now, Receive, SendError
from bot.channels.onebot import OneBot, OneBotConfig
from bot.media import MediaStore
from handlers.messages import Words
from tests.platforms.onebot import PATIENT, TOKEN
from tests.platforms.telegram_side import NOON, Ears

__all__ = ["Ears", "Post", "config", "connected", "failure", "served", "until"]


@dataclass(frozen=True, slots=True)
class Post:
    """The channel, and the address at which it waits for bridges."""

    channel: OneBot
    address: str
    runner: web.AppRunner


def config(**changes: Any) -> OneBotConfig:
    """An account that loses no time."""
    quick = {"token": TOKEN, "chat_pause_seconds": 0, "account_pause_seconds": 0, "hesitation_seconds": 0}
    return OneBotConfig.model_validate(
        {"kind": "onebot", "retry_seconds": 0.01, "timeout_seconds": 5} | quick | changes
    )


@asynccontextmanager
async def served(receive: Receive, media: Media, clock: Now, **changes: Any) -> AsyncIterator[Post]:
    """The channel with a web server of its own, for as long as the block lasts."""
    app, settings = web.Application(), config(**changes)
    runner = web.AppRunner(app, access_log=None)
    async with settings.open(app, receive, media, clock) as channel:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield Post(channel, f"ws://127.0.0.1:{runner.addresses[0][1]}{settings.path}", runner)
        finally:
            await runner.cleanup()


@asynccontextmanager
async def connected(
    ears: Ears, folder: Path, *, clock: Callable[[], datetime] = lambda: NOON, **changes: Any
) -> AsyncIterator[Post]:
    """The same with a store of pictures in `folder`."""
    async with served(ears.receive, MediaStore(folder, limit_bytes=10_000_000), clock, **changes) as post:
        yield post


async def until(so: Callable[[], bool]) -> None:
    """Wait until it is so."""
    async with asyncio.timeout(PATIENT):
        while not so():
            await asyncio.sleep(0.001)


async def failure(channel: OneBot, words: Words, chat: str) -> SendError:
    """Why `words` cannot be said; it is an error of the test if they can."""
    try:
        said = (await channel.send(chat, words)).id
    except SendError as error:
        return error
    raise AssertionError(f"said as {said}")
