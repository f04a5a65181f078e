"""Pictures of the AI bot: fetched and decrypted at once, because an address lives for five minutes; sent in pieces."""

import asyncio
import base64
import binascii
import hashlib
import logging
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Final

import aiohttp

from bot.channels.base import Media, Now
from bot.channels.wecom.api import TooLarge, body_of
from bot.channels.wecom.crypt import Forged, decrypt
from bot.channels.wecom_bot.reading import Picture
from bot.channels.wecom_bot.recollection import Recent
from bot.channels.wecom_bot.socket import Socket
from handlers.messages import Attachment

log = logging.getLogger(__name__)

LARGEST: Final = 20 * 2**20  #: bytes, encrypted
PIECE: Final = 512 * 1024
KEPT_THERE: Final = timedelta(days=2)  #: an upload lives for three
NOT_FETCHED: Final = "这张图片没有取到。请再发一次；还是不行，就用文字说一说。"
TOO_LARGE: Final = "这张图片太大了，取不下来。请截个图，或者压缩后再发一次。"


async def fetch(session: aiohttp.ClientSession, picture: Picture, media: Media) -> Attachment:
    """A picture as stored, or why it is not: a message is never held up by its picture."""
    try:
        content = decrypt(_key(picture.key), await _download(session, picture.url))
        kept = await media.keep(_once(content), "image")
    except TooLarge:
        return Attachment("image", refused=TOO_LARGE)
    except (aiohttp.ClientError, OSError, TimeoutError, Forged, ValueError) as error:
        log.warning("wecom_bot_picture_not_fetched", extra={"channel": "wecom_bot", "error": type(error).__name__})
        return Attachment("image", refused=NOT_FETCHED)
    return Attachment("image", kept.digest, kept.size, kept.refused)


class Uploads:
    """Pictures and files that the platform has from us: sent once, shown in as many chats as need be."""

    def __init__(self, media: Media, clock: Now) -> None:
        self._media = media
        self._clock = clock
        self._sent: Recent[str, tuple[str, datetime]] = Recent()

    async def id_of(self, socket: Socket, digest: str, name: str = "") -> str | None:
        """The platform's id of a picture, or of the file of that name, uploaded if need be; None where it is gone.

        Raises:
            ApiError, Unanswered: It could not be uploaded.
        """
        known = self._sent.get(digest + name)
        if known is not None and self._clock() - known[1] < KEPT_THERE:
            return known[0]
        path = self._media.path(digest)
        if path is None:
            return None
        media_id = await upload(socket, await asyncio.to_thread(path.read_bytes), name)
        self._sent.keep(digest + name, (media_id, self._clock()))
        return media_id


async def upload(socket: Socket, content: bytes, name: str = "") -> str:
    """Hand a picture, or the file of that name, over in pieces; the platform's id of it."""
    pieces = [content[start : start + PIECE] for start in range(0, len(content), PIECE)]
    told = {
        "type": "file" if name else "image",
        "filename": name or "picture.jpg",
        "total_size": len(content),
        "total_chunks": len(pieces),
        "md5": hashlib.md5(content, usedforsecurity=False).hexdigest(),  # the protocol's choice
    }
    upload_id = str((await socket.ask("aibot_upload_media_init", told)).get("upload_id", ""))
    for index, piece in enumerate(pieces):
        part = {"upload_id": upload_id, "chunk_index": index, "base64_data": base64.b64encode(piece).decode()}
        await socket.ask("aibot_upload_media_chunk", part)
    return str((await socket.ask("aibot_upload_media_finish", {"upload_id": upload_id})).get("media_id", ""))


async def _download(session: aiohttp.ClientSession, url: str) -> bytes:
    async with session.get(url) as response:
        response.raise_for_status()
        return await body_of(response, LARGEST)


def _key(text: str) -> bytes:
    """The 32 bytes of a key in base64, whose end may have been left off.

    Raises:
        ValueError: They are not.
    """
    try:
        key = base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except binascii.Error:
        raise ValueError("no base64") from None
    if len(key) != 32:
        raise ValueError("no key of 32 bytes")
    return key


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
