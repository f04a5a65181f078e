"""What a channel is asked to do beside speaking, and what came of it. It is done outside any transaction."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.seldom import Seldom
from storage.types import MemberId, PlaceId


class ErrandKind(StrEnum):
    """What a channel is asked to do beside speaking."""

    JOIN_CODE = "join_code"  #: make a picture code with which people join a place's group
    WELCOME = "welcome"  #: keep a text that greets whoever joins a group


class Errand(Base, kw_only=True):
    """Something to be done once. `reference` is the platform's id of what was made, `result` what its asker is told."""

    __tablename__ = "errand"
    __table_args__ = (sa.Index("ix_errand_open", "over_at", "due_at"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False, autoincrement=True)
    channel: Mapped[str] = mapped_column(sa.String(24))
    account: Mapped[str] = mapped_column(sa.String(64))
    kind: Mapped[ErrandKind]
    body: Mapped[dict[str, Any]]  #: what the channel needs for it
    place_id: Mapped[PlaceId | None] = mapped_column(sa.ForeignKey("place.id"), default=None)
    member_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), index=True)
    asked_in: Mapped[list[Any]] = mapped_column(sa.JSON)  #: channel, account, chat, and whether that is a group
    due_at: Mapped[datetime]
    attempts: Mapped[int] = mapped_column(default=0)
    over_at: Mapped[datetime | None] = mapped_column(default=None)
    told: Mapped[bool] = mapped_column(default=False)
    reference: Mapped[str | None] = mapped_column(sa.String(200), default=None)
    result: Mapped[str | None] = mapped_column(sa.Text, default=None)
    error: Mapped[str | None] = mapped_column(sa.String(200), default=None)


async def due(session: AsyncSession, channel: str, account: str, now: datetime) -> Sequence[Errand]:
    """What that account should do now."""
    mine = Errand.channel == channel, Errand.account == account
    query = sa.select(Errand).where(*mine, Errand.over_at.is_(None), Errand.due_at <= now).order_by(Errand.id)
    return (await session.scalars(query)).all()


_UNTOLD: Final = Seldom(
    sa.select(Errand).where(Errand.over_at.is_not(None), Errand.told.is_(False)).order_by(Errand.id), lock=Errand
)


async def untold(session: AsyncSession) -> Sequence[Errand]:
    """What is over, and nobody knows it yet; locked."""
    return await _UNTOLD.all(session)


async def made_before(
    session: AsyncSession, channel: str, account: str, kind: ErrandKind, place: PlaceId | None
) -> str | None:
    """The platform's id of what was last made of that kind for `place`, to be changed instead of made again."""
    mine = Errand.channel == channel, Errand.account == account, Errand.kind == kind
    here = Errand.place_id.is_(None) if place is None else Errand.place_id == place
    query = sa.select(Errand.reference).where(*mine, here, Errand.reference.is_not(None))
    return await session.scalar(query.order_by(Errand.id.desc()).limit(1))


async def is_ours(session: AsyncSession, channel: str, account: str, place: PlaceId) -> bool:
    """Whether a code for joining the groups of `place` was made through that account."""
    return await made_before(session, channel, account, ErrandKind.JOIN_CODE, place) is not None
