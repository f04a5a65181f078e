"""Outbox → channel → receipt.

A message is leased, said, and settled. What was said in between a lease and its settling is unknown after a crash; the
rules say for which kinds it is said again and for which it is left to the admin.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import Channel, SendError
from handlers.context import Words
from handlers.rules.outbox import repeatable, retry_after
from storage import chats, outbox
from storage.database import Sessions
from storage.outbox import OutboxMessage
from storage.types import OutboxStatus

log = logging.getLogger(__name__)

IDLE: Final = 15.0  #: seconds without a nudge after which the outbox is looked at anyway


@dataclass(frozen=True, slots=True)
class Pace:
    """How outgoing messages are paced."""

    batch: int = 20
    lease: timedelta = timedelta(seconds=60)
    timeout: timedelta = timedelta(seconds=30)  #: shorter than the lease, so that a lease outlives its send
    give_up_after: int = 8  #: attempts


@dataclass(frozen=True, slots=True)
class _Outcome:
    platform_id: str | None = None
    error: SendError | None = None


@dataclass(slots=True, kw_only=True)
class Sender:
    """The way out. One message of a chat at a time, many chats at once."""

    sessions: Sessions
    channels: Mapping[tuple[str, str], Channel]
    clock: Callable[[], datetime]
    instance: str = "main"
    pace: Pace = field(default_factory=Pace)
    mail: asyncio.Event = field(default_factory=asyncio.Event)
    jitter: Callable[[], float] = field(default_factory=lambda: Random().random)
    _resting: dict[tuple[str, str], datetime] = field(default_factory=dict)

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set; what is being said then is finished first."""
        await self.recover(starting=True)
        while not stop.is_set():
            self.mail.clear()
            try:
                await self.recover()
                while not stop.is_set() and await self.round():
                    pass
            except Exception:  # the database is away: nothing is lost, it is looked at again
                log.exception("sender_failed")
            await self._rest(stop)

    async def recover(self, *, starting: bool = False) -> None:
        """Decide about messages whose sender is gone."""
        now = self.clock()
        async with self.sessions.begin() as session:
            for message in await outbox.left_hanging(session, now=now, by=self.instance if starting else None):
                self._unknown(message, now)

    async def round(self) -> int:
        """Say one message in every chat where one is due; how many chats that were."""
        now = self.clock()
        async with self.sessions.begin() as session:
            resting = [account for account, until in self._resting.items() if until > now]
            claimed = await outbox.claim(
                session, now=now, lease=self.pace.lease, limit=self.pace.batch, by=self.instance, resting=resting
            )
        if claimed:
            spaced = zip(claimed, self._spacing(claimed), strict=True)
            await self._settle(claimed, await asyncio.gather(*(self._say(*pair) for pair in spaced)))
        return len(claimed)

    def _spacing(self, claimed: Sequence[OutboxMessage]) -> list[timedelta]:
        """How long each message waits, so that an account never speaks faster than it may."""
        seen: Counter[tuple[str, str]] = Counter()
        waits = []
        for account in ((message.channel, message.account) for message in claimed):
            channel = self.channels.get(account)
            waits.append(channel.can.account_pause * seen[account] if channel else timedelta(0))
            seen[account] += 1
        return waits

    async def _say(self, message: OutboxMessage, wait: timedelta) -> _Outcome:
        channel = self.channels.get((message.channel, message.account))
        if wait:
            await asyncio.sleep(wait.total_seconds())
        if channel is None:
            return _Outcome(error=SendError("no such channel is configured"))
        try:
            async with asyncio.timeout(self.pace.timeout.total_seconds()):
                return _Outcome(await channel.send(message.chat, Words.from_body(message.body)))
        except SendError as error:
            return _Outcome(error=error)
        except TimeoutError:
            return _Outcome(error=SendError("no answer in time", unsure=True))
        except Exception:
            log.exception("channel_failed", extra={"outbox_id": message.id})
            return _Outcome(error=SendError("the channel failed", unsure=True))

    async def _settle(self, claimed: Sequence[OutboxMessage], outcomes: Sequence[_Outcome]) -> None:
        now = self.clock()
        async with self.sessions.begin() as session:
            for message, outcome in zip(claimed, outcomes, strict=True):
                message = await session.merge(message, load=False)
                self._note(message, outcome, now)
                error = outcome.error
                if error and error.moved_to:
                    await chats.move(session, (message.channel, message.account, message.chat), error.moved_to)
                if error and error.gone and message.is_group:
                    await chats.lose(session, (message.channel, message.account, message.chat), now)
                await self._pause(session, message, now)

    def _note(self, message: OutboxMessage, outcome: _Outcome, now: datetime) -> None:
        error = outcome.error
        message.lease_until = message.leased_by = None
        if error is None:
            message.status, message.sent_at, message.platform_id = OutboxStatus.SENT, now, outcome.platform_id
        elif error.moved_to:
            message.status, message.chat = OutboxStatus.PENDING, error.moved_to
        elif error.unsure:
            self._unknown(message, now)
        elif error.permanent:
            message.status = OutboxStatus.DEAD
        else:
            self._try_again(message, now, error.retry_after)
        if error is not None:
            message.error = str(error)[:200]
            log.info("message_not_sent", extra={"outbox_id": message.id, "status": message.status.value})

    def _unknown(self, message: OutboxMessage, now: datetime) -> None:
        """It may have been said: by its kind, it is said again or left to the admin."""
        message.lease_until = message.leased_by = None
        message.error = "outcome unknown"
        if repeatable(message.kind, is_group=message.is_group):
            self._try_again(message, now)
        else:
            message.status = OutboxStatus.UNSURE

    def _try_again(self, message: OutboxMessage, now: datetime, wish: timedelta | None = None) -> None:
        if message.attempts >= self.pace.give_up_after:
            message.status = OutboxStatus.DEAD
            return
        message.status = OutboxStatus.PENDING
        message.due_at = now + (wish or retry_after(message.attempts, self.jitter()))

    async def _pause(self, session: AsyncSession, message: OutboxMessage, now: datetime) -> None:
        channel = self.channels.get((message.channel, message.account))
        if channel is None:
            return
        if channel.can.account_pause:
            self._resting[message.channel, message.account] = now + channel.can.account_pause
        if channel.can.chat_pause:
            until = now + channel.can.chat_pause
            await outbox.postpone(session, message.channel, message.account, message.chat, until)

    async def _rest(self, stop: asyncio.Event) -> None:
        async with self.sessions() as session:
            due = await outbox.next_due(session)
        wait = IDLE if due is None else min(max((due - self.clock()).total_seconds(), 0.02), IDLE)
        waits = [asyncio.create_task(self.mail.wait()), asyncio.create_task(stop.wait())]
        await asyncio.wait(waits, timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        for task in waits:
            task.cancel()
