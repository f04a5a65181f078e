"""Pictures out of Telegram: fetched before the message is handed over, because a transaction waits for nobody."""

import logging
from collections.abc import AsyncIterator
from typing import Final

from telegram import Bot, Document, Message, PhotoSize
from telegram.constants import FileSizeLimit
from telegram.error import TelegramError

from bot.channels.base import Media
from bot.channels.telegram.reading import is_image
from handlers.messages import Attachment

log = logging.getLogger(__name__)

TOO_LARGE: Final = "这张图片超过 20 MB，取不下来。请截个图，或者压缩后再发一次。"
NOT_FETCHED: Final = "这张图片没有取到。请再发一次；还是不行，就用文字说一说。"


def picture_in(message: Message) -> PhotoSize | Document | None:
    """The picture to fetch: of a photo's sizes the largest that a bot may fetch, else the smallest there is."""
    if message.photo:
        reachable = [size for size in message.photo if _size(size) <= FileSizeLimit.FILESIZE_DOWNLOAD]
        return max(reachable or message.photo[:1], key=lambda size: size.width * size.height)
    return message.document if is_image(message) else None


async def fetch(bot: Bot, message: Message, media: Media) -> Attachment:
    """The picture of `message` as stored, or why it is not: a message is never held up by its picture.

    Raises:
        OSError: From the store, whose disk may be full. The message comes again.
    """
    picture = picture_in(message)
    if picture is None or _size(picture) > FileSizeLimit.FILESIZE_DOWNLOAD:
        return Attachment("image", size=_size(picture) if picture else 0, refused=TOO_LARGE)
    try:
        file = await bot.get_file(picture.file_id)
        content = bytes(await file.download_as_bytearray())
    except TelegramError as error:
        log.warning("telegram_picture_not_fetched", extra={"channel": "telegram", "error": type(error).__name__})
        return Attachment("image", size=_size(picture), refused=NOT_FETCHED)
    kept = await media.keep(_once(content), "image")
    return Attachment("image", kept.digest, kept.size, kept.refused)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _size(picture: PhotoSize | Document) -> int:
    return picture.file_size or 0
