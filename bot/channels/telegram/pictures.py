"""Pictures and files out of Telegram: fetched before the message is handed over: a transaction waits for nobody.

Files are fetched only where somebody is alone with the bot: they are for notices, and neighbours' papers are nobody's.
"""

import logging
from collections.abc import AsyncIterator
from typing import Final

from telegram import Bot, Document, Message, PhotoSize
from telegram.constants import ChatType, FileSizeLimit
from telegram.error import TelegramError

from bot.channels.base import Media
from bot.channels.telegram.reading import is_image
from handlers.messages import Attachment

log = logging.getLogger(__name__)

TOO_LARGE: Final = "这张图片超过 20 MB，取不下来。请截个图，或者压缩后再发一次。"
NOT_FETCHED: Final = "这张图片没有取到。请再发一次；还是不行，就用文字说一说。"
FILE_TOO_LARGE: Final = "这个文件超过 20 MB，取不下来。请压缩后再发一次。"
FILE_NOT_FETCHED: Final = "这个文件没有取到。请再发一次。"


def picture_in(message: Message) -> PhotoSize | Document | None:
    """The picture to fetch: of a photo's sizes the largest that a bot may fetch, else the smallest there is."""
    if message.photo:
        reachable = [size for size in message.photo if _size(size) <= FileSizeLimit.FILESIZE_DOWNLOAD]
        return max(reachable or message.photo[:1], key=lambda size: size.width * size.height)
    return message.document if is_image(message) else None


def file_in(message: Message) -> Document | None:
    """The file to fetch."""
    alone = message.chat.type == ChatType.PRIVATE
    return message.document if alone and not (is_image(message) or message.animation) else None


async def fetch(bot: Bot, message: Message, media: Media) -> Attachment:
    """The picture or the file of `message` as stored, or why it is not: a message is never held up by what hangs on it.

    Raises:
        OSError: From the store, whose disk may be full. The message comes again.
    """
    document = file_in(message)
    kind, thing = ("file", document) if document is not None else ("image", picture_in(message))
    if thing is None or _size(thing) > FileSizeLimit.FILESIZE_DOWNLOAD:
        return Attachment(kind, size=_size(thing) if thing else 0, refused=FILE_TOO_LARGE if document else TOO_LARGE)
    try:
        file = await bot.get_file(thing.file_id)
        content = bytes(await file.download_as_bytearray())
    except TelegramError as error:
        log.warning("telegram_picture_not_fetched", extra={"channel": "telegram", "error": type(error).__name__})
        return Attachment(kind, size=_size(thing), refused=FILE_NOT_FETCHED if document else NOT_FETCHED)
    kept = await media.keep(_once(content), kind, (document.file_name or "") if document else "")
    return Attachment(kind, kept.digest, kept.size, kept.refused, kept.name)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _size(picture: PhotoSize | Document) -> int:
    return picture.file_size or 0
