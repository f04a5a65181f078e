"""Noticing that a platform which calls us is out of reach: nobody tells about calls that did not come."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.channels.base import Link
from bot.channels.wecom.api import ApiError, Unanswered

log = logging.getLogger(__name__)

#: A small question to the platform.
Probe = Callable[[], Awaitable[object]]


@asynccontextmanager
async def watched(link: Link, probe: Probe, every: timedelta, objection: ApiError | None = None) -> AsyncIterator[None]:
    """Keep `link` up to date for as long as the block lasts, and log what the platform begins to object to.

    Where we cannot reach the platform, it cannot reach us either, or at least that must be feared. An answer that says
    no is an answer all the same: an address that is trusted no more stops what is said, and not what is heard.

    Args:
        objection: What it objects to already.
    """
    watching = asyncio.create_task(_watch(link, probe, every, objection))
    try:
        yield
    finally:
        watching.cancel()  # it only asks
        await asyncio.gather(watching, return_exceptions=True)


async def _watch(link: Link, probe: Probe, every: timedelta, known: ApiError | None) -> None:
    while True:
        await asyncio.sleep(every.total_seconds())
        objection = await look(link, probe)
        if objection is not None and (known is None or objection.code != known.code):
            objected(link, objection)
        known = objection


def objected(link: Link, objection: ApiError) -> None:
    """Log what the platform objects to; `guanjia check` says in words what that means."""
    log.warning(
        "platform_objects",
        extra={"channel": link.channel, "account": link.account, "error": f"errcode_{objection.code}"},
    )


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
