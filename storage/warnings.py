"""Warnings that other systems sent us: each is taken once, however often it comes."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once
from storage.types import BroadcastId


class WarningTaken(Base, kw_only=True):
    """What `system` sent under its own `key`; `digest` tells whether it was the same. `broadcast_id`: what came of it."""

    __tablename__ = "warning_taken"
    __table_args__ = (sa.Index("ix_warning_taken_at", "system", "at"),)

    system: Mapped[str] = mapped_column(sa.String(32), primary_key=True)
    key: Mapped[str] = mapped_column(sa.String(100), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64))
    at: Mapped[datetime]
    broadcast_id: Mapped[BroadcastId | None] = mapped_column(sa.ForeignKey("broadcast.id"), default=None, index=True)


async def take(session: AsyncSession, system: str, key: str, digest: str, now: datetime) -> bool:
    """Take it in this transaction; False where it was taken before. Of two at once one waits for the other."""
    row = {"system": system, "key": key, "digest": digest, "at": now}
    return bool(await insert_once(session, WarningTaken, [row], key=("system", "key")))


async def of_key(session: AsyncSession, system: str, key: str) -> WarningTaken:
    """What was taken under that key."""
    return await session.get_one(WarningTaken, (system, key))


async def taken_since(session: AsyncSession, system: str, since: datetime) -> int:
    """How many were taken from `system` after that moment."""
    here = WarningTaken.system == system, WarningTaken.at > since
    return await session.scalar(sa.select(sa.func.count()).select_from(WarningTaken).where(*here)) or 0


async def forget(session: AsyncSession, before: datetime) -> None:
    """Drop what was taken before that moment: it will not be sent again."""
    await session.execute(sa.delete(WarningTaken).where(WarningTaken.at < before))
