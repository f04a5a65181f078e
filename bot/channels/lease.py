"""Which process keeps a connection that the platform allows only once."""

from typing import Protocol


class Lease(Protocol):
    """What only one process may hold at a time. It is lost unless `hold` is asked for again in time."""

    async def hold(self) -> bool:
        """Take it, or go on holding it; False where another process does."""

    async def let_go(self) -> None:
        """Let another process have it at once."""


class Alone:
    """The lease of a process that shares its bot with nobody."""

    async def hold(self) -> bool:
        """See `Lease.hold`."""
        return True

    async def let_go(self) -> None:
        """See `Lease.let_go`."""
