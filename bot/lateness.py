"""Which messages come so late that nobody waits for an answer any more, because a channel was cut off."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from handlers.messages import Happening, Inbound

LATE: Final = timedelta(minutes=30)
#: What a platform has kept comes in at once. Where everything is late for longer than this, a clock goes wrong, ours or
#: the platform's, and the bot must not fall silent for that.
CATCHING_UP: Final = timedelta(minutes=15)


@dataclass(slots=True)
class Lateness:
    """Since when an account has heard nothing that was not late."""

    _since: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def of(self, inbound: Inbound, now: datetime) -> bool:
        """Whether the message comes too late to be answered; to be asked once of every message, in their order."""
        line = (inbound.channel, inbound.account)
        if inbound.happening is not Happening.SAID:
            return False
        if now - inbound.at <= LATE:
            self._since.pop(line, None)
            return False
        return now - self._since.setdefault(line, now) < CATCHING_UP
