"""The bot's side of a test of an official account: the channel, with a web server of its own for the callbacks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from bot.channels.base import Now, Receive
from bot.channels.official import Official, OfficialConfig
from bot.ledgers import DatabaseLedger
from bot.media import MediaStore
from storage.database import Sessions
from tests.platforms.official import APP, OfficialServer
from tests.platforms.telegram_side import PATIENT, Ears
from tests.platforms.wecom_api import SECRET
from tests.platforms.wecom_crypt import AES_KEY, TOKEN

TEMPLATE: Final = "T7Q0zIfPQYb3JtLpWbG2"
#: The template “工单状态变更”, and what to write where.
NOTICES: Final = {
    "notice_template": TEMPLATE,
    "notice_text": "thing2",
    "notice_number": "character_string1",
    "notice_time": "time3",
}


def config(server: OfficialServer, **changes: Any) -> OfficialConfig:
    """An official account of that server's."""
    usual = {
        "kind": "official",
        "app_id": APP,
        "secret": SECRET,
        "token": TOKEN,
        "encoding_aes_key": AES_KEY,
        "base_url": server.base_url,
        "timeout_seconds": PATIENT,
    }
    return OfficialConfig.model_validate(usual | changes)


@asynccontextmanager
async def connected(
    server: OfficialServer, ears: Ears, folder: Path, sessions: Sessions, **changes: Any
) -> AsyncIterator[Official]:
    """The channel, connected to the server, and the server told where to call."""
    media = MediaStore(folder, limit_bytes=30_000_000)
    async with linked(server, ears.receive, media, server.clock, sessions, **changes) as channel:
        yield channel


@asynccontextmanager
async def linked(
    server: OfficialServer, receive: Receive, media: MediaStore, clock: Now, sessions: Sessions, **changes: Any
) -> AsyncIterator[Official]:
    """The channel between the server and `receive`."""
    app, settings = web.Application(), config(server, **changes)
    ledger = DatabaseLedger(sessions, clock, settings.kind, settings.account)
    runner = web.AppRunner(app, access_log=None)
    async with settings.open(app, receive, media, clock, ledger) as channel:
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        server.hooked(f"http://127.0.0.1:{runner.addresses[0][1]}{settings.hook_path}")
        try:
            yield channel
        finally:
            await runner.cleanup()
