"""What may be out although it should not be, or may not be although it should, and nobody was told yet."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.outbox import OutboxMessage
from storage.seldom import Seldom
from storage.types import OutboxStatus

_DOUBTFUL: Final = Seldom(
    sa.select(OutboxMessage)
    .where(OutboxMessage.status == OutboxStatus.UNSURE, OutboxMessage.is_group)
    .where(OutboxMessage.broadcast_id.is_(None), OutboxMessage.doubt_told.is_(False))
    .order_by(OutboxMessage.id)
)


async def doubtful(session: AsyncSession) -> Sequence[OutboxMessage]:
    """What may or may not have been said in groups, and nobody was told yet. Notices have an author, who is told."""
    return await _DOUBTFUL.all(session)


_OVERTAKEN: Final = Seldom(
    sa.select(OutboxMessage)
    .where(OutboxMessage.status == OutboxStatus.SENT, OutboxMessage.error == sa.bindparam("why"))
    .where(OutboxMessage.broadcast_id.is_not(None), OutboxMessage.doubt_told.is_(False))
    .order_by(OutboxMessage.id),
    lock=OutboxMessage,
)


async def overtaken(session: AsyncSession, why: str) -> Sequence[OutboxMessage]:
    """What is out though it was cancelled, and its author was not told yet; `why` is what its receipt says."""
    return await _OVERTAKEN.all(session, {"why": why})
