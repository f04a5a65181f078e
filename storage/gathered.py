"""Notices that wait to go out with others of their group as one message."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.chats import Address
from storage.outbox import OutboxMessage
from storage.types import OutboxStatus


async def due(session: AsyncSession, now: datetime, limit: int) -> dict[Address, list[OutboxMessage]]:
    """What may go now and is of use still, by group, in order of entry, locked: of two clocks one gets each."""
    of_use = sa.or_(OutboxMessage.good_until.is_(None), OutboxMessage.good_until > now)
    ready = OutboxMessage.status == OutboxStatus.GATHERING, OutboxMessage.due_at <= now, of_use
    query = sa.select(OutboxMessage).where(*ready).order_by(OutboxMessage.id).limit(limit)
    found: dict[Address, list[OutboxMessage]] = {}
    for row in await session.scalars(query.with_for_update(skip_locked=True)):
        found.setdefault((row.channel, row.account, row.chat), []).append(row)
    return found
