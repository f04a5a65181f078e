"""Who was asked to take a ticket over from whom. At most one question a ticket stands; once answered, it is gone."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once
from storage.seldom import Seldom
from storage.tickets import Ticket
from storage.types import MemberId, TicketId


class Handoff(Base, kw_only=True):
    """`taker_id` was asked to take the ticket from `giver_id`, with whom it stays until he agrees."""

    __tablename__ = "handoff"

    ticket_id: Mapped[TicketId] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True)
    giver_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), index=True)
    taker_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), index=True)
    asker_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"))  #: the giver himself, or the community
    asked_at: Mapped[datetime]
    until_at: Mapped[datetime] = mapped_column(index=True)  #: no answer by then is a no


async def ask(session: AsyncSession, question: Mapping[str, Any]) -> bool:
    """Enter the columns of a `Handoff`; whether none stood for the ticket. Of two at once one is entered."""
    return bool(await insert_once(session, Handoff, [question], key=("ticket_id",)))


async def of_ticket(session: AsyncSession, ticket: TicketId) -> Handoff | None:
    """The question that stands for the ticket."""
    return await session.get(Handoff, ticket)


async def put_to(session: AsyncSession, taker: MemberId) -> Sequence[tuple[Handoff, Ticket]]:
    """What `taker` was asked and has not answered, oldest ticket first; what somebody else has by now is left out."""
    query = sa.select(Handoff, Ticket).join(Ticket, Ticket.id == Handoff.ticket_id)
    stands = Ticket.assignee_id == Handoff.giver_id, Ticket.closed_at.is_(None)
    found = await session.execute(query.where(Handoff.taker_id == taker, *stands).order_by(Ticket.number))
    return [(handoff, ticket) for handoff, ticket in found]


async def drop(session: AsyncSession, ticket: TicketId) -> bool:
    """Take the question away; whether there was one. Of two at once one takes it away."""
    gone: Any = sa.delete(Handoff).where(Handoff.ticket_id == ticket).returning(Handoff.ticket_id)
    return bool((await session.execute(gone)).all())


_OVERDUE: Final = Seldom(
    sa.select(Handoff).where(Handoff.until_at <= sa.bindparam("now")).order_by(Handoff.until_at).limit(200),
    lock=Handoff,
)


async def overdue(session: AsyncSession, now: datetime) -> Sequence[Handoff]:
    """Questions whose time is over, longest first. Two clocks at once take different ones."""
    return await _OVERDUE.all(session, {"now": now})
