"""The bot's side of a test of the AI bot, without a bot behind it: the channel, and somebody who remembers what it hears."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from typing_extensions import override

from bot.channels.base import SendError
from bot.channels.lease import Lease
from bot.channels.wecom_bot import WecomBot, WecomBotConfig
from bot.media import MediaStore
from handlers.messages import Happening, Inbound, Words
from tests.platforms.telegram_side import Ears as AnyEars
from tests.platforms.wecom_bot import WecomBotServer
from tests.platforms.wecom_bot_town import BOT_NAME
from tests.platforms.wecom_bot_wire import BOT_ID, PATIENT, SECRET

NOON: Final = datetime(2026, 9, 21, 12, tzinfo=UTC)


@dataclass
class Ears(AnyEars):
    """Takes what is heard; that the bot is in a group, which the platform does not tell, goes apart."""

    met: list[Inbound] = field(default_factory=list)

    @override
    async def receive(self, inbound: Inbound) -> None:
        """See `Receive`."""
        if inbound.happening is Happening.JOINED:
            self.met.append(inbound)
        else:
            await super().receive(inbound)


@dataclass
class Hour:
    """What time it is for the bot."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


def config(server: WecomBotServer, **changes: Any) -> WecomBotConfig:
    """The bot of that server, which loses no time."""
    quick = {"retry_seconds": 0.01, "standby_seconds": 0.02, "timeout_seconds": PATIENT, "bot_name": BOT_NAME}
    given = {"kind": "wecom_bot", "url": server.url, "bot_id": BOT_ID, "secret": SECRET}
    return WecomBotConfig.model_validate(given | quick | changes)


@asynccontextmanager
async def connected(
    server: WecomBotServer,
    ears: Ears,
    folder: Path,
    *,
    lease: Lease | None = None,
    clock: Hour | None = None,
    **changes: Any,
) -> AsyncIterator[WecomBot]:
    """The channel, connected to the server or trying to be."""
    media = MediaStore(folder, limit_bytes=30_000_000)
    opening = config(server, **changes).open(web.Application(), ears.receive, media, clock or Hour(), lease)
    async with opening as channel:
        yield channel


async def failure(channel: WecomBot, words: Words, chat: str) -> SendError:
    """Why `words` cannot be said; it is an error of the test if they can."""
    try:
        said = (await channel.send(chat, words)).id
    except SendError as error:
        return error
    raise AssertionError(f"said as {said}")
