"""The bot's side of a test of the self-built app: the channel, with a web server of its own for the callbacks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import web

from bot.channels.base import Now, Receive
from bot.channels.wecom_app import WecomApp, WecomAppConfig
from bot.media import MediaStore
from tests.platforms.telegram_side import PATIENT, Ears
from tests.platforms.wecom_api import CORP, SECRET
from tests.platforms.wecom_app import AGENT, WecomAppServer
from tests.platforms.wecom_crypt import AES_KEY, TOKEN


def config(server: WecomAppServer, **changes: Any) -> WecomAppConfig:
    """An app of that server's."""
    usual = {
        "kind": "wecom_app",
        "corp_id": CORP,
        "agent_id": str(AGENT),
        "secret": SECRET,
        "token": TOKEN,
        "encoding_aes_key": AES_KEY,
        "base_url": server.base_url,
        "timeout_seconds": PATIENT,
    }
    return WecomAppConfig.model_validate(usual | changes)


@asynccontextmanager
async def connected(server: WecomAppServer, ears: Ears, folder: Path, **changes: Any) -> AsyncIterator[WecomApp]:
    """The channel, connected to the server, and the server told where to call."""
    media = MediaStore(folder, limit_bytes=30_000_000)
    async with linked(server, ears.receive, media, server.clock, **changes) as channel:
        yield channel


@asynccontextmanager
async def linked(
    server: WecomAppServer, receive: Receive, media: MediaStore, clock: Now, **changes: Any
) -> AsyncIterator[WecomApp]:
    """The channel between the server and `receive`."""
    app, settings = web.Application(), config(server, **changes)
    runner = web.AppRunner(app, access_log=None)
    async with settings.open(app, receive, media, clock) as channel:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.hooked(f"http://127.0.0.1:{runner.addresses[0][1]}{settings.hook_path}")
        try:
            yield channel
        finally:
            await runner.cleanup()
