"""What somebody was called about."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.outbox import CALLS, OutboxMessage
from storage.tickets import UNACCEPTED, Ticket
from storage.types import MemberId


async def waiting_for(session: AsyncSession, member: MemberId) -> Sequence[Ticket]:
    """The tickets about which `member` was called and which nobody has accepted yet, the oldest first."""
    called = sa.select(OutboxMessage.ticket_id).where(OutboxMessage.member_id == member, OutboxMessage.kind.in_(CALLS))
    query = sa.select(Ticket).where(Ticket.id.in_(called), Ticket.status.in_(UNACCEPTED))
    return (await session.scalars(query.order_by(Ticket.id))).all()


async def numbered(session: AsyncSession, member: MemberId, number: int) -> Ticket | None:
    """The newest ticket of that number about which `member` was called, in whichever community it is counted."""
    called = sa.select(OutboxMessage.ticket_id).where(OutboxMessage.member_id == member, OutboxMessage.kind.in_(CALLS))
    query = sa.select(Ticket).where(Ticket.id.in_(called), Ticket.number == number)
    found: Ticket | None = await session.scalar(query.order_by(Ticket.id.desc()).limit(1))
    return found
