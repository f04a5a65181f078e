"""The one door through which pages, imports and commands of the operator write."""

from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from storage.database import Sessions

Result = TypeVar("Result")

TRIES: Final = 3


async def transact(sessions: Sessions, change: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    """Make one change: all of it or nothing. Where somebody else changed the same thing at once, it is made again.

    Raises:
        StaleDataError, IntegrityError: It met with somebody else three times over.
    """
    for _ in range(TRIES - 1):
        try:
            return await _once(sessions, change)
        except (StaleDataError, IntegrityError):
            continue
    return await _once(sessions, change)


async def _once(sessions: Sessions, change: Callable[[AsyncSession], Awaitable[Result]]) -> Result:
    async with sessions.begin() as session:
        return await change(session)
