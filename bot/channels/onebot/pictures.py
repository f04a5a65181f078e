"""Pictures that people sent: fetched before the message is handed over, because a transaction waits for nobody.

A bridge hands a picture over as an address, as a path of its own machine, as base64, or only as a name to ask for. A
path is read only inside the folder that the administrator names: a neighbour may write `[CQ:image,file=/etc/…]` as well.
"""

import asyncio
import base64
import binascii
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.channels.base import Media
from bot.channels.onebot.bots import Bot
from bot.channels.onebot.events import Part
from bot.channels.onebot.roll import asked
from bot.channels.onebot.values import Frame, word
from handlers.messages import Attachment

log = logging.getLogger(__name__)

NOT_FETCHED: Final = "这张图片没有取到。请再发一次；还是不行，就用文字说一说。"
BASE64: Final = "base64://"
AT_ONCE: Final = 4  #: pictures fetched at a time
_PIECE: Final = 64 * 1024
_FROM_WEB: Final = ("http://", "https://")


@dataclass(slots=True)
class Pictures:
    """Fetches.

    Args:
        folder: Where the bridge puts pictures, if that is on this machine; None to read no paths at all.
        within: Seconds that a download may take.
    """

    account: str
    media: Media
    http: ClientSession
    folder: Path | None
    within: float
    _turns: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def fetch(self, bot: Bot, part: Part) -> Attachment:
        """The picture as stored, or why it is not: a message is never held up by its picture.

        Raises:
            OSError: From the store, whose disk may be full. The message is taken again.
        """
        async with self._turns:
            async for content in self._ways(bot, part.data):
                try:
                    kept = await self.media.keep(content, "image")
                except (ClientError, TimeoutError, ValueError) as error:
                    self._log(type(error).__name__)
                else:
                    return Attachment("image", kept.digest, kept.size, kept.refused)
        return Attachment("image", refused=NOT_FETCHED)

    async def _ways(self, bot: Bot, data: Frame) -> AsyncIterator[AsyncIterator[bytes]]:
        """The contents that can be tried, nearest first; the bridge is asked only where nothing else is said."""
        for content in self._named(data):
            yield content
        version = bot.bridge.version
        for action, params in version.fetching(data):
            answer = await asked(bot, action, params)
            for content in self._named(answer.frame if answer else {}):
                yield content

    def _named(self, data: Frame) -> Iterator[AsyncIterator[bytes]]:
        for name in (word(data, "url"), word(data, "file"), word(data, "path")):
            if name.startswith(_FROM_WEB):
                yield self._download(name)
            elif name.startswith(BASE64):
                yield _decoded(name.removeprefix(BASE64))
            elif path := self._inside(name):
                yield _read(path)
        for written in (word(data, "base64"), word(data, "data")):
            if written:
                yield _decoded(written.removeprefix(BASE64))

    async def _download(self, url: str) -> AsyncIterator[bytes]:
        async with self.http.get(url, timeout=ClientTimeout(total=self.within), max_redirects=3) as answer:
            answer.raise_for_status()
            async for piece in answer.content.iter_chunked(_PIECE):
                yield piece

    def _inside(self, name: str) -> Path | None:
        """The file that a path stands for, if it is in the folder, with every link followed."""
        if self.folder is None or not name:
            return None
        path = url2pathname(urlsplit(name).path) if name.startswith("file:") else name
        try:
            found = (self.folder / path).resolve()
            return found if found.is_relative_to(self.folder.resolve()) and found.is_file() else None
        except (OSError, ValueError):
            return None

    def _log(self, error: str) -> None:
        log.warning("onebot_picture_not_fetched", extra={"channel": "onebot", "account": self.account, "error": error})


async def _decoded(written: str) -> AsyncIterator[bytes]:
    try:
        yield await asyncio.to_thread(base64.b64decode, written, validate=False)
    except binascii.Error as error:
        raise ValueError("no base64") from error


async def _read(path: Path) -> AsyncIterator[bytes]:
    try:
        content = await asyncio.to_thread(path.read_bytes)
    except OSError as error:  # gone again, or not ours to read: no trouble of the store's
        raise ValueError("no file") from error
    yield content
