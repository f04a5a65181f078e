"""Leases in the database: how the processes that share one agree which of them keeps a connection."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.transact import transact
from storage import leases
from storage.database import Sessions


@dataclass(frozen=True, slots=True)
class DatabaseLease:
    """Implements the channels' `Lease`.

    Args:
        name: What is held, for example `wecom_bot:main`.
        holder: This process.
        lasts: How long it is held without being asked for again; longer than the holder takes to ask.
    """

    sessions: Sessions
    clock: Callable[[], datetime]
    name: str
    holder: str
    lasts: timedelta = timedelta(seconds=90)

    async def hold(self) -> bool:
        """See `Lease.hold`."""
        now = self.clock()
        until = now + self.lasts
        return await transact(self.sessions, lambda s: leases.hold(s, self.name, self.holder, now, until))

    async def let_go(self) -> None:
        """See `Lease.let_go`."""
        await transact(self.sessions, lambda session: leases.let_go(session, self.name, self.holder))
