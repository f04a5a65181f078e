"""What could not go at once when its owner went."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.members import Member
from storage.outbox import WAITING, OutboxMessage
from storage.seldom import Seldom
from storage.tickets import Ticket

_GONE: Final = sa.select(Member.id).where(Member.gone_at.is_not(None))
_LAST: Final = (
    OutboxMessage.member_id.in_(_GONE),
    OutboxMessage.is_group.is_(False),
    OutboxMessage.status.not_in(WAITING),
)
_ROOMS: Final = (
    Ticket.reporter_id.in_(_GONE),
    Ticket.closed_at.is_not(None),
    sa.or_(Ticket.room.is_not(None), Ticket.floor.is_not(None)),
)
_LAST_MESSAGES: Final = Seldom(sa.select(OutboxMessage.id).where(*_LAST))
_WITH_ROOMS: Final = Seldom(sa.select(Ticket.id).where(*_ROOMS))


async def forget(session: AsyncSession) -> None:
    """Let go of the last messages to people who are gone, and where their tickets were."""
    if await _LAST_MESSAGES.finds(session):
        await session.execute(sa.delete(OutboxMessage).where(*_LAST))
    await forget_rooms(session)


async def forget_rooms(session: AsyncSession) -> None:
    """A closed ticket of somebody who is gone keeps its building and unit; an open one its room until it is closed."""
    if await _WITH_ROOMS.finds(session):
        await session.execute(sa.update(Ticket).where(*_ROOMS).values(room=None, floor=None))
