"""The bot's side of a test of customer groups: the channel, with a web server of its own for the callbacks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

from bot.channels.base import Now, Receive
from bot.channels.wecom_groups import WecomGroups, WecomGroupsConfig
from bot.media import MediaStore
from tests.platforms.telegram_side import PATIENT
from tests.platforms.wecom_api import CORP, SECRET
from tests.platforms.wecom_crypt import AES_KEY, TOKEN
from tests.platforms.wecom_groups import WecomGroupsServer


def config(server: WecomGroupsServer, *, hook: bool = True, **changes: Any) -> WecomGroupsConfig:
    """The groups of that server's company."""
    usual = {
        "kind": "wecom_groups",
        "corp_id": CORP,
        "secret": SECRET,
        "base_url": server.base_url,
        "timeout_seconds": PATIENT,
    }
    keys = {"token": TOKEN, "encoding_aes_key": AES_KEY} if hook else {}
    return WecomGroupsConfig.model_validate(usual | keys | changes)


@asynccontextmanager
async def linked(
    server: WecomGroupsServer, receive: Receive, media: MediaStore, clock: Now, **changes: Any
) -> AsyncIterator[WecomGroups]:
    """The channel between the server and `receive`; it has told of every group when the block begins."""
    app, settings = web.Application(), config(server, **changes)
    runner = web.AppRunner(app, access_log=None)
    async with settings.open(app, receive, media, clock) as channel:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        if settings.hook_path:
            server.hooked(f"http://127.0.0.1:{runner.addresses[0][1]}{settings.hook_path}")
        try:
            await told(channel)
            yield channel
        finally:
            server.caller = None
            await runner.cleanup()


async def told(channel: WecomGroups) -> None:
    """Wait until everything that is known to have changed was looked at."""
    async with asyncio.timeout(PATIENT):
        await channel.roster.idle.wait()
