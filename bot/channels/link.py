"""Whether a channel is connected, and since when it was not: what `/healthz` tells and what gaps are made of."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

log = logging.getLogger(__name__)

#: What time it is, aware UTC: for what is heard without a time of its own.
Now = Callable[[], datetime]


@dataclass(slots=True)
class Link:
    """One channel's connection. The channel says when it hears and when it does not; everybody else looks.

    `since` is when the present state began; None before the first try has ended. `reason` is why it is lost: a word of
    the program's own, never a platform's sentence. `gaps` are the times in which it was deaf, until somebody takes them.
    `mute`: there is nothing over which anything could be said, so what is to be said waits without being tried.
    """

    channel: str
    account: str
    clock: Now
    up: bool = False
    since: datetime | None = None
    reason: str | None = None
    gaps: list[tuple[datetime, datetime]] = field(default_factory=list)
    mute: bool = False

    def opened(self) -> None:
        """The channel hears, for the first time or again; said again and again it changes nothing."""
        self.mute = False
        if self.up:
            return
        now = self.clock()
        if self.since is not None:
            self.gaps.append((self.since, now))
        log.info("channel_up", extra={"channel": self.channel, "account": self.account})
        self.up, self.since, self.reason = True, now, None

    def lost(self, reason: str, *, mute: bool = False) -> None:
        """The channel is deaf from now on; said again and again it changes nothing but the reason."""
        self.mute = mute
        if self.up or self.since is None:
            self.since = self.clock()
            log.warning("channel_down", extra={"channel": self.channel, "account": self.account, "reason": reason})
        self.up, self.reason = False, reason
