"""From a decrypted message to `receive`: a picture is fetched first, and one member's messages stay in order."""

import asyncio
import logging
from dataclasses import replace
from weakref import WeakValueDictionary
from xml.etree.ElementTree import Element

from bot.channels.base import Link, Media, Now, Receive
from bot.channels.joined import Joined
from bot.channels.wecom.api import Api
from bot.channels.wecom.pictures import FETCHED_AT_ONCE, fetched
from bot.channels.wecom_app.cards import Cards
from bot.channels.wecom_app.names import Names
from bot.channels.wecom_app.reading import Heard, read
from handlers.messages import Inbound

log = logging.getLogger(__name__)


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
        self._joined = Joined()

    async def take(self, message: Element) -> None:
        """Return when `message` is on disk. What `receive` raises is passed on: the message is then to come again."""
        self._link.opened()
        heard = read(message, self._link.account, self._clock())
        if heard is None:
            log.info("message_ignored", extra={"channel": "wecom_app", "account": self._link.account})
            return
        await self._joined.once(heard.inbound.message_id, lambda: self._hand_over(heard))

    async def finish(self) -> None:
        """Wait for what is being handed over."""
        await self._joined.finish()

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
            shown = await fetched(self._api, media_id, self._media, "wecom_app")
        return replace(inbound, attachments=(shown,))

    def _turn(self, sender: str) -> asyncio.Lock:
        """The lock of a member. Waiters get it in the order in which they came; unused, it is forgotten."""
        return self._turns.setdefault(sender, asyncio.Lock())
