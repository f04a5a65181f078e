"""Who did what, for administrators: append-only, without words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.appended import append
from storage.base import Base
from storage.types import MemberId


class AuditEntry(Base, kw_only=True):
    """One act. `action` is the command's word, `subject` what it was done to (`ticket:12`), never a text or a name."""

    __tablename__ = "audit_entry"

    id: Mapped[int] = mapped_column(primary_key=True, init=False, autoincrement=True)
    at: Mapped[datetime] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(sa.String(40))
    subject: Mapped[str] = mapped_column(sa.String(80), default="")
    member_id: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), default=None)
    done: Mapped[bool] = mapped_column(default=True)  #: False: it was refused


def enter(session: AsyncSession, row: Mapping[str, Any]) -> None:
    """Enter an act; `row` are the columns of an `AuditEntry`."""
    append(session, AuditEntry, row)


async def latest(session: AsyncSession, limit: int = 20) -> Sequence[AuditEntry]:
    """The newest entries, newest first."""
    return (await session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit))).all()
