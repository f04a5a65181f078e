"""In which order people take turns at a place; their seats are the lines of the roster that name its pattern."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once
from storage.turns import Cadence
from storage.types import PlaceId


class DutyRotation(Base, kw_only=True):
    """An order of seats that is gone through turn by turn.

    `pattern` spells the days and hours at which there is duty, so that a place has one order for each of them.
    """

    __tablename__ = "duty_rotation"

    place_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), primary_key=True)
    pattern: Mapped[str] = mapped_column(sa.String(60), primary_key=True)
    cadence: Mapped[Cadence]
    every: Mapped[int]
    #: when turn 0 began on the community's own clock; no moment, so that it stays what it is in another time zone
    since: Mapped[datetime] = mapped_column(sa.DateTime())
    seats: Mapped[int]
    first_seat: Mapped[int] = mapped_column(default=0)  #: the seat of turn 0


_COLUMNS: Final = ("place_id", "pattern", "cadence", "every", "since", "seats", "first_seat")


async def locked(session: AsyncSession, place: PlaceId, pattern: str) -> DutyRotation | None:
    """The rotation, to be changed; whoever wants to change it as well waits."""
    query = sa.select(DutyRotation).where(DutyRotation.place_id == place, DutyRotation.pattern == pattern)
    found: DutyRotation | None = await session.scalar(query.with_for_update())
    return found


async def at(session: AsyncSession, place: PlaceId) -> Sequence[DutyRotation]:
    """The rotations of `place` itself."""
    query = sa.select(DutyRotation).where(DutyRotation.place_id == place)
    return (await session.scalars(query.order_by(DutyRotation.pattern))).all()


async def enter(session: AsyncSession, new: DutyRotation) -> bool:
    """Enter a rotation that is not in the session; whether the place had none of that pattern."""
    row = {name: getattr(new, name) for name in _COLUMNS}
    return bool(await insert_once(session, DutyRotation, [row], key=("place_id",)))
