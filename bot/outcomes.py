"""What becomes of a message after an attempt to say it: said, tried again, left to the admin, or given up."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import SendError
from handlers.rules.outbox import repeatable, retry_after, waits_for_a_word
from storage import chats, identities, settling
from storage.outbox import OutboxMessage
from storage.types import OutboxStatus

log = logging.getLogger(__name__)

NOBODY_THERE: Final = timedelta(seconds=30)  #: until it is looked again whether somebody is


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a channel made of a message: the platform's id for it, or why it was not said.

    `parts`: the ids of all that is out of it, where that is not the one. `lacks`: why it was said without a picture or a
    file of it.
    """

    platform_id: str | None = None
    error: SendError | None = None
    parts: tuple[str, ...] = ()
    lacks: str | None = None


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


async def note(
    session: AsyncSession, landed: Sequence[tuple[OutboxMessage, Outcome]], verdict: Verdict, now: datetime
) -> None:
    """Write down what became of messages that were claimed."""
    out = [(message.id, outcome.platform_id) for message, outcome in landed if outcome.error is None]
    await settling.said(session, out, now)
    await settling.lacked(session, {message.id: outcome.lacks for message, outcome in landed if outcome.lacks})
    failed = [(message, outcome.error) for message, outcome in landed if outcome.error is not None]
    rows = [settling.copied(message) for message, _ in failed]
    for row, (message, error) in zip(rows, failed, strict=True):
        verdict.note(row, error, now)
        await follow(session, message, error, now)
    await settling.settle(session, rows)
    apart = {message.id: _parts(message, outcome) for message, outcome in landed if outcome.parts or message.parts}
    await settling.apart(session, apart)


def _parts(message: OutboxMessage, outcome: Outcome) -> Sequence[str]:
    """All that is out of it: what an attempt before has left behind as well."""
    whole = (outcome.platform_id,) if outcome.platform_id is not None else ()
    return (*(message.parts or ()), *(outcome.parts or whole))


async def follow(session: AsyncSession, message: OutboxMessage, error: SendError, now: datetime) -> None:
    """What a failed attempt says of the chat itself."""
    address = (message.channel, message.account, message.chat)
    if error.moved_to:
        await chats.move(session, address, error.moved_to)
    if error.gone and message.is_group:
        await chats.lose(session, address, now)
    elif error.gone:
        await identities.lose_way(session, address)
