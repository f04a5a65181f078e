"""Who is on duty for which place, and when."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once
from storage.members import Member, Person
from storage.prepared import Prepared
from storage.rotations import DutyRotation
from storage.turns import Days
from storage.types import MemberId, PlaceId


class DutyShift(Base, kw_only=True):
    """A line of the roster, in the community's own time. `ends` before or at `starts` is on the next day."""

    __tablename__ = "duty_shift"
    __table_args__ = (
        sa.UniqueConstraint(
            "place_id",
            "member_id",
            "first_day",
            "weekdays",
            "days",
            "starts",
            "ends",
            "pattern",
            name="uq_duty_shift_line",
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False, autoincrement=True)
    place_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), index=True)
    member_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date | None] = mapped_column(default=None)  #: included; None is until further notice
    weekdays: Mapped[str] = mapped_column(sa.String(7), default="1234567")  #: 1 is Monday
    days: Mapped[Days] = mapped_column(default=Days.ANY)
    starts: Mapped[time] = mapped_column(default=time(0))
    ends: Mapped[time] = mapped_column(default=time(0))
    pattern: Mapped[str] = mapped_column(sa.String(60), default="")  #: of the place's rotation that it belongs to
    seat: Mapped[int] = mapped_column(default=0)  #: … and where in its order


class ToldTurn(Base, kw_only=True):
    """Somebody was told that his turn has begun."""

    __tablename__ = "told_turn"

    place_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), primary_key=True)
    member_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    begins: Mapped[datetime] = mapped_column(primary_key=True)


COLUMNS: Final = (
    "place_id",
    "member_id",
    "first_day",
    "last_day",
    "weekdays",
    "days",
    "starts",
    "ends",
    "pattern",
    "seat",
)

_LINES: Final = (
    sa.select(
        *(getattr(DutyShift, name) for name in COLUMNS),
        Member.name,
        DutyRotation.cadence,
        DutyRotation.every,
        DutyRotation.since,
        DutyRotation.seats,
        DutyRotation.first_seat,
    )
    .join(Member, Member.id == DutyShift.member_id)
    .outerjoin(
        DutyRotation, sa.and_(DutyRotation.place_id == DutyShift.place_id, DutyRotation.pattern == DutyShift.pattern)
    )
    .where(DutyShift.first_day <= sa.bindparam("day"), Member.gone_at.is_(None))
    .where(sa.or_(DutyShift.last_day.is_(None), DutyShift.last_day >= sa.bindparam("eve")))
    .order_by(DutyShift.id)
)
_IN_FORCE: Final = Prepared(_LINES)
_IN_FORCE_AT: Final = Prepared(_LINES.where(DutyShift.place_id.in_(sa.bindparam("places", expanding=True))))


async def in_force(
    session: AsyncSession, first: date, last: date, places: Collection[PlaceId] | None = None
) -> Sequence[Any]:
    """The lines that may bring somebody on duty on these days, the small hours of the first one included.

    Who, what he is called, when, where, and in which rotation (`cadence` is None outside of any).
    """
    given: dict[str, Any] = {"day": last, "eve": first - timedelta(days=1)}
    if places is None:
        return await _IN_FORCE.all(session, given)
    return await _IN_FORCE_AT.all(session, {**given, "places": list(places)})


async def of_member(session: AsyncSession, member: MemberId) -> Sequence[DutyShift]:
    """The lines of `member` at all places, in order of entry."""
    query = sa.select(DutyShift).where(DutyShift.member_id == member)
    return (await session.scalars(query.order_by(DutyShift.id))).all()


async def seats_of(session: AsyncSession, place: PlaceId, pattern: str) -> Sequence[DutyShift]:
    """The lines that are the seats of a rotation, in its order."""
    query = sa.select(DutyShift).where(DutyShift.place_id == place, DutyShift.pattern == pattern)
    return (await session.scalars(query.order_by(DutyShift.seat, DutyShift.id))).all()


async def shifts_at(session: AsyncSession, places: Collection[PlaceId]) -> Sequence[tuple[DutyShift, Member]]:
    """The roster of `places` themselves with the people on it, in order of entry."""
    query = (
        sa.select(DutyShift, Member)
        .join(Member, Member.id == DutyShift.member_id)
        .where(DutyShift.place_id.in_(places), Member.gone_at.is_(None))
        .order_by(DutyShift.id)
    )
    return [(shift, member) for shift, member in await session.execute(query)]


async def enter(session: AsyncSession, line: DutyShift) -> bool:
    """Enter a line that is not in the session; whether it brings anything new. Two at once: one of them enters it."""
    same = sa.select(DutyShift).where(
        DutyShift.place_id == line.place_id,
        DutyShift.member_id == line.member_id,
        DutyShift.weekdays == line.weekdays,
        DutyShift.days == line.days,
        DutyShift.starts == line.starts,
        DutyShift.ends == line.ends,
        DutyShift.pattern == line.pattern,
    )
    for other in await session.scalars(same):
        if other.first_day <= line.first_day and _no_later(line.last_day, other.last_day):
            return False
        if other.first_day == line.first_day:
            other.last_day = line.last_day
            await session.flush()
            return True
    row = {name: getattr(line, name) for name in COLUMNS}
    return bool(await insert_once(session, DutyShift, [row], key=("id",)))


def _no_later(last: date | None, other: date | None) -> bool:
    return other is None or (last is not None and last <= other)


async def tell_once(
    session: AsyncSession, begun: Collection[tuple[PlaceId, MemberId, datetime]], forgotten: datetime
) -> set[tuple[PlaceId, MemberId, datetime]]:
    """Note that these turns are told to begin; those of them that nobody told before.

    Two clocks at once: one of them tells. What began before `forgotten` is dropped.
    """
    if not begun:
        return set()
    told = await session.execute(
        sa.select(ToldTurn.place_id, ToldTurn.member_id, ToldTurn.begins).where(
            ToldTurn.begins.in_({begins for _, _, begins in begun})
        )
    )
    new = set(begun) - {(place, member, begins) for place, member, begins in told}
    if not new:
        return set()
    await session.execute(sa.delete(ToldTurn).where(ToldTurn.begins < forgotten))
    rows = [dict(place_id=place, member_id=member, begins=begins) for place, member, begins in sorted(new)]
    inserted = await insert_once(session, ToldTurn, rows, key=("place_id", "member_id", "begins"))
    return {(place, member, begins) for place, member, begins in inserted}


async def clear(session: AsyncSession, place: PlaceId, member: MemberId | None = None) -> int:
    """Take the roster of a place back, or one member's lines of it; how many lines there were."""
    lines = sa.delete(DutyShift).where(DutyShift.place_id == place)
    if member is not None:
        lines = lines.where(DutyShift.member_id == member)
    return len((await session.execute(lines.returning(DutyShift.id))).all())


async def rostered(session: AsyncSession) -> Sequence[Person]:
    """Everybody who is on some roster."""
    query = sa.select(Member.id, Member.name).where(Member.gone_at.is_(None))
    here = Member.id.in_(sa.select(DutyShift.member_id))
    return [Person(*row) for row in await session.execute(query.where(here).order_by(Member.id))]
