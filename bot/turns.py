"""Whose turn it is to speak: no chat and no account faster than its platform allows.

Turns go by the event loop's clock, which never jumps: a wall clock that is set back must not silence anybody.
"""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from bot.channels.base import Can, Channel, Groups, Limit
from storage.chats import Address
from storage.outbox import OutboxMessage

AHEAD: Final = 0.2  #: seconds before its turn from which a message may be taken in hand, so that no turn is lost
NEARLY: Final = 0.9  #: of a pause, by which what came late is followed, until all are in their turns again
LONGEST: Final = 86_400.0  #: seconds of the longest limit that is counted; a restart forgets what was said before

#: channel, account
Account = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Pace:
    """How outgoing messages are paced."""

    batch: int = 20  #: messages that an account has in hand: so many are unsure if it ends now
    lease: timedelta = timedelta(seconds=60)
    timeout: timedelta = timedelta(seconds=30)  #: shorter than the lease, so that a lease outlives its send
    give_up_after: int = 8  #: attempts


@dataclass(slots=True)
class Turns:
    """When each account and each chat may speak again, in seconds of the loop's clock."""

    _accounts: dict[Account, float] = field(default_factory=dict)
    _began: dict[Account, float] = field(default_factory=dict)  #: when it spoke last
    _chats: dict[Address, float] = field(default_factory=dict)
    _said: dict[Address, deque[float]] = field(default_factory=dict)  #: when, where that is limited

    def take(self, account: Account, pause: timedelta, now: float) -> float:
        """How many seconds the next message of `account` has to wait; the one after it comes `pause` later."""
        turn = max(now, self._accounts.get(account, now))
        if pause:
            self._accounts[account] = turn + pause.total_seconds()
        return turn - now

    def open_to(self, account: Account, pause: timedelta, now: float) -> int:
        """How many messages of `account`, which pauses between them, have their turn soon."""
        spare = now + AHEAD - max(now, self._accounts.get(account, now))
        return int(spare / pause.total_seconds()) + 1 if spare >= 0 else 0

    def begin(self, account: Account, pause: timedelta, now: float) -> float:
        """Seconds that a message still waits whose turn has come: what came late before it must not be on its heels."""
        wait = self._began.get(account, now - LONGEST) + NEARLY * pause.total_seconds() - now
        if wait <= 0:
            self._began[account] = now
        return wait

    def spoke(self, chat: Address, can: Can, now: float) -> None:
        """Something was said in `chat`."""
        turn = now + can.chat_pause.total_seconds()
        if can.limits:
            said = self._said.setdefault(chat, deque(maxlen=max(limit.most for limit in can.limits)))
            said.append(now)
            turn = max([turn, *(_over(limit, said) for limit in can.limits)])
        if turn > now:
            self._chats[chat] = turn

    def forget_past(self, now: float) -> None:
        """Drop the turns that have come."""
        self._accounts = {account: turn for account, turn in self._accounts.items() if turn > now}
        self._chats = {chat: turn for chat, turn in self._chats.items() if turn > now}
        self._said = {chat: said for chat, said in self._said.items() if said[-1] > now - LONGEST}

    @property
    def chats(self) -> list[Address]:
        """Those in which nothing may be said yet."""
        return list(self._chats)

    @property
    def next(self) -> float | None:
        """When the next message may be taken in hand."""
        return min((*(turn - AHEAD for turn in self._accounts.values()), *self._chats.values()), default=None)


def _over(limit: Limit, said: deque[float]) -> float:
    """When one more message keeps within `limit`, in the loop's seconds."""
    return said[-limit.most] + limit.within.total_seconds() if len(said) >= limit.most else 0.0


def account_of(message: OutboxMessage) -> Account:
    """Who says `message`."""
    return (message.channel, message.account)


def loop_time() -> float:
    """Seconds of the event loop's clock."""
    return asyncio.get_running_loop().time()


def elsewhere(channels: Mapping[Account, Channel]) -> list[Account]:
    """The accounts whose messages wait for a member's hand: `bot/confirming` says them."""
    return [account for account, channel in channels.items() if channel.can.groups is Groups.CONFIRMED]
