"""How a connection is begun, how patient it is, and how it ends."""

from dataclasses import dataclass
from enum import Enum

from pydantic import SecretStr


class End(Enum):
    """Why a connection ended, or did not begin."""

    STOPPED = "stopped"
    LOST = "lost"
    TOO_FAST = "too_fast"  #: the platform wants to be left alone for a while
    REFUSED = "refused"  #: the bot's id or secret is wrong
    DISPLACED = "displaced"  #: a newer connection of the same bot
    HELD = "held_elsewhere"  #: another of our processes has the lease


@dataclass(frozen=True, slots=True)
class Credential:
    """Where to connect, and as whom."""

    url: str
    bot_id: str
    secret: SecretStr


@dataclass(frozen=True, slots=True)
class Pace:
    """How patient the connection is; seconds."""

    ping: float = 30
    acknowledge: float = 5
    first_pause: float = 1
    longest_pause: float = 30
    slow_pause: float = 60  #: where the platform or another process wants to be left alone

    def before(self, end: End, failures: int) -> float:
        """How long to wait after `end`, the `failures`-th in a row, before the next connection."""
        if end is End.HELD:
            return min(self.ping, self.slow_pause)
        if end in (End.REFUSED, End.TOO_FAST, End.DISPLACED):
            return self.slow_pause
        return min(self.first_pause * float(1 << min(failures - 1, 10)), self.longest_pause)
