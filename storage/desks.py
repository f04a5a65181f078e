"""A notice that is being written in a conversation: what was answered so far, and what is asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.seldom import Seldom
from storage.types import MemberId, PlaceId


class NoticeDesk(Base, kw_only=True):
    """One for each author at most; it is gone when the notice is a draft, or he leaves."""

    __tablename__ = "notice_desk"

    member_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    community_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"))
    asks: Mapped[str] = mapped_column(sa.String(20))  #: what is asked: a field, or a template's variable
    answers: Mapped[dict[str, Any]]
    asked_at: Mapped[datetime] = mapped_column(index=True)


async def of_member(session: AsyncSession, member: MemberId) -> NoticeDesk | None:
    """What `member` is writing."""
    return await session.get(NoticeDesk, member)


async def open_for(session: AsyncSession, desk: NoticeDesk) -> None:
    """Begin to write; what he was writing before is dropped."""
    await close(session, desk.member_id)
    session.add(desk)
    await session.flush()


async def close(session: AsyncSession, member: MemberId) -> None:
    """He has done, or left."""
    found = await session.get(NoticeDesk, member)
    if found is not None:
        await session.delete(found)
        await session.flush()


_LEFT_ALONE: Final = Seldom(
    sa.select(NoticeDesk).where(NoticeDesk.asked_at <= sa.bindparam("since")).order_by(NoticeDesk.member_id),
    lock=NoticeDesk,
)


async def left_alone(session: AsyncSession, since: datetime) -> Sequence[NoticeDesk]:
    """Those whose authors have not answered since, locked."""
    return await _LEFT_ALONE.all(session, {"since": since})
