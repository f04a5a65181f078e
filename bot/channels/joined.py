"""Deliveries that are being handed over: the same, delivered again meanwhile, joins the first."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Final


class Joined:
    """A picture may take longer to fetch than a platform waits, and then it delivers the message once more."""

    def __init__(self) -> None:
        self._taking: Final[dict[str, asyncio.Task[None]]] = {}

    async def once(self, name: str, hand_over: Callable[[], Coroutine[None, None, None]]) -> None:
        """Return when what is called `name` was handed over; what that raises is passed on to whoever waits for it."""
        task = self._taking.get(name)
        if task is None:
            task = self._taking[name] = asyncio.create_task(hand_over())
            task.add_done_callback(lambda _: self._taking.pop(name))
        await asyncio.shield(task)

    async def finish(self) -> None:
        """Wait for what is being handed over."""
        await asyncio.gather(*self._taking.values(), return_exceptions=True)
