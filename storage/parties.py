"""Who settles a ticket together: people of the community, the owners' committee, the property company, or by name."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once
from storage.members import Member, Person
from storage.prepared import Prepared
from storage.tickets import Ticket
from storage.types import MemberId, Role, TicketId


class Party(Base, kw_only=True):
    """Somebody who was called in: told of what happens, and able to say how far it is. Whoever leaves has no row."""

    __tablename__ = "party"

    ticket_id: Mapped[TicketId] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True)
    member_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), primary_key=True, index=True)
    role: Mapped[Role | None]  #: for whom he speaks; None: he was called by his own name
    leads: Mapped[bool]  #: his party is to take the ticket
    since: Mapped[datetime]


async def add(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> set[MemberId]:
    """Call people in; `rows` are the columns of a `Party`. Who of them is new."""
    return {member for (member,) in await insert_once(session, Party, rows, key=("member_id",))}


async def let_lead(session: AsyncSession, ticket: TicketId, members: Collection[MemberId]) -> None:
    """From now on these lead, and nobody else."""
    own = sa.update(Party).where(Party.ticket_id == ticket)
    await session.execute(own.values(leads=Party.member_id.in_(members)))


async def of_ticket(session: AsyncSession, ticket: TicketId) -> Sequence[tuple[Party, Person]]:
    """Everybody who settles it together, in order."""
    query = sa.select(Party, Member.id, Member.name).join(Member, Member.id == Party.member_id)
    here = query.where(Party.ticket_id == ticket, Member.gone_at.is_(None))
    found = await session.execute(here.order_by(Party.since, Party.member_id))
    return [(party, Person(number, name)) for party, number, name in found]


_LEADING: Final = Prepared(
    sa.select(Member.id, Member.name)
    .join(Party, Party.member_id == Member.id)
    .where(Party.ticket_id == sa.bindparam("ticket"), Party.leads.is_(True), Member.gone_at.is_(None))
    .order_by(Party.since, Party.member_id)
)


async def leading(session: AsyncSession, ticket: TicketId) -> dict[MemberId, str]:
    """Who is to lead, by name; nobody where nobody was named for it."""
    return {row.id: row.name for row in await _LEADING.all(session, {"ticket": ticket})}


async def includes(session: AsyncSession, ticket: TicketId, member: MemberId) -> bool:
    """Whether `member` was called in."""
    return await session.get(Party, (ticket, member)) is not None


async def leave(session: AsyncSession, ticket: TicketId, member: MemberId) -> bool:
    """Let somebody go; whether he was in it."""
    mine = sa.delete(Party).where(Party.ticket_id == ticket, Party.member_id == member)
    return bool((await session.execute(mine.returning(Party.member_id))).all())


async def open_with(session: AsyncSession, member: MemberId) -> Sequence[Ticket]:
    """The open tickets that `member` was called in to, oldest first."""
    query = sa.select(Ticket).join(Party, Party.ticket_id == Ticket.id).order_by(Ticket.number)
    return (await session.scalars(query.where(Party.member_id == member, Ticket.closed_at.is_(None)))).all()
