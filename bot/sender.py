"""Outbox → channel → receipt.

A message is leased, said, and settled. What was said in between a lease and its settling is unknown after a crash; the
rules say for which kinds it is said again and for which it is left to the admin.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import Channel, SendError
from bot.channels.wording import Wording
from bot.flights import Flights
from bot.offering import numbered
from bot.outcomes import Outcome, Verdict, note
from bot.quotas import Quota, Quotas
from bot.saying import say
from bot.turns import Pace, Turns, account_of, elsewhere, loop_time
from storage import claims, settling
from storage.chats import Address
from storage.database import Sessions
from storage.outbox import OutboxMessage

log = logging.getLogger(__name__)

IDLE: Final = 15.0  #: seconds without a nudge after which the outbox is looked at anyway
AWAY: Final = 2.0  #: seconds after which a database that was away is tried again
PATIENCE: Final = 0.1  #: seconds that a round waits for one of its messages before it looks for others


@dataclass(slots=True, kw_only=True)
class Sender:
    """The way out. One message of a chat at a time, many chats at once."""

    sessions: Sessions
    channels: Mapping[tuple[str, str], Channel]
    clock: Callable[[], datetime]
    instance: str = "main"
    pace: Pace = field(default_factory=Pace)
    mail: asyncio.Event = field(default_factory=asyncio.Event)
    wording: Wording = field(default_factory=Wording)
    jitter: Callable[[], float] = field(default_factory=lambda: Random().random)  # noqa: S311 -- no secret
    _turns: Turns = field(default_factory=Turns)
    _flying: Flights = field(default_factory=Flights)
    _landed: list[tuple[OutboxMessage, Outcome]] = field(default_factory=list)  #: said, but not yet settled

    async def run(self, stop: asyncio.Event) -> None:
        """Send until `stop` is set; what is being said then is finished first."""
        starting = True
        while not stop.is_set():
            self.mail.clear()
            wait = AWAY
            try:
                await self._settle()  # before anybody takes what was said for unknown
                await self.recover(starting=starting)
                starting = False
                while not stop.is_set() and await self.round():
                    pass
                wait = await self._idle_for()
            except Exception:  # the database is away: nothing is lost, it is looked at again
                log.exception("sender_failed")
            await self._rest(stop, wait)
        await self.finish()

    async def finish(self) -> None:
        """Wait for what is being said, and note what became of it."""
        await self._flying.over()
        try:
            self._landed += await self._flying.landed(0)
            await self._settle()
        except Exception:  # as after a crash: the next start decides what is to be done about it
            log.exception("sender_failed")

    async def recover(self, *, starting: bool = False) -> None:
        """Decide about messages whose sender is gone."""
        now, in_hand = self.clock(), {message.id for message in self._flying.messages}
        async with self.sessions.begin() as session:
            for message in await claims.left_hanging(session, now=now, by=self.instance if starting else None):
                mine = account_of(message) not in elsewhere(self.channels)
                if mine and message.id not in in_hand:  # a clock that jumps ends every lease
                    self._verdict.unknown(message, now)

    async def round(self) -> int:
        """Say one message in every chat where one is due; how many were begun or ended."""
        claimed = await self._claim()
        now = loop_time()
        for message in claimed:
            account = account_of(message)
            channel = self.channels.get(account)
            wait = self._turns.take(account, channel.can.account_pause, now) if channel else 0
            self._flying.begin(message, self._say(message, channel, wait))
        ended = await self._flying.landed(0 if self._takes_more(len(claimed)) else PATIENCE)
        self._landed += ended
        return len(claimed) + len(ended)

    def _takes_more(self, claimed: int) -> bool:
        """Whether that was as much as is taken at once, and yet nobody has his hands full."""
        quotas = self._quotas
        return claimed >= quotas.half and not quotas.full

    async def _claim(self) -> Sequence[OutboxMessage]:
        """Write down what became of messages, and take others in hand: one transaction for both."""
        self._turns.forget_past(loop_time())
        async with self.sessions.begin() as session:
            landed = await self._note(session)
            claimed = [message for quota in self._quotas.all() for message in await self._take(session, quota)]
            with_buttons = [message for message in claimed if message.body.get("buttons")]
            await settling.reword(session, [one for one in with_buttons if await self._is_numbered(session, one)])
        self._forget(landed)
        return claimed

    async def _take(self, session: AsyncSession, quota: Quota) -> Sequence[OutboxMessage]:
        return await claims.claim(
            session,
            now=self.clock(),
            lease=self.pace.lease,
            limit=quota.most,
            by=self.instance,
            only=quota.account,
            ours=None if quota.account else self.channels,
            dangers=quota.dangers,
            resting=quota.resting,
            quiet=self._turns.chats,
        )

    async def _is_numbered(self, session: AsyncSession, message: OutboxMessage) -> bool:
        """Give the buttons of a message their numbers where nobody can press them; whether it had any."""
        channel, body = self.channels.get(account_of(message)), message.body
        if channel is not None and channel.can.hears and not channel.can.buttons:
            await numbered(session, message, self.clock())
        return message.body is not body

    async def _say(self, message: OutboxMessage, channel: Channel | None, wait: float) -> Outcome:
        if channel is None:
            return Outcome(error=SendError("no such channel is configured", permanent=True))
        pause = channel.can.account_pause
        while wait > 0 or (pause and (wait := self._turns.begin(account_of(message), pause, loop_time())) > 0):
            await asyncio.sleep(wait)
            wait = 0
        try:
            return await say(channel, message, self.pace.timeout, self.wording)
        finally:
            self._turns.spoke(_address(message), channel.can, loop_time())

    async def _settle(self) -> None:
        """Write down what became of messages; they stay in hand until that is on disk."""
        if self._landed:
            async with self.sessions.begin() as session:
                landed = await self._note(session)
            self._forget(landed)

    async def _note(self, session: AsyncSession) -> int:
        landed = self._landed
        await note(session, landed, self._verdict, self.clock())
        return len(landed)

    def _forget(self, landed: int) -> None:
        self._landed = self._landed[landed:]

    async def _idle_for(self) -> float:
        """Seconds until something is due, or may be said; a nudge comes sooner."""
        now = self.clock()
        async with self.sessions() as session:
            resting, quiet = self._quotas.resting, self._turns.chats
            due = await claims.next_due(session, now, ours=self.channels, resting=resting, quiet=quiet)
        waits = [IDLE if not self._quotas.full else AWAY] + ([] if due is None else [(due - now).total_seconds()])
        if self._turns.next is not None:
            waits.append(self._turns.next - loop_time())
        return max(min(waits), 0.02)

    @property
    def _quotas(self) -> Quotas:
        return Quotas(self.channels, self._turns, self._flying.in_hand, self.pace.batch, loop_time())

    @property
    def _verdict(self) -> Verdict:
        return Verdict(self.pace.give_up_after, self.jitter)

    async def _rest(self, stop: asyncio.Event, wait: float) -> None:
        waits = [asyncio.create_task(self.mail.wait()), asyncio.create_task(stop.wait())]
        await asyncio.wait([*waits, *self._flying.tasks], timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        for task in waits:
            task.cancel()


def _address(message: OutboxMessage) -> Address:
    return (message.channel, message.account, message.chat)
