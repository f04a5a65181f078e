"""What a place has otherwise for notices: its quiet hours, whether a second person approves, how many a day."""

from collections.abc import Sequence
from datetime import time

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.types import PlaceId


class NoticeRule(Base, kw_only=True):
    """A row for a place and everything below it; None: as above it, and at last as the configuration says."""

    __tablename__ = "notice_rule"

    place_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), primary_key=True)
    quiet_start: Mapped[time | None] = mapped_column(default=None)
    quiet_end: Mapped[time | None] = mapped_column(default=None)
    approval: Mapped[bool | None] = mapped_column(default=None)
    most_a_day: Mapped[int | None] = mapped_column(default=None)  #: 0: as many as there are


async def every(session: AsyncSession) -> Sequence[NoticeRule]:
    """All of them; a community has a handful."""
    return (await session.scalars(sa.select(NoticeRule).order_by(NoticeRule.place_id))).all()


async def row_for(session: AsyncSession, place: PlaceId) -> NoticeRule:
    """The row of exactly that place, to be changed: the one that is there, or a new one."""
    found = await session.get(NoticeRule, place)
    if found is None:
        found = NoticeRule(place_id=place)
        session.add(found)
        await session.flush()
    return found
