"""Tasks that several people do together: how many are wanted, when it begins, and who comes, in order."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once
from storage.members import Member, Person
from storage.seldom import Seldom
from storage.tickets import Ticket
from storage.types import MemberId, PlaceId, TicketId


class HelperStatus(StrEnum):
    """What somebody answered to a task for several people."""

    COMING = "coming"
    DECLINED = "declined"  #: he said no before he had said yes
    LEFT = "left"


class Crew(Base, kw_only=True):
    """How many people a ticket needs. `reminded`: 1 once they were told the evening before, 2 once just before it."""

    __tablename__ = "crew"

    ticket_id: Mapped[TicketId] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True)
    wanted: Mapped[int]
    starts_at: Mapped[datetime | None] = mapped_column(default=None, index=True)  #: None: to be agreed among them
    reminded: Mapped[int] = mapped_column(default=0)
    full: Mapped[bool] = mapped_column(default=False)  #: that there are enough was told


class Helper(Base, kw_only=True):
    """Somebody's answer to a task. Who comes is counted in order of `id`: the first `wanted` do it, the others wait."""

    __tablename__ = "helper"
    __table_args__ = (sa.UniqueConstraint("ticket_id", "member_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False, autoincrement=True)
    ticket_id: Mapped[TicketId] = mapped_column(sa.ForeignKey("ticket.id"))
    member_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), index=True)
    status: Mapped[HelperStatus]
    since: Mapped[datetime]
    told: Mapped[bool] = mapped_column(default=False)  #: that he is among those who do it


async def of_ticket(session: AsyncSession, ticket: TicketId, *, alone: bool = False) -> Crew | None:
    """The task that the ticket is, if it is one.

    Args:
        alone: Until the transaction ends nobody else changes who comes: of two for the last place one is first.
    """
    return await session.get(Crew, ticket, with_for_update=alone or None, populate_existing=alone)


async def enter(session: AsyncSession, ticket: TicketId, wanted: int, starts_at: datetime | None) -> Crew:
    """Make a task of the ticket. Two at once make one."""
    row = dict(ticket_id=ticket, wanted=wanted, starts_at=starts_at, reminded=0, full=False)
    await insert_once(session, Crew, [row], key=("ticket_id",))
    return await session.get_one(Crew, ticket, with_for_update=True, populate_existing=True)


async def coming(session: AsyncSession, ticket: TicketId) -> Sequence[tuple[Helper, Person]]:
    """Who comes, in order; those beyond the number wanted wait."""
    query = sa.select(Helper, Member.id, Member.name).join(Member, Member.id == Helper.member_id)
    here = Helper.ticket_id == ticket, Helper.status == HelperStatus.COMING, Member.gone_at.is_(None)
    found = await session.execute(query.where(*here).order_by(Helper.id))
    return [(helper, Person(number, name)) for helper, number, name in found]


async def includes(session: AsyncSession, ticket: TicketId, member: MemberId) -> bool:
    """Whether `member` comes, or waits for a place."""
    mine = Helper.ticket_id == ticket, Helper.member_id == member, Helper.status == HelperStatus.COMING
    return await session.scalar(sa.select(Helper.id).where(*mine)) is not None


async def declined(session: AsyncSession, ticket: TicketId) -> set[MemberId]:
    """Who said no, or left: not asked again for this task as long as its time stays."""
    query = sa.select(Helper.member_id).where(Helper.ticket_id == ticket, Helper.status != HelperStatus.COMING)
    return set(await session.scalars(query))


async def answer(session: AsyncSession, ticket: TicketId, member: MemberId, status: HelperStatus, at: datetime) -> None:
    """Note the answer; whoever comes after all joins at the end of the line."""
    mine: Any = Helper.ticket_id == ticket, Helper.member_id == member
    await session.execute(sa.delete(Helper).where(*mine))
    session.add(Helper(ticket_id=ticket, member_id=member, status=status, since=at))
    await session.flush()


async def ask_again(session: AsyncSession, ticket: TicketId) -> None:
    """The time has changed: whoever said no is asked anew."""
    others = Helper.ticket_id == ticket, Helper.status != HelperStatus.COMING
    await session.execute(sa.delete(Helper).where(*others))


async def open_with(session: AsyncSession, member: MemberId) -> Sequence[tuple[Crew, Ticket]]:
    """The open tasks that `member` comes to or waits for, by their number."""
    query = sa.select(Crew, Ticket).join(Ticket, Ticket.id == Crew.ticket_id)
    query = query.join(Helper, Helper.ticket_id == Crew.ticket_id).order_by(Ticket.number)
    mine = Helper.member_id == member, Helper.status == HelperStatus.COMING, Ticket.closed_at.is_(None)
    return [(crew, ticket) for crew, ticket in await session.execute(query.where(*mine))]


_STARTING: Final = Seldom(
    sa.select(Crew, Ticket)
    .join(Ticket, Ticket.id == Crew.ticket_id)
    .where(Crew.starts_at > sa.bindparam("now"), Crew.starts_at <= sa.bindparam("before"))
    .where(Crew.reminded < 2, Ticket.closed_at.is_(None))
    .order_by(Crew.starts_at),
    lock=Crew,
)


async def starting(session: AsyncSession, now: datetime, before: datetime) -> Sequence[tuple[Crew, Ticket]]:
    """Open tasks that begin later than `now` and at `before` at the latest, whose people are not all reminded yet.

    Two clocks at once take different ones.
    """
    return [(crew, ticket) for crew, ticket in await _STARTING.rows(session, {"now": now, "before": before})]


_UNTOLD: Final = sa.select(Helper.ticket_id).where(Helper.status == HelperStatus.COMING, Helper.told.is_(False))
_UNSETTLED: Final = Seldom(
    sa.select(Ticket).where(Ticket.id.in_(_UNTOLD), Ticket.closed_at.is_(None)).order_by(Ticket.id).limit(200)
)


async def unsettled(session: AsyncSession) -> Sequence[Ticket]:
    """Open tasks in which somebody does not know yet that he is among those who do it, or waits."""
    return await _UNSETTLED.all(session)


async def open_at(session: AsyncSession, scopes: Collection[PlaceId]) -> Sequence[Ticket]:
    """The open tasks of these places that everybody there may know of, by their number."""
    query = sa.select(Ticket).join(Crew, Crew.ticket_id == Ticket.id).order_by(Ticket.number)
    here = Ticket.scope_id.in_(scopes), Ticket.closed_at.is_(None), Ticket.private.is_(False)
    return (await session.scalars(query.where(*here))).all()
