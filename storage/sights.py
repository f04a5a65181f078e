"""Who has seen which state of a notice, so that of two who edit it the second learns what the first has changed."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.types import BroadcastId, MemberId


class NoticeSight(Base, kw_only=True):
    """How many edits of the notice `member` has seen."""

    __tablename__ = "notice_sight"

    broadcast_id: Mapped[BroadcastId] = mapped_column(sa.ForeignKey("broadcast.id"), primary_key=True)
    member_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    edits: Mapped[int] = mapped_column(default=0)


async def seen(session: AsyncSession, broadcast: BroadcastId, member: MemberId) -> int:
    """How many edits he has seen; none, if he has never seen the notice."""
    found = await session.get(NoticeSight, (broadcast, member))
    return found.edits if found is not None else 0


async def see(session: AsyncSession, broadcast: BroadcastId, member: MemberId, edits: int) -> None:
    """He sees it as it is after so many edits."""
    found = await session.get(NoticeSight, (broadcast, member))
    if found is None:
        session.add(NoticeSight(broadcast_id=broadcast, member_id=member, edits=edits))
    else:
        found.edits = edits
    await session.flush()
