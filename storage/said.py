"""Which messages are there already, by the keys that name them for ever."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.appended import waiting
from storage.outbox import OutboxMessage


async def is_there(session: AsyncSession, key: str) -> bool:
    """Whether a message of that key was ever put into the outbox, just now included."""
    if any(row["key"] == key for row in waiting(session, OutboxMessage)):
        return True
    return await session.scalar(sa.select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None
