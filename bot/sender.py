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

from bot.channels.base import Channel, SendError
from bot.channels.wording import Wording
from bot.offering import numbered
from bot.outcomes import Outcome, Verdict
from bot.saying import say
from bot.turns import Account, Pace, Turns, elsewhere, loop_time
from storage import chats, identities, outbox
from storage.chats import Address
from storage.database import Sessions
from storage.outbox import OutboxMessage

log = logging.getLogger(__name__)

IDLE: Final = 15.0  #: seconds without a nudge after which the outbox is looked at anyway
AWAY: Final = 2.0  #: seconds after which a database that was away is tried again
SPARED: Final = 2  #: of the messages at a time, so many are emergencies or nothing: they do not wait for slow answers
PATIENCE: Final = 0.2  #: seconds that a round waits for all its messages before it goes on with other chats


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
    _flying: dict[asyncio.Task[Outcome], OutboxMessage] = field(default_factory=dict)
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
        if self._flying:
            await asyncio.wait(self._flying)
        try:
            await self._land(0)
        except Exception:  # as after a crash: the next start decides what is to be done about it
            log.exception("sender_failed")

    async def recover(self, *, starting: bool = False) -> None:
        """Decide about messages whose sender is gone."""
        now, in_hand = self.clock(), {message.id for message in self._flying.values()}
        async with self.sessions.begin() as session:
            for message in await outbox.left_hanging(session, now=now, by=self.instance if starting else None):
                mine = _account(message) not in elsewhere(self.channels)
                if mine and message.id not in in_hand:  # a clock that jumps ends every lease
                    self._verdict.unknown(message, now)

    async def round(self) -> int:
        """Say one message in every chat where one is due; how many were begun or ended."""
        claimed = await self._claim()
        now = loop_time()
        for message in claimed:
            channel = self.channels.get(_account(message))
            wait = self._turns.take(_account(message), channel.can.account_pause, now) if channel else 0
            self._flying[asyncio.create_task(self._say(message, channel, wait))] = message
        return len(claimed) + await self._land(PATIENCE)

    async def _claim(self) -> Sequence[OutboxMessage]:
        room = self._room() - len(self._flying)
        if room <= 0:
            return ()
        ordinary = room - min(SPARED, self._room() - 1)
        self._turns.forget_past(loop_time())
        async with self.sessions.begin() as session:
            claimed = await outbox.claim(
                session,
                now=self.clock(),
                lease=self.pace.lease,
                limit=max(ordinary, 1),
                emergencies=ordinary <= 0,
                by=self.instance,
                resting=self._resting,
                quiet=self._turns.chats,
            )
            for message in claimed:
                channel = self.channels.get(_account(message))
                if channel is not None and channel.can.hears and not channel.can.buttons:
                    await numbered(session, message, self.clock())
            return claimed

    def _room(self) -> int:
        """Most messages at a time: each must have its turn and its answer before its lease is over."""
        spare = self.pace.lease - self.pace.timeout
        pauses = [channel.can.account_pause for channel in self.channels.values() if channel.can.account_pause]
        return max(1, min([self.pace.batch, *(spare // pause for pause in pauses)]))

    async def _land(self, patience: float) -> int:
        """Settle what has been said within `patience` seconds. What takes longer holds up nobody else."""
        if self._flying:
            done, _ = await asyncio.wait(self._flying, timeout=patience)
            self._landed += [(self._flying.pop(task), task.result()) for task in done]
        return await self._settle()

    async def _say(self, message: OutboxMessage, channel: Channel | None, wait: float) -> Outcome:
        if channel is None:
            return Outcome(error=SendError("no such channel is configured"))
        if wait:
            await asyncio.sleep(wait)
        try:
            return await say(channel, message, self.pace.timeout, self.wording)
        finally:
            self._turns.spoke(_address(message), channel.can, loop_time())

    async def _settle(self) -> int:
        """Write down what became of messages; they stay in hand until that is on disk."""
        now, landed = self.clock(), self._landed
        if not landed:
            return 0
        async with self.sessions.begin() as session:
            for message, outcome in landed:
                row = await session.merge(message, load=False)
                self._verdict.note(row, outcome, now)
                error = outcome.error
                if error and error.moved_to:
                    await chats.move(session, _address(message), error.moved_to)
                if error and error.gone and message.is_group:
                    await chats.lose(session, _address(message), now)
                elif error and error.gone:
                    await identities.lose_way(session, _address(message))
        self._landed = []
        return len(landed)

    async def _idle_for(self) -> float:
        """Seconds until something is due, or may be said; a nudge comes sooner."""
        now = self.clock()
        async with self.sessions() as session:
            due = await outbox.next_due(session, now, resting=self._resting, quiet=self._turns.chats)
        waits = [IDLE] if due is None else [(due - now).total_seconds(), IDLE]
        if self._turns.next is not None:
            waits.append(self._turns.next - loop_time())
        return max(min(waits), 0.02)

    @property
    def _resting(self) -> list[Account]:
        """Accounts over which nothing can be said just now: they have had their turn, no connection, or wait for a member."""
        mute = (line for line, channel in self.channels.items() if channel.link.mute)
        return [*self._turns.accounts, *mute, *elsewhere(self.channels)]

    @property
    def _verdict(self) -> Verdict:
        return Verdict(self.pace.give_up_after, self.jitter)

    async def _rest(self, stop: asyncio.Event, wait: float) -> None:
        waits = [asyncio.create_task(self.mail.wait()), asyncio.create_task(stop.wait())]
        await asyncio.wait([*waits, *self._flying], timeout=wait, return_when=asyncio.FIRST_COMPLETED)
        for task in waits:
            task.cancel()


def _account(message: OutboxMessage) -> Account:
    return (message.channel, message.account)


def _address(message: OutboxMessage) -> Address:
    return (message.channel, message.account, message.chat)
