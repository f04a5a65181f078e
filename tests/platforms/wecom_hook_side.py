"""The bot's side of a test of a group webhook."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

from aiohttp import web

from bot.channels.base import SendError
from bot.channels.wecom_hook import WecomHook, WecomHookConfig
from bot.media import MediaStore
from handlers.messages import Words
from tests.platforms.wecom_bot_side import Ears, Hour
from tests.platforms.wecom_hook import WecomHookServer

KEY: Final = "693a91f6-duty-group"


def config(server: WecomHookServer, **changes: Any) -> WecomHookConfig:
    """The webhook of that server's group `KEY`."""
    given = {"kind": "wecom_hook", "base_url": server.base_url, "key": KEY, "place": "锦绣小区3栋"}
    return WecomHookConfig.model_validate(given | changes)


@asynccontextmanager
async def connected(server: WecomHookServer, folder: Path, **changes: Any) -> AsyncIterator[WecomHook]:
    """The channel."""
    media = MediaStore(folder, limit_bytes=30_000_000)
    async with config(server, **changes).open(web.Application(), Ears().receive, media, Hour()) as channel:
        yield channel


async def failure(channel: WecomHook, words: Words, chat: str | None = None) -> SendError:
    """Why `words` cannot be said; it is an error of the test if they can."""
    try:
        said = (await channel.send(chat or channel.chat, words)).id
    except SendError as error:
        return error
    raise AssertionError(f"said as {said}")
