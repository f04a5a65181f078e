"""Pictures that people send, fetched before their message is handed over."""

import logging
from collections.abc import AsyncIterator
from typing import Final

from bot.channels.base import Media
from bot.channels.wecom.api import Api, ApiError, TooLarge, Unanswered
from handlers.messages import Attachment

log = logging.getLogger(__name__)

LARGEST: Final = 20 * 2**20  #: bytes
FETCHED_AT_ONCE: Final = 4  #: each is held in memory

TOO_LARGE: Final = "这张图片超过 20 MB，取不下来。请截个图，或者压缩后再发一次。"
NOT_FETCHED: Final = "这张图片没有取到。请再发一次；还是不行，就用文字说一说。"


async def fetched(api: Api, media_id: str, media: Media, channel: str) -> Attachment:
    """The picture as stored, or why it is not: a message is never held up by its picture for good.

    Raises:
        OSError: From the store, whose disk may be full. The message comes again.
    """
    try:
        content = await api.download("/cgi-bin/media/get", LARGEST, media_id=media_id)
    except TooLarge:
        return Attachment("image", refused=TOO_LARGE)
    except (ApiError, Unanswered) as error:
        log.warning("picture_not_fetched", extra={"channel": channel, "error": type(error).__name__})
        return Attachment("image", refused=NOT_FETCHED)
    kept = await media.keep(_once(content), "image")
    return Attachment("image", kept.digest, kept.size, kept.refused)


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
