"""The bot's side of a test of 微信客服: the channel, with a web server of its own for the signals."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.channels.base import Now, Receive
from bot.channels.wecom_service import WecomService, WecomServiceConfig
from bot.ledgers import DatabaseLedger
from bot.media import MediaStore
from storage.database import Sessions
from tests.platforms.telegram_side import PATIENT, Ears
from tests.platforms.wecom_api import CORP, SECRET
from tests.platforms.wecom_crypt import AES_KEY, TOKEN
from tests.platforms.wecom_service import PULL, WecomServiceServer


def config(server: WecomServiceServer, **changes: Any) -> WecomServiceConfig:
    """An app of that server's."""
    usual = {
        "kind": "wecom_service",
        "corp_id": CORP,
        "secret": SECRET,
        "token": TOKEN,
        "encoding_aes_key": AES_KEY,
        "base_url": server.base_url,
        "timeout_seconds": PATIENT,
    }
    return WecomServiceConfig.model_validate(usual | changes)


@asynccontextmanager
async def connected(
    server: WecomServiceServer, ears: Ears, folder: Path, sessions: Sessions, **changes: Any
) -> AsyncIterator[WecomService]:
    """The channel, connected to the server, and the server told where to signal."""
    media = MediaStore(folder, limit_bytes=30_000_000)
    async with linked(server, ears.receive, media, server.clock, sessions, **changes) as channel:
        yield channel


@asynccontextmanager
async def linked(
    server: WecomServiceServer,
    receive: Receive,
    media: MediaStore,
    clock: Now,
    sessions: Sessions,
    **changes: Any,
) -> AsyncIterator[WecomService]:
    """The channel between the server and `receive`."""
    app, settings = web.Application(), config(server, **changes)
    ledger = DatabaseLedger(sessions, clock, settings.kind, settings.account)
    runner = web.AppRunner(app, access_log=None)
    pulls = server.times(PULL)
    async with settings.open(app, receive, media, clock, ledger) as channel:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.hooked(f"http://127.0.0.1:{runner.addresses[0][1]}{settings.hook_path}")
        try:
            await _caught_up(server, pulls)
            yield channel
        finally:
            await runner.cleanup()


async def _caught_up(server: WecomServiceServer, pulls: int) -> None:
    """Wait until the bot has begun to pull by itself: what is pulled later waits for that."""
    async with asyncio.timeout(PATIENT):
        while server.accounts and server.times(PULL) == pulls:
            await asyncio.sleep(0)
