"""Doing a thing again until it works, without haste and without filling the log."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final, TypeVar

from bot.channels.telegram.errors import asked_for

log = logging.getLogger(__name__)

T = TypeVar("T")

LONGEST: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Patience:
    """Waits `first` after a failure and twice as long after each further one, up to a minute, until `stop` is set."""

    stop: asyncio.Event
    first: timedelta

    async def insist(self, work: Callable[[], Awaitable[T]], trouble: str) -> T | None:
        """What `work` gives once it succeeds; None when `stop` was set before.

        Args:
            work: Awaited again and again. It is never cancelled.
            trouble: The event that is logged for the first failure of a series; the others are silent.
        """
        failures = 0
        while not self.stop.is_set():
            try:
                result = await work()
            except Exception as error:  # noqa: BLE001 -- the edge: whatever it is, the chats must not fall deaf
                if not failures:
                    log.warning(trouble, extra={"channel": "telegram", "error": type(error).__name__})
                failures += 1
                await self._rest(failures, asked_for(error))
            else:
                if failures:
                    log.info("telegram_recovered", extra={"channel": "telegram", "failures": failures})
                return result
        return None

    async def unless_stopped(self, work: Coroutine[Any, Any, T]) -> T | None:
        """What `work` gives; None when `stop` is set first, and then it is cancelled: only for asking, never for writing."""
        asked = asyncio.create_task(work)
        stopped = asyncio.create_task(self.stop.wait())
        try:
            await asyncio.wait((asked, stopped), return_when=asyncio.FIRST_COMPLETED)
            return asked.result() if asked.done() else None
        finally:
            asked.cancel()
            stopped.cancel()
            await asyncio.gather(asked, stopped, return_exceptions=True)

    async def _rest(self, failures: int, asked: timedelta) -> None:
        wait = max(asked, min(LONGEST, self.first * 2 ** min(failures - 1, 10)))
        try:
            async with asyncio.timeout(wait.total_seconds()):
                await self.stop.wait()
        except TimeoutError:
            return
