"""Noticing that a platform which calls us is out of reach: nobody tells about calls that did not come."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.channels.base import Link
from bot.channels.wecom.api import ApiError, Unanswered

#: A small question to the platform.
Probe = Callable[[], Awaitable[object]]


@asynccontextmanager
async def watched(link: Link, probe: Probe, every: timedelta) -> AsyncIterator[None]:
    """Keep `link` up to date for as long as the block lasts.

    Where we cannot reach the platform, it cannot reach us either, or at least that must be feared. An answer that says
    no is an answer all the same.
    """
    watching = asyncio.create_task(_watch(link, probe, every))
    try:
        yield
    finally:
        watching.cancel()  # it only asks
        await asyncio.gather(watching, return_exceptions=True)


async def _watch(link: Link, probe: Probe, every: timedelta) -> None:
    while True:
        await asyncio.sleep(every.total_seconds())
        await look(link, probe)


async def look(link: Link, probe: Probe) -> ApiError | None:
    """Ask once, and enter into `link` whether an answer came; what the platform objects to, if it does."""
    try:
        await probe()
    except Unanswered as silence:
        link.lost(str(silence).replace(" ", "_"))
        return None
    except ApiError as error:
        link.opened()
        return error
    link.opened()
    return None
