"""From a decrypted message to `receive`: a picture is fetched first, and one member's messages stay in order."""

import asyncio
import logging
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Final
from weakref import WeakValueDictionary
from xml.etree.ElementTree import Element

from bot.channels.base import Link, Media, Now, Receive
from bot.channels.wecom.api import Api, ApiError, TooLarge, Unanswered
from bot.channels.wecom_app.cards import Cards
from bot.channels.wecom_app.names import Names
from bot.channels.wecom_app.reading import Heard, read
from handlers.messages import Attachment, Inbound

log = logging.getLogger(__name__)

LARGEST_PICTURE: Final = 20 * 2**20  #: bytes
FETCHED_AT_ONCE: Final = 4  #: each is held in memory

TOO_LARGE: Final = "这张图片超过 20 MB，取不下来。请截个图，或者压缩后再发一次。"
NOT_FETCHED: Final = "这张图片没有取到。请再发一次；还是不行，就用文字说一说。"


class Intake:
    """Hands over what the door lets in."""

    def __init__(self, api: Api, link: Link, cards: Cards, receive: Receive, media: Media, clock: Now) -> None:
        self._api = api
        self._link = link
        self._cards = cards
        self._receive = receive
        self._media = media
        self._clock = clock
        self._names = Names(api, clock)
        self._fetching = asyncio.Semaphore(FETCHED_AT_ONCE)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._taking: dict[str, asyncio.Task[None]] = {}

    async def take(self, message: Element) -> None:
        """Return when `message` is on disk. What `receive` raises is passed on: the message is then to come again."""
        self._link.opened()
        heard = read(message, self._link.account, self._clock())
        if heard is None:
            log.info("message_ignored", extra={"channel": "wecom_app", "account": self._link.account})
            return
        # A picture may take longer than the platform waits: what it delivers again meanwhile joins the first.
        name = heard.inbound.message_id
        task = self._taking.get(name)
        if task is None:
            task = self._taking[name] = asyncio.create_task(self._hand_over(heard))
            task.add_done_callback(lambda _: self._taking.pop(name))
        await asyncio.shield(task)

    async def finish(self) -> None:
        """Wait for what is being handed over."""
        await asyncio.gather(*self._taking.values(), return_exceptions=True)

    async def _hand_over(self, heard: Heard) -> None:
        async with self._turn(heard.inbound.sender):
            inbound = replace(heard.inbound, sender_name=await self._names.of(heard.inbound.sender))
            await self._receive(await self._with_picture(inbound, heard.picture))
        if heard.response_code is not None:
            self._cards.was_pressed(heard.inbound, heard.response_code)

    async def _with_picture(self, inbound: Inbound, media_id: str | None) -> Inbound:
        if media_id is None:
            return inbound
        async with self._fetching:
            return replace(inbound, attachments=(await self._fetched(media_id),))

    async def _fetched(self, media_id: str) -> Attachment:
        """The picture as stored, or why it is not: a message is never held up by its picture for good.

        Raises:
            OSError: From the store, whose disk may be full. The message comes again.
        """
        try:
            content = await self._api.download("/cgi-bin/media/get", LARGEST_PICTURE, media_id=media_id)
        except TooLarge:
            return Attachment("image", refused=TOO_LARGE)
        except (ApiError, Unanswered) as error:
            log.warning("picture_not_fetched", extra={"channel": "wecom_app", "error": type(error).__name__})
            return Attachment("image", refused=NOT_FETCHED)
        kept = await self._media.keep(_once(content), "image")
        return Attachment("image", kept.digest, kept.size, kept.refused)

    def _turn(self, sender: str) -> asyncio.Lock:
        """The lock of a member. Waiters get it in the order in which they came; unused, it is forgotten."""
        return self._turns.setdefault(sender, asyncio.Lock())


async def _once(content: bytes) -> AsyncIterator[bytes]:
    yield content
