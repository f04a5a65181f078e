"""From an update to `receive`: pictures are fetched first, and one chat's updates stay in order."""

import asyncio
import logging
from dataclasses import replace
from typing import Final
from weakref import WeakValueDictionary

from telegram import Bot, Message, Update
from telegram.error import TelegramError

from bot.channels.base import Media, Now, Receive
from bot.channels.telegram.client import UNREADABLE
from bot.channels.telegram.pictures import fetch, file_in, picture_in
from bot.channels.telegram.reading import Me, read
from handlers.messages import Inbound

log = logging.getLogger(__name__)

#: Pictures fetched at a time; each is held in memory, 20 MB at most.
FETCHED_AT_ONCE: Final = 4


class Intake:
    """Hands updates over, whichever way they came."""

    def __init__(self, bot: Bot, account: str, receive: Receive, media: Media, clock: Now) -> None:
        self._bot = bot
        self._account = account
        self._receive = receive
        self._media = media
        self._clock = clock
        self._fetching = asyncio.Semaphore(FETCHED_AT_ONCE)
        self._turns: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()

    async def take(self, update: Update) -> None:
        """Return when `update` is on disk. What `receive` raises is passed on: the update is then to come again."""
        async with self._turn(update.effective_chat.id if update.effective_chat else 0):
            for inbound in self._heard(update):
                await self._receive(await self._with_picture(inbound, update.message))
        if update.callback_query is not None:
            await self._release(update.callback_query.id)

    async def _with_picture(self, inbound: Inbound, message: Message | None) -> Inbound:
        if message is None or (picture_in(message) is None and file_in(message) is None):
            return inbound
        async with self._fetching:
            return replace(inbound, attachments=(await fetch(self._bot, message, self._media),))

    def _heard(self, update: Update) -> list[Inbound]:
        me = self._me
        try:
            return read(update, me, self._clock())
        except UNREADABLE:  # a bug of ours, and no reason to fetch the same update for ever
            log.exception("telegram_update_unreadable", extra={"channel": "telegram", "update": update.update_id})
            return []

    @property
    def _me(self) -> Me:
        """Raises RuntimeError before the bot has met Telegram: nothing can be understood yet."""
        return Me(self._account, self._bot.id, self._bot.username)

    def _turn(self, chat: int) -> asyncio.Lock:
        """The lock of a chat. Waiters get it in the order in which they came; unused, it is forgotten."""
        return self._turns.setdefault(chat, asyncio.Lock())

    async def _release(self, query: str) -> None:
        """Let a pressed button stop spinning. It does so by itself after a while, so a failure does not matter."""
        try:
            await self._bot.answer_callback_query(query)
        except TelegramError as error:
            log.info("telegram_press_unanswered", extra={"channel": "telegram", "error": type(error).__name__})
