"""Rings the handlers' ticks, each in a transaction of its own. Nothing is stored here: a tick asks what is due now.

Mostly nothing is due, and then all of them have asked in one transaction.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.features import TICKS
from handlers.house import HouseRules
from handlers.moment import Moment, Reach
from storage.changes import is_untouched
from storage.database import Sessions

log = logging.getLogger(__name__)

EVERY_SECONDS: Final = 15
MOST_IN_A_ROW: Final = 100  #: how often a tick is rung while it says that there is more

Tick = Callable[[Moment], Awaitable[bool | None]]  #: True: there may be more to do at once


@dataclass(slots=True, kw_only=True)
class Clock:
    """What happens by itself."""

    sessions: Sessions
    clock: Callable[[], datetime]
    house: HouseRules
    reach: Mapping[str, Reach]
    nudge: Callable[[], None] = lambda: None
    ticks: Sequence[Tick] = field(default_factory=lambda: TICKS)
    failed: set[str] = field(default_factory=set)  #: ticks that failed when they were rung last

    async def ring(self) -> None:
        """Run every tick, until it has nothing more to do; one that fails leaves the others alone."""
        shared = _Shared(self.sessions)
        for number, tick in enumerate(self.ticks, 1):
            try:
                for _ in range(MOST_IN_A_ROW):
                    if not await self._once(tick, shared, goes_on=number < len(self.ticks)):
                        break
                self.failed.discard(tick.__name__)
            except Exception:
                log.exception("tick_failed", extra={"tick": tick.__name__})
                self.failed.add(tick.__name__)
        self.nudge()

    async def _once(self, tick: Tick, shared: "_Shared", *, goes_on: bool) -> bool:
        """Run it; what it does is done in a transaction of its own. Whether it has more to do."""
        careful = tick.__name__ in self.failed
        async with shared.begin(goes_on=goes_on) as session:
            moment = Moment(session=session, now=self.clock(), house=self.house, reach=self.reach, careful=careful)
            more = await tick(moment)
        for event, ticket in moment.remarks:
            log.warning(event, extra={"ticket": ticket})
        return bool(more)


class _Shared:
    """A transaction that goes on as the next one while nothing was done in it."""

    def __init__(self, sessions: Sessions) -> None:
        self._sessions: Final = sessions
        self._session: AsyncSession | None = None
        self._block = AsyncExitStack()  #: what ends the transaction of `_session`

    @asynccontextmanager
    async def begin(self, *, goes_on: bool) -> AsyncIterator[AsyncSession]:
        """Another session, or the last one; `goes_on`: it may be used once more."""
        session, self._session = self._session, None
        async with self._block as block:
            if session is None:
                session = await block.enter_async_context(self._sessions.begin())
            yield session
            if goes_on and is_untouched(session):
                self._session, self._block = session, block.pop_all()


@asynccontextmanager
async def ticking(clock: Clock) -> AsyncIterator[None]:
    """Ring as long as the block lasts; a ring in progress is finished before it ends.

    The scheduler's own shutdown would cancel a running job in the middle of a transaction, so it is paused first.
    """
    scheduler = AsyncIOScheduler()
    bell = _Bell(clock)
    scheduler.add_job(bell.ring, IntervalTrigger(seconds=EVERY_SECONDS), max_instances=1, coalesce=True)
    scheduler.start()
    try:
        await bell.ring()
        yield
    finally:
        scheduler.pause()
        await bell.silence()
        scheduler.shutdown(wait=False)


class _Bell:
    """A ring that can be waited for."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock: Final = asyncio.Lock()
        self._over = False

    async def ring(self) -> None:
        async with self._lock:
            if not self._over:
                await self._clock.ring()

    async def silence(self) -> None:
        async with self._lock:
            self._over = True
