"""Who asked whom to take a turn of duty, and what came of it."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once
from storage.seldom import Seldom
from storage.turns import SwapStatus
from storage.types import MemberId, PlaceId


class DutySwap(Base, kw_only=True):
    """`taker` is to have the turn of `giver`, and perhaps gives one of his own back. One of them asked, the other answers."""

    __tablename__ = "duty_swap"
    __table_args__ = (sa.UniqueConstraint("giver_id", "taker_id", "place_id", "starts", name="uq_duty_swap_turn"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False, autoincrement=True)
    giver_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), index=True)
    taker_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), index=True)
    asked_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), index=True)  #: who has to answer
    place_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), index=True)
    starts: Mapped[datetime]
    ends: Mapped[datetime]
    asked_at: Mapped[datetime]
    status: Mapped[SwapStatus] = mapped_column(default=SwapStatus.ASKED)
    warned_at: Mapped[datetime | None] = mapped_column(default=None)  #: who asked was told that nobody has answered
    back_place_id: Mapped[PlaceId | None] = mapped_column(sa.ForeignKey("place.id"), default=None)
    back_starts: Mapped[datetime | None] = mapped_column(default=None)
    back_ends: Mapped[datetime | None] = mapped_column(default=None)


_COLUMNS: Final = (
    *("giver_id", "taker_id", "asked_id", "place_id", "starts", "ends", "asked_at", "status", "warned_at"),
    *("back_place_id", "back_starts", "back_ends"),
)


async def ask(session: AsyncSession, new: DutySwap) -> tuple[DutySwap, bool]:
    """Enter what is asked, which is not in the session; the row, and whether the other one has to hear of it.

    Asked again while it waits it is the same; asked again after a no, or otherwise than before, it is asked anew.
    """
    row = {name: getattr(new, name) for name in _COLUMNS}
    entered = await insert_once(session, DutySwap, [row], key=("id",))
    same = (DutySwap.giver_id == new.giver_id, DutySwap.taker_id == new.taker_id)
    turn = (DutySwap.place_id == new.place_id, DutySwap.starts == new.starts)
    found = (await session.scalars(sa.select(DutySwap).where(*same, *turn).with_for_update())).one()
    if entered or all(getattr(found, name) == row[name] for name in ("status", "asked_id", "back_starts")):
        return found, bool(entered)
    for name, value in row.items():
        setattr(found, name, value)
    return found, True


async def locked(session: AsyncSession, number: int) -> DutySwap | None:
    """The one of that number, to be answered; whoever answers it as well waits."""
    found: DutySwap | None = await session.scalar(sa.select(DutySwap).where(DutySwap.id == number).with_for_update())
    return found


async def waiting_for(session: AsyncSession, member: MemberId, now: datetime) -> Sequence[DutySwap]:
    """What `member` has to answer and is not over, oldest first."""
    mine = (DutySwap.asked_id == member, DutySwap.status == SwapStatus.ASKED, DutySwap.ends > now)
    return (await session.scalars(sa.select(DutySwap).where(*mine).order_by(DutySwap.id))).all()


async def asked_by(session: AsyncSession, member: MemberId, now: datetime) -> Sequence[DutySwap]:
    """What `member` asked for, is waiting for and is not over, oldest first."""
    his = sa.or_(DutySwap.giver_id == member, DutySwap.taker_id == member)
    waits = (DutySwap.asked_id != member, DutySwap.status == SwapStatus.ASKED, DutySwap.ends > now)
    return (await session.scalars(sa.select(DutySwap).where(his, *waits).order_by(DutySwap.id))).all()


_UNANSWERED: Final = Seldom(
    sa.select(DutySwap)
    .where(DutySwap.status == SwapStatus.ASKED, DutySwap.warned_at.is_(None))
    .where(DutySwap.asked_at <= sa.bindparam("asked_by"))
    .where(DutySwap.starts > sa.bindparam("now"), DutySwap.starts <= sa.bindparam("before"))
    .order_by(DutySwap.id),
    lock=DutySwap,
)


async def unanswered(session: AsyncSession, now: datetime, before: datetime, asked_by: datetime) -> Sequence[DutySwap]:
    """What was asked by `asked_by`, begins before `before` and nobody has answered, once each.

    Two clocks at once: one of them has it.
    """
    found = await _UNANSWERED.all(session, {"now": now, "before": before, "asked_by": asked_by})
    for row in found:
        row.warned_at = now
    return found


async def standing(
    session: AsyncSession, place: PlaceId, members: Collection[MemberId], now: datetime
) -> Sequence[DutySwap]:
    """What is asked or agreed about turns of these people at `place` and is not over, locked, oldest first."""
    theirs = sa.or_(DutySwap.giver_id.in_(members), DutySwap.taker_id.in_(members))
    there = sa.or_(
        sa.and_(DutySwap.place_id == place, DutySwap.ends > now),
        sa.and_(DutySwap.back_place_id == place, DutySwap.back_ends > now),
    )
    stands = DutySwap.status.in_((SwapStatus.ASKED, SwapStatus.AGREED))
    query = sa.select(DutySwap).where(theirs, there, stands).order_by(DutySwap.id)
    return (await session.scalars(query.with_for_update())).all()


def cause_of(row: DutySwap) -> str:
    """What the changes of the roster that follow from it begin with, in their own cause."""
    return f"swap:{row.id}:{row.asked_at.timestamp():.6f}"
