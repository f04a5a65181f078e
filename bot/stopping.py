"""Working until somebody says that it is enough."""

import asyncio
import signal
from collections.abc import Awaitable, Callable
from contextlib import suppress


async def until_stopped(work: Callable[[asyncio.Event], Awaitable[None]]) -> None:
    """Run `work`, which stops when a signal sets its event."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        with suppress(NotImplementedError):  # Windows has only Ctrl+C, and that as an exception
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
    await work(stop)
