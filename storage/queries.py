"""What whoever has a ticket asks its reporter; the words are in the messages, and the answer belongs to the ticket."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.tickets import Ticket
from storage.types import MemberId, TicketId


class Query(Base, kw_only=True):
    """A question to the reporter of a ticket, until he has answered it."""

    __tablename__ = "query"

    id: Mapped[int] = mapped_column(primary_key=True, init=False, autoincrement=True)
    ticket_id: Mapped[TicketId] = mapped_column(sa.ForeignKey("ticket.id"), index=True)
    asker_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), index=True)
    asked_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), index=True)
    at: Mapped[datetime]


async def ask(session: AsyncSession, ticket: TicketId, asker: MemberId, asked: MemberId, now: datetime) -> None:
    """Enter a question; one that was asked before about the same ticket is answered together with it."""
    await session.execute(sa.delete(Query).where(Query.ticket_id == ticket))
    session.add(Query(ticket_id=ticket, asker_id=asker, asked_id=asked, at=now))
    await session.flush()


async def put_to(session: AsyncSession, member: MemberId) -> Sequence[tuple[Query, Ticket]]:
    """The questions that `member` has not answered, of tickets that are still open, the newest first."""
    query = sa.select(Query, Ticket).join(Ticket, Ticket.id == Query.ticket_id).where(Query.asked_id == member)
    found = await session.execute(query.where(Ticket.closed_at.is_(None)).order_by(Query.id.desc()))
    return [(row[0], row[1]) for row in found]


async def forget(session: AsyncSession, member: MemberId) -> None:
    """Drop what `member` asked or was asked."""
    await session.execute(sa.delete(Query).where(sa.or_(Query.asker_id == member, Query.asked_id == member)))
