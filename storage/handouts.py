"""Which department outside has a ticket, and when it answered."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once
from storage.departments import Department
from storage.tickets import Ticket
from storage.types import MemberId, TicketId


class Handout(Base, kw_only=True):
    """To whom a ticket was handed out last; whether it still is there says `Ticket.outside_since`."""

    __tablename__ = "handout"

    ticket_id: Mapped[TicketId] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True)
    department_id: Mapped[int] = mapped_column(sa.ForeignKey("department.id"), index=True)
    since: Mapped[datetime]
    answered_at: Mapped[datetime | None] = mapped_column(default=None)  #: when it last answered


async def enter(session: AsyncSession, ticket: TicketId, department: int, since: datetime) -> None:
    """The ticket is with that department now, wherever it was before."""
    row = dict(ticket_id=ticket, department_id=department, since=since, answered_at=None)
    if not await insert_once(session, Handout, [row], key=("ticket_id",)):
        own = sa.update(Handout).where(Handout.ticket_id == ticket)
        await session.execute(own.values(department_id=department, since=since, answered_at=None))


async def department_of(session: AsyncSession, ticket: TicketId) -> Department | None:
    """The department that has or had the ticket last."""
    query = sa.select(Department).join(Handout, Handout.department_id == Department.id)
    return (await session.scalars(query.where(Handout.ticket_id == ticket))).one_or_none()


async def of_ticket(session: AsyncSession, ticket: TicketId) -> Handout | None:
    """When it was handed out last."""
    return await session.get(Handout, ticket)


async def out_at(session: AsyncSession, department: int) -> Sequence[Ticket]:
    """The open tickets that this department has, oldest first."""
    query = sa.select(Ticket).join(Handout, Handout.ticket_id == Ticket.id)
    here = Handout.department_id == department, Ticket.outside_since.is_not(None), Ticket.closed_at.is_(None)
    return (await session.scalars(query.where(*here).order_by(Ticket.number))).all()


async def out_with(session: AsyncSession, contact: MemberId) -> Sequence[Ticket]:
    """The open tickets that departments have for which `contact` answers, oldest first."""
    query = sa.select(Ticket).join(Handout, Handout.ticket_id == Ticket.id)
    query = query.join(Department, Department.id == Handout.department_id).where(Department.contact_id == contact)
    here = Ticket.outside_since.is_not(None), Ticket.closed_at.is_(None)
    return (await session.scalars(query.where(*here).order_by(Ticket.number))).all()
