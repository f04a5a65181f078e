"""How much work a question is for SQLite, without a clock."""

from collections.abc import Awaitable
from typing import Any, Final, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

STEPS: Final = 10  #: of SQLite's machine, between two looks

Found = TypeVar("Found")


async def effort_of(session: AsyncSession, doing: Awaitable[Found]) -> tuple[int, Found]:
    """About how many steps of SQLite's machine `doing` takes, and what it finds."""
    connection: Any = (await session.connection()).sync_connection
    sqlite, looks = connection.connection.dbapi_connection, [0]

    def look() -> None:
        looks[0] += 1

    sqlite.set_progress_handler(look, STEPS)
    found = await doing
    sqlite.set_progress_handler(None, STEPS)
    return looks[0] * STEPS, found
