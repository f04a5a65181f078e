"""What becomes of a message after an attempt to say it: said, tried again, left to the admin, or given up."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import SendError
from handlers.rules.outbox import repeatable, retry_after, waits_for_a_word
from storage import chats, identities
from storage.outbox import OutboxMessage
from storage.types import OutboxStatus

log = logging.getLogger(__name__)

NOBODY_THERE: Final = timedelta(seconds=30)  #: until it is looked again whether somebody is


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a channel made of a message: the platform's id for it, or why it was not said.

    `lacks`: a picture or a file of it was gone, so that it was said without.
    """

    platform_id: str | None = None
    error: SendError | None = None
    lacks: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """Enters what went wrong into messages; changes nothing else.

    Args:
        give_up_after: Attempts.
        jitter: 0 to 1, drawn anew each time.
    """

    give_up_after: int
    jitter: Callable[[], float]

    def note(self, message: OutboxMessage, error: SendError, now: datetime) -> None:
        """The channel has refused it, or nobody knows."""
        message.lease_until = message.leased_by = None
        if error.moved_to and message.attempts < self.give_up_after:
            message.status, message.chat = OutboxStatus.PENDING, error.moved_to
        elif error.waits:
            self._hold(message)
        elif error.untried:
            message.attempts = max(message.attempts - 1, 0)
            self._try_again(message, now, error.retry_after or NOBODY_THERE)
        elif error.unsure:
            self.unknown(message, now)
        elif error.permanent:
            message.status = OutboxStatus.DEAD
        else:
            self._try_again(message, now, error.retry_after)
        message.error = str(error)[:200]
        log.info("message_not_sent", extra={"outbox_id": message.id, "status": message.status.value})

    def unknown(self, message: OutboxMessage, now: datetime) -> None:
        """It may have been said: by its kind, it is said again or left to the admin."""
        message.lease_until = message.leased_by = None
        message.error = "outcome unknown"
        if repeatable(message.kind, is_group=message.is_group):
            self._try_again(message, now)
        else:
            message.status = OutboxStatus.UNSURE

    def _hold(self, message: OutboxMessage) -> None:
        """It waits for the person's next word; when that comes, it counts as not tried yet."""
        waits = waits_for_a_word(message.kind, is_group=message.is_group)
        message.status, message.attempts = (OutboxStatus.HELD, 0) if waits else (OutboxStatus.DEAD, message.attempts)

    def _try_again(self, message: OutboxMessage, now: datetime, wish: timedelta | None = None) -> None:
        if message.attempts >= self.give_up_after:
            message.status = OutboxStatus.DEAD
            return
        message.status = OutboxStatus.PENDING
        message.due_at = now + (wish or retry_after(message.attempts, self.jitter()))


async def follow(session: AsyncSession, message: OutboxMessage, error: SendError, now: datetime) -> None:
    """What a failed attempt says of the chat itself."""
    address = (message.channel, message.account, message.chat)
    if error.moved_to:
        await chats.move(session, address, error.moved_to)
    if error.gone and message.is_group:
        await chats.lose(session, address, now)
    elif error.gone:
        await identities.lose_way(session, address)
