"""From a callback to `receive`: pictures are fetched first, and one chat's callbacks stay in order.

The platform delivers once and wants no acknowledgement. So what cannot be stored just now is kept in memory and handed
over again until it is on disk.
"""

import asyncio
import logging
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from weakref import WeakValueDictionary

import aiohttp

from bot.channels.base import Media, Now, Receive
from bot.channels.wecom_bot.fields import Unreadable
from bot.channels.wecom_bot.frames import Frame
from bot.channels.wecom_bot.pictures import fetch
from bot.channels.wecom_bot.reading import Heard, Kind, Me, arrival, read
from bot.channels.wecom_bot.recollection import Recent, Recollection
from handlers.messages import Inbound

log = logging.getLogger(__name__)

LONGEST_WAIT: Final = timedelta(minutes=1)


class Intake:
    """Hands callbacks over.

    Args:
        first_wait: How long to wait before what could not be stored is handed over again.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        me: Me,
        receive: Receive,
        media: Media,
        clock: Now,
        recollection: Recollection,
        first_wait: timedelta,
    ) -> None:
        self._session = session
        self._me = me
        self._receive = receive
        self._media = media
        self._clock = clock
        self._recollection = recollection
        self._first_wait = first_wait
        self._stop = asyncio.Event()
        self._taking: set[asyncio.Task[None]] = set()
        self._met: Recent[str, datetime] = Recent()  #: groups that have been heard, and when first
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def hear(self, frame: Frame) -> None:
        """Take a callback; returns at once."""
        heard = self._read(frame)
        if heard is None:
            return
        self._recollection.heard(heard, frame.request, self._clock())
        # A press is answered within seconds, and nothing has to be fetched for it.
        turn = heard.conversation.address if heard.kind is Kind.MESSAGE else heard.inbound.message_id
        task = asyncio.create_task(self._take(heard, self._turns.setdefault(turn, asyncio.Lock())))
        self._taking.add(task)
        task.add_done_callback(self._taking.discard)

    async def close(self) -> None:
        """Finish what is being handed over; what cannot be stored is given up."""
        self._stop.set()
        await asyncio.gather(*self._taking)

    def _read(self, frame: Frame) -> Heard | None:
        try:
            return read(frame, self._me, self._clock())
        except (Unreadable, RecursionError):
            log.warning("wecom_bot_frame_unreadable", extra={"channel": "wecom_bot"})
            return None

    async def _take(self, heard: Heard, turn: asyncio.Lock) -> None:
        async with turn:
            fetched = [await fetch(self._session, picture, self._media) for picture in heard.pictures]
            inbound = replace(heard.inbound, attachments=(*fetched, *heard.inbound.attachments))
            if heard.quoted:
                id, quoted = self._recollection.quoted(inbound.chat, heard.quoted)
                inbound = replace(inbound, reply_to=id, quoted=quoted)
            await self._insist(inbound)
            # Behind the message, because it may have said which place the group belongs to.
            if inbound.is_group and self._met.get(inbound.chat) is None:
                self._met.keep(inbound.chat, inbound.at)
                await self._insist(arrival(inbound))

    async def _insist(self, inbound: Inbound) -> None:
        told, wait = {"channel": inbound.channel, "message_id": inbound.message_id}, self._first_wait
        while True:
            try:
                return await self._receive(inbound)
            except Exception as error:  # noqa: BLE001 -- the edge: the platform does not bring it again
                log.warning("wecom_bot_message_not_taken", extra={**told, "error": type(error).__name__})
            if await self._stopped_within(wait):
                return log.error("wecom_bot_message_lost", extra=told)
            wait = min(wait * 2, LONGEST_WAIT)

    async def _stopped_within(self, wait: timedelta) -> bool:
        try:
            async with asyncio.timeout(wait.total_seconds()):
                return await self._stop.wait()
        except TimeoutError:
            return False
