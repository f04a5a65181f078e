"""Being connected: getting to know oneself, agreeing on webhook or polling, and polling."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from pydantic import SecretStr
from telegram import Bot, Update
from telegram.constants import UpdateType
from telegram.error import InvalidToken, TelegramError

from bot.channels.base import Link
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.patience import Patience
from bot.section import Misconfigured

log = logging.getLogger(__name__)

#: What Telegram is asked to tell. An edit is not a new message, and nobody reads the old one again.
HEARD: Final = (UpdateType.MESSAGE, UpdateType.CALLBACK_QUERY, UpdateType.MY_CHAT_MEMBER)


@dataclass(frozen=True, slots=True)
class Callback:
    """Where Telegram should call, and the secret by which its calls are known."""

    address: str
    secret: SecretStr


class Connection:
    """Keeps one bot connected. Does not read what it hears: that is `intake`'s business.

    Args:
        link: Told when Telegram is reached, and when it is not.
        hook: How Telegram should call, or None to ask it instead.
        first_pause: How long to wait after a first failure.
        poll_seconds: How long Telegram may keep a question open when there is nothing to tell.
    """

    def __init__(
        self,
        bot: Bot,
        intake: Intake,
        link: Link,
        hook: Callback | None,
        first_pause: timedelta,
        poll_seconds: int,
    ) -> None:
        self._bot = bot
        self._intake = intake
        self._link = link
        self._hook = hook
        self._poll_seconds = poll_seconds
        self._stop = asyncio.Event()
        self._patience = Patience(self._stop, first_pause)

    async def meet(self) -> None:
        """Ask Telegram who we are, once.

        Raises:
            Misconfigured: It does not know the token.
        """
        known = True
        try:
            await self._bot.initialize()
        except InvalidToken:
            known = False
        except TelegramError as error:
            self._link.lost(type(error).__name__)
        if not known:  # raised out here, because the library's own sentence quotes the token
            raise Misconfigured("Telegram 不认这个 token。请到 BotFather 里核对令牌，改好后重新启动。")

    async def run(self) -> None:
        """Stay connected until `stop`."""
        if not await self._patience.insist(self._met, "telegram_unreachable"):
            return
        if not await self._patience.insist(self._agreed, "telegram_webhook_failed"):
            return
        self._link.opened()
        if self._hook is None:
            await self._poll()

    def stop(self) -> None:
        """Ask nothing more; what is being handed over is finished first."""
        self._stop.set()

    async def _met(self) -> bool | None:
        await self._patience.unless_stopped(self._bot.initialize())
        return True

    async def _agreed(self) -> bool | None:
        """Say how we want to hear: with a webhook set, asking is refused (409)."""
        if self._hook is None:
            return await self._patience.unless_stopped(self._bot.delete_webhook())
        secret = self._hook.secret.get_secret_value()
        setting = self._bot.set_webhook(self._hook.address, allowed_updates=HEARD, secret_token=secret)
        return await self._patience.unless_stopped(setting)

    async def _poll(self) -> None:
        """Fetch and hand over. Asking for what comes after an update is what acknowledges it."""
        after = 0
        while True:
            updates = await self._patience.insist(partial(self._ask, after), "telegram_poll_failed")
            if updates is None or not await self._hand_over(updates):
                return
            after = max([after, *(update.update_id + 1 for update in updates)])

    async def _ask(self, after: int) -> Sequence[Update] | None:
        asking = self._bot.get_updates(offset=after, timeout=self._poll_seconds, allowed_updates=HEARD)
        try:
            updates = await self._patience.unless_stopped(asking)
        except TelegramError as error:
            self._link.lost(type(error).__name__)
            raise
        self._link.opened()
        return updates

    async def _hand_over(self, updates: Iterable[Update]) -> bool:
        """Chats side by side, so that `receive` can commit them together; each chat in order. False when stopped."""
        chats: defaultdict[int, list[Update]] = defaultdict(list)
        for update in updates:
            chats[update.effective_chat.id if update.effective_chat else 0].append(update)
        return all(await asyncio.gather(*(self._hand_over_chat(chat) for chat in chats.values())))

    async def _hand_over_chat(self, updates: Iterable[Update]) -> bool:
        for update in updates:
            if not await self._patience.insist(partial(self._taken, update), "telegram_update_failed"):
                return False
        return True

    async def _taken(self, update: Update) -> bool:
        await self._intake.take(update)
        return True
