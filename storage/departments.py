"""The departments outside to which a community hands matters out: what they are called, and how to ring them."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once
from storage.types import MemberId, PlaceId


class Department(Base, kw_only=True):
    """An office outside, such as the power company. One that was struck off stays as a row: old tickets name it."""

    __tablename__ = "department"
    __table_args__ = (sa.UniqueConstraint("community_id", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False, autoincrement=True)
    community_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"))
    name: Mapped[str] = mapped_column(sa.String(30))
    phone: Mapped[str] = mapped_column(sa.String(30), default="")
    note: Mapped[str] = mapped_column(sa.String(60), default="")  #: what it is good for
    every_days: Mapped[int | None] = mapped_column(default=None)  #: between two reminders; None: as the house has it
    #: who answers for it, where he can be written to
    contact_id: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), default=None, index=True)
    dropped_at: Mapped[datetime | None] = mapped_column(default=None)


async def of_community(session: AsyncSession, community: PlaceId) -> Sequence[Department]:
    """Those on the list, in order of entry."""
    query = sa.select(Department).where(Department.community_id == community, Department.dropped_at.is_(None))
    return (await session.scalars(query.order_by(Department.id))).all()


async def called(session: AsyncSession, community: PlaceId, name: str) -> Department | None:
    """The department of exactly that name, struck off or not."""
    query = sa.select(Department).where(Department.community_id == community, Department.name == name)
    return (await session.scalars(query)).one_or_none()


async def enter(session: AsyncSession, community: PlaceId, name: str) -> Department:
    """The department of that name, on the list from now on. Two at once enter it once."""
    row = dict(community_id=community, name=name, phone="", note="", every_days=None, contact_id=None, dropped_at=None)
    await insert_once(session, Department, [row], key=("id",))
    query = sa.select(Department).where(Department.community_id == community, Department.name == name)
    found = (await session.scalars(query)).one()
    found.dropped_at = None
    return found


async def forget(session: AsyncSession, member: MemberId) -> None:
    """`member` answers for no department any more."""
    await session.execute(sa.update(Department).where(Department.contact_id == member).values(contact_id=None))
