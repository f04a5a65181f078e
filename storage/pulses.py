"""When each channel was last known to hear: after a start, what lies between is a gap."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base

#: channel, account
Line = tuple[str, str]


class Pulse(Base, kw_only=True):
    """A channel's account was there at `at`."""

    __tablename__ = "pulse"

    channel: Mapped[str] = mapped_column(sa.String(24), primary_key=True)
    account: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    at: Mapped[datetime]


async def last(session: AsyncSession, line: Line) -> datetime | None:
    """When that account was there last; None for a new one."""
    found = await session.get(Pulse, line)
    return found.at if found else None


async def take(session: AsyncSession, line: Line, now: datetime) -> None:
    """It is there."""
    found = await session.get(Pulse, line)
    if found is None:
        session.add(Pulse(channel=line[0], account=line[1], at=now))
    else:
        found.at = now
