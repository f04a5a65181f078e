"""Messages that may not be said until the person writes again."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.chats import Address
from storage.outbox import OutboxMessage
from storage.types import OutboxStatus

TOO_LONG: Final = "the person did not write again in time"
#: Written into the statement, so that the index is used.
_IS_HELD: Final = OutboxMessage.status == sa.literal(OutboxStatus.HELD, OutboxMessage.status.type, literal_execute=True)


async def in_chat(session: AsyncSession, address: Address) -> Sequence[OutboxMessage]:
    """What waits in that chat, oldest first; nobody else takes it until the transaction ends."""
    channel, account, chat = address
    here = OutboxMessage.channel == channel, OutboxMessage.account == account, OutboxMessage.chat == chat
    query = sa.select(OutboxMessage).where(_IS_HELD, *here).order_by(OutboxMessage.id)
    return (await session.scalars(query.with_for_update())).all()


async def give_up(session: AsyncSession, before: datetime) -> None:
    """What was to be said before that moment, and still waits, is dead."""
    late = sa.update(OutboxMessage).where(_IS_HELD, OutboxMessage.created_at < before)
    await session.execute(late.values(status=OutboxStatus.DEAD, error=TOO_LONG))
