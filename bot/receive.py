"""Inbound messages → transactions. What waits is committed together, and acknowledged only after the commit.

Everything that is waiting when a transaction begins goes into it, each message in its order, so that one `fsync` serves
many. Where anything goes wrong, all of it is undone and every message is taken by itself: nothing has left the
transaction, so running a handler again is always allowed.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from bot.handling import Undone, handle
from bot.introduced import Acquainted, each_once, ids, introduced
from bot.storable import keepable, read_back, storable
from bot.waiting import Waiting
from handlers import phrases
from handlers.context import Context
from handlers.features import ROUTES
from handlers.foresight import foresee
from handlers.house import HouseRules
from handlers.messages import Inbound, Refusal, Reply
from handlers.moment import Moment, Reach
from handlers.router import Routes
from handlers.understanding.decide import Reader
from handlers.understanding.types import Memory
from storage import identities, inbox, members
from storage.chats import Address
from storage.database import Sessions

log = logging.getLogger(__name__)

TOGETHER: Final = 64  #: most messages a transaction
TRIES: Final = 3
CHATS_REMEMBERED: Final = 5000


@dataclass(slots=True, kw_only=True)
class Receiver:
    """The way in: `receive` returns when the message and all its consequences are on disk."""

    sessions: Sessions
    clock: Callable[[], datetime]
    house: HouseRules
    reach: Mapping[str, Reach]
    reader: Reader
    routes: Routes = ROUTES
    nudge: Callable[[], None] = lambda: None  #: called after a commit: there may be mail
    memories: dict[Address, Memory] = field(default_factory=dict)
    acquainted: Acquainted = field(default_factory=Acquainted)
    _waiting: list[Waiting] = field(default_factory=list)
    _worker: asyncio.Task[None] | None = None

    async def receive(self, inbound: Inbound) -> None:
        """Take one message; see `Receive` in `bot/channels/base.py`."""
        done = asyncio.get_running_loop().create_future()
        self._waiting.append(Waiting(storable(inbound), done))
        if self._worker is None or self._worker.done():
            self._worker = asyncio.create_task(self._work())
        await done  # whoever waits may give up; the transaction is finished all the same

    async def close(self) -> None:
        """Finish what is in progress."""
        if self._worker is not None:
            await asyncio.wait([self._worker])

    async def retake(self) -> int:
        """Take again what a bug left over, each once; how many messages that were."""
        async with self.sessions() as session:
            left = [inbound for entry in await inbox.kept(session) if (inbound := read_back(entry))]
        for inbound in left:
            await self._alone(inbound, again=True)
        return len(left)

    async def _work(self) -> None:
        while self._waiting:
            await asyncio.sleep(0)  # those who were just answered may have more to say: together it costs less
            batch, self._waiting = self._waiting[:TOGETHER], self._waiting[TOGETHER:]
            try:
                await self._together([waiting.inbound for waiting in batch])
            except Exception:
                log.info("batch_undone", extra={"messages": len(batch)}, exc_info=len(batch) == 1)
                await self._one_by_one(batch)
            else:
                for waiting in batch:
                    waiting.settle()
            self.nudge()

    async def _one_by_one(self, batch: Sequence[Waiting]) -> None:
        for waiting in batch:
            try:
                await self._alone(waiting.inbound)
            except Exception as error:
                # Not on disk, so not acknowledged: the channel delivers it again.
                log.exception("message_not_taken", extra=ids(waiting.inbound))
                waiting.settle(error)
            else:
                waiting.settle()

    async def _together(self, batch: Sequence[Inbound], *, again: bool = False) -> None:
        """Take all of `batch`. What is refused undoes all, and is told so the next time; that may happen `TRIES` times."""
        refused: dict[inbox.Key, Refusal] = {}
        while True:
            try:
                return await self._at_once(batch, refused, again=again)
            except Undone as undone:
                if len(refused) == TRIES:
                    raise
                refused[undone.key] = undone.refusal

    async def _at_once(self, batch: Sequence[Inbound], refused: Mapping[inbox.Key, Refusal], *, again: bool) -> None:
        now = self.clock()
        async with self.sessions.begin() as session:
            keys = [inbound.key for inbound in batch]
            fresh = await (inbox.let_go(session, keys) if again else inbox.claim(session, keys, now))
            heard: list[Context] = []
            left_in_mind: dict[Address, Memory] = {}
            left = [i for i in each_once(batch) if i.key in fresh]
            while left:
                joined: dict[identities.Who, members.Known] = {}
                # What the messages before these have changed is not committed yet, and may never be.
                arrived = await self._introduced(session, left, now, Acquainted() if heard else self.acquainted)
                await foresee(arrived, self.routes)
                for ctx in arrived:
                    ctx.memory = left_in_mind.get(ctx.inbound.address, ctx.memory)
                    ctx.known = ctx.known or joined.get(ctx.inbound.who)
                    await handle(ctx, self.routes, refused.get(ctx.inbound.key))
                    if ctx.known is not None:
                        joined[ctx.inbound.who] = ctx.known
                    heard.append(ctx)
                    left_in_mind[ctx.inbound.address] = ctx.memory
                    left = left[1:]
                    if ctx.afresh:
                        break
        for ctx in heard:
            self._remember(ctx)

    async def _alone(self, inbound: Inbound, *, again: bool = False) -> None:
        for attempt in range(1, TRIES + 1):
            try:
                await self._together([inbound], again=again)
            except (StaleDataError, DBAPIError) as error:
                if isinstance(error, DBAPIError) and error.connection_invalidated:
                    raise
                log.info("message_tried_again", extra={**ids(inbound), "attempt": attempt})
                if attempt == TRIES:
                    log.exception("handler_failed", extra=ids(inbound))
            except Exception:
                log.exception("handler_failed", extra=ids(inbound))
                break
            else:
                return
        if not again:
            await self._apologise(inbound)

    async def _apologise(self, inbound: Inbound) -> None:
        """Keep what could not be handled, and say so where the bot was asked."""
        now = self.clock()
        async with self.sessions.begin() as session:
            if not await inbox.claim(session, [inbound.key], now):
                return
            await inbox.keep(session, inbound.key, keepable(inbound))
            (ctx,) = await self._introduced(session, [inbound], now, Acquainted())
            if inbound.to_bot:
                ctx.answer(Reply(phrases.went_wrong()), key="sorry")  # the answer proper may still come

    async def _introduced(
        self, session: AsyncSession, batch: Sequence[Inbound], now: datetime, kept: Acquainted
    ) -> list[Context]:
        ground = Moment(session=session, now=now, house=self.house, reach=self.reach)
        return await introduced(ground, batch, self.reader, self.memories, kept)

    def _remember(self, ctx: Context) -> None:
        if ctx.memory.recent:
            self.memories.pop(ctx.inbound.address, None)  # the chat heard last goes to the end
            self.memories[ctx.inbound.address] = ctx.memory
        if len(self.memories) > CHATS_REMEMBERED:
            self.memories.pop(next(iter(self.memories)))
