"""A message that waits to be taken, and whoever waits for that."""

import asyncio
from dataclasses import dataclass

from handlers.messages import Inbound


@dataclass(frozen=True, slots=True)
class Waiting:
    """`done` ends when the message is on disk, or could not be brought there."""

    inbound: Inbound
    done: asyncio.Future[None]

    def settle(self, error: Exception | None = None) -> None:
        """Let go whoever waits; he may have gone already."""
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)
