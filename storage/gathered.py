"""Notices that wait to go out with others of their group as one message."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.chats import Address
from storage.outbox import OutboxMessage
from storage.seldom import Seldom
from storage.types import OutboxStatus

_DUE: Final = Seldom(
    sa.select(OutboxMessage)
    .where(OutboxMessage.status == OutboxStatus.GATHERING, OutboxMessage.due_at <= sa.bindparam("now"))
    .where(sa.or_(OutboxMessage.good_until.is_(None), OutboxMessage.good_until > sa.bindparam("now")))
    .order_by(OutboxMessage.id)
    .limit(sa.bindparam("most")),
    lock=OutboxMessage,
)


async def due(session: AsyncSession, now: datetime, limit: int) -> dict[Address, list[OutboxMessage]]:
    """What may go now and is of use still, by group, in order of entry, locked: of two clocks one gets each."""
    found: dict[Address, list[OutboxMessage]] = {}
    for row in await _DUE.all(session, {"now": now, "most": limit}):
        found.setdefault((row.channel, row.account, row.chat), []).append(row)
    return found
