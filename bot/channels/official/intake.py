"""From a decrypted message to `receive`: what it allows is noted first, and one follower's messages stay in order."""

import asyncio
import logging
from dataclasses import replace
from typing import Final
from weakref import WeakValueDictionary
from xml.etree.ElementTree import Element

from bot.channels.base import Link, Media, Now, Receive
from bot.channels.joined import Joined
from bot.channels.ledger import Ledger
from bot.channels.official.reading import Heard, read
from bot.channels.wecom.api import Api
from bot.channels.wecom.pictures import FETCHED_AT_ONCE, fetched
from handlers.messages import Inbound

log = logging.getLogger(__name__)

NAME: Final = "official"


class Intake:
    """Hands over what the door lets in."""

    def __init__(self, api: Api, link: Link, receive: Receive, media: Media, ledger: Ledger, clock: Now) -> None:
        self._api = api
        self._link = link
        self._receive = receive
        self._media = media
        self._ledger = ledger
        self._clock = clock
        self._fetching = asyncio.Semaphore(FETCHED_AT_ONCE)
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._joined = Joined()

    async def take(self, message: Element) -> None:
        """Return when `message` is on disk. What `receive` raises is passed on: the message is then to come again."""
        heard = read(message, self._link.account, self._clock())
        if heard is None:
            log.info("message_ignored", extra={"channel": NAME, "account": self._link.account})
            return
        await self._joined.once(heard.inbound.message_id, lambda: self._hand_over(heard))

    async def finish(self) -> None:
        """Wait for what is being handed over."""
        await self._joined.finish()

    async def _hand_over(self, heard: Heard) -> None:
        turn = self._turns.setdefault(heard.inbound.sender, asyncio.Lock())
        async with turn:
            if heard.allowance is not None:  # before it is received: the answer may follow at once
                await self._ledger.allow((heard.inbound.chat, heard.allowance))
            await self._receive(await self._complete(heard))

    async def _complete(self, heard: Heard) -> Inbound:
        if heard.picture is None:
            return heard.inbound
        async with self._fetching:
            shown = await fetched(self._api, heard.picture, self._media, NAME)
        return replace(heard.inbound, attachments=(shown,))
