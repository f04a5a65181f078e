"""How many messages may be taken in hand, account by account, so that none idles and none holds up another."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.channels.base import Channel
from bot.turns import Account, Turns, elsewhere

SPARED: Final = 2  #: emergencies that an account may have in hand beside all the rest: they wait for no slow answers


@dataclass(frozen=True, slots=True)
class Quota:
    """At most so many messages of `account`; None: of all accounts but those in `resting`."""

    account: Account | None
    most: int
    dangers: bool = False  #: emergencies, and nothing else
    resting: tuple[Account, ...] = ()


@dataclass(frozen=True, slots=True)
class Quotas:
    """What may be taken at `now`, in seconds of the loop's clock.

    Args:
        in_hand: How many messages each account has in hand.
        batch: Most of them; a platform that hangs gets no more.
    """

    channels: Mapping[Account, Channel]
    turns: Turns
    in_hand: Counter[Account]
    batch: int
    now: float

    def all(self) -> Iterator[Quota]:
        """One of each account that pauses between two messages or has much in hand, and one of all the others."""
        mute, paced, full = self._mute(), self._paced(), self.full
        busy = [account for account, count in self.in_hand.items() if count > self.batch - self.half]
        for account in {*paced, *busy}.difference(mute):
            spare = self.batch + (SPARED if account in full else 0) - self.in_hand[account]
            most = min(spare, self._open_to(account, paced.get(account)))
            if most > 0:
                yield Quota(account, most, account in full)
        resting = {*mute, *paced, *busy}
        if not self.in_hand or not resting.issuperset(self.channels):
            yield Quota(None, self.half, resting=tuple(resting))

    @property
    def half(self) -> int:
        """The most that is taken at once of accounts that have less than that in hand."""
        return -(-self.batch // 2)

    @property
    def resting(self) -> list[Account]:
        """Accounts over which nothing can be said just now: no turn is near, their hands are full, or they are mute."""
        waiting = [line for line, pause in self._paced().items() if not self._open_to(line, pause)]
        return list({*waiting, *self.full, *self._mute()})

    @property
    def full(self) -> list[Account]:
        """Those that have as much in hand as they may: danger alone gets some more."""
        return [account for account, count in self.in_hand.items() if count >= self.batch]

    def _open_to(self, account: Account, pause: timedelta | None) -> int:
        return self.turns.open_to(account, pause, self.now) if pause else self.batch

    def _paced(self) -> dict[Account, timedelta]:
        return {line: pause for line, channel in self.channels.items() if (pause := channel.can.account_pause)}

    def _mute(self) -> list[Account]:
        """Those that have no connection, or wait for a member."""
        mute = (line for line, channel in self.channels.items() if channel.link.mute)
        return [*mute, *elsewhere(self.channels)]
