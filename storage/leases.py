"""Who holds what only one process may do at a time, such as the one connection that a platform allows a bot."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once


class Lease(Base, kw_only=True):
    """`holder` alone may do it until `until`, and longer if he says so in time."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    holder: Mapped[str] = mapped_column(sa.String(64))
    until: Mapped[datetime]


async def hold(session: AsyncSession, name: str, holder: str, now: datetime, until: datetime) -> bool:
    """Take `name`, or go on holding it, until then; False where somebody else holds it. Of two at once one gets it."""
    row = {"name": name, "holder": holder, "until": until}
    if await insert_once(session, Lease, [row], key=("name",)):
        return True
    free = sa.or_(Lease.holder == holder, Lease.until <= now)
    taken = sa.update(Lease).where(Lease.name == name, free).values(holder=holder, until=until)
    return (await session.scalar(taken.returning(Lease.name))) is not None


async def let_go(session: AsyncSession, name: str, holder: str) -> None:
    """Let somebody else have it at once."""
    await session.execute(sa.delete(Lease).where(Lease.name == name, Lease.holder == holder))
