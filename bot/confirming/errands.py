"""What channels are asked to do beside speaking: outside any transaction, and told to its asker by the clock."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.base import SendError
from bot.channels.confirmed import Confirmed, Done
from bot.confirming.ground import PATIENCE, Ground
from bot.transact import transact
from storage import errands
from storage.errands import Errand

TRIES: Final = 4
AGAIN_AFTER: Final = timedelta(seconds=30)


async def run_due(ground: Ground, channel: Confirmed) -> None:
    """Run what is to be run now."""
    for errand, made in await transact(ground.sessions, partial(_due, ground, channel)):
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                done = await channel.run(errand.kind, errand.body, made)
        except (SendError, TimeoutError) as error:
            await transact(ground.sessions, partial(_failed, ground, errand.id, error))
        else:
            await transact(ground.sessions, partial(_done, ground, errand.id, done))


async def _due(ground: Ground, channel: Confirmed, session: AsyncSession) -> Sequence[tuple[Errand, str | None]]:
    name, account = channel.name, channel.account
    found = await errands.due(session, name, account, ground.clock())
    return [(e, await errands.made_before(session, name, account, e.kind, e.place_id)) for e in found]


async def _done(ground: Ground, number: int, done: Done, session: AsyncSession) -> None:
    errand = await session.get_one(Errand, number)
    errand.over_at, errand.reference, errand.result = ground.clock(), done.reference, done.result


async def _failed(ground: Ground, number: int, error: SendError | TimeoutError, session: AsyncSession) -> None:
    errand = await session.get_one(Errand, number)
    errand.attempts += 1
    errand.error = str(error)[:200] or "no answer in time"
    errand.due_at = ground.clock() + AGAIN_AFTER * errand.attempts
    if errand.attempts >= TRIES or (isinstance(error, SendError) and error.permanent):
        errand.over_at = ground.clock()
