"""Notices to the groups below a place."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.types import BroadcastId, BroadcastStatus, MemberId, PlaceId


class Broadcast(Base, kw_only=True):
    """A notice. With `repeat` it starts again at its next time after every round."""

    __tablename__ = "broadcast"
    __table_args__ = (sa.Index("ix_broadcast_due", "status", "due_at"),)

    id: Mapped[BroadcastId] = mapped_column(primary_key=True, init=False, autoincrement=True)
    community_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), index=True)
    audience: Mapped[list[PlaceId]] = mapped_column(sa.JSON)  #: every group at one of these places or below one
    author_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    pictures: Mapped[list[str]] = mapped_column(sa.JSON)  #: digests
    created_at: Mapped[datetime]
    shown_at: Mapped[datetime]  #: when its author was last asked whether it may go
    due_at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(sa.String(24))  #: where its author wrote it, and hears what became of it
    account: Mapped[str] = mapped_column(sa.String(64))
    chat: Mapped[str] = mapped_column(sa.String(128))
    in_group: Mapped[bool]
    at_once: Mapped[bool] = mapped_column(default=False)  #: goes when it is confirmed, whenever that is
    warning: Mapped[bool] = mapped_column(default=False)  #: goes at night, too
    status: Mapped[BroadcastStatus] = mapped_column(default=BroadcastStatus.DRAFT)
    repeat: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    rounds: Mapped[int] = mapped_column(default=0)  #: how often it has started
    version: Mapped[int] = mapped_column(default=1, nullable=False)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- SQLAlchemy's own name and shape

    @property
    def round_key(self) -> str:
        """The beginning of the outbox keys of the round that started last."""
        return f"broadcast:{self.id}:{self.rounds}:"


async def by_id(session: AsyncSession, broadcast: BroadcastId) -> Broadcast | None:
    """The notice of that number."""
    return await session.get(Broadcast, broadcast)


async def draft_of(session: AsyncSession, author: MemberId) -> Broadcast | None:
    """The notice that `author` wrote last and has not confirmed."""
    query = sa.select(Broadcast).where(Broadcast.author_id == author, Broadcast.status == BroadcastStatus.DRAFT)
    return (await session.scalars(query.order_by(Broadcast.id.desc()).limit(1))).one_or_none()


async def with_status(
    session: AsyncSession, status: BroadcastStatus, due_by: datetime | None = None
) -> Sequence[Broadcast]:
    """Notices in that state, those due first first; only what is due by `due_by` where that is given."""
    query = sa.select(Broadcast).where(Broadcast.status == status).order_by(Broadcast.due_at, Broadcast.id)
    if due_by is not None:
        query = query.where(Broadcast.due_at <= due_by)
    return (await session.scalars(query)).all()
