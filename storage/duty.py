"""Who is on duty for which place, and when."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage import places, tickets
from storage.base import Base, insert_once
from storage.members import Member, Person
from storage.places import Place
from storage.prepared import Prepared
from storage.tickets import Ticket
from storage.types import MemberId, PlaceId


class DutyShift(Base, kw_only=True):
    """A line of the roster, in the community's own time. `ends` before or at `starts` is on the next day."""

    __tablename__ = "duty_shift"
    __table_args__ = (
        sa.UniqueConstraint(
            "place_id", "member_id", "first_day", "weekdays", "starts", "ends", name="uq_duty_shift_line"
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True, init=False, autoincrement=True)
    place_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), index=True)
    member_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), index=True)
    first_day: Mapped[date]
    last_day: Mapped[date | None] = mapped_column(default=None)  #: included; None is until further notice
    weekdays: Mapped[str] = mapped_column(sa.String(7), default="1234567")  #: 1 is Monday
    starts: Mapped[time] = mapped_column(default=time(0))
    ends: Mapped[time] = mapped_column(default=time(0))
    told_at: Mapped[datetime | None] = mapped_column(default=None)  #: the beginning of the last turn that was told


async def shifts_at(session: AsyncSession, places: Collection[PlaceId]) -> Sequence[tuple[DutyShift, Member]]:
    """The roster of `places` themselves with the people on it, in order of entry."""
    query = (
        sa.select(DutyShift, Member)
        .join(Member, Member.id == DutyShift.member_id)
        .where(DutyShift.place_id.in_(places), Member.gone_at.is_(None))
        .order_by(DutyShift.id)
    )
    return [(shift, member) for shift, member in await session.execute(query)]


_LINES: Final = (
    sa.select(
        DutyShift.place_id,
        DutyShift.member_id,
        Member.name,
        DutyShift.first_day,
        DutyShift.last_day,
        DutyShift.weekdays,
        DutyShift.starts,
        DutyShift.ends,
    )
    .join(Member, Member.id == DutyShift.member_id)
    .where(DutyShift.first_day <= sa.bindparam("day"), Member.gone_at.is_(None))
    .where(sa.or_(DutyShift.last_day.is_(None), DutyShift.last_day >= sa.bindparam("eve")))
    .order_by(DutyShift.id)
)
_IN_FORCE: Final = Prepared(_LINES)
_IN_FORCE_AT: Final = Prepared(_LINES.where(DutyShift.place_id.in_(sa.bindparam("places", expanding=True))))


async def in_force(session: AsyncSession, day: date, places: Collection[PlaceId] | None = None) -> Sequence[Any]:
    """The lines that may bring somebody on duty on `day`, its small hours included: who, what he is called, when, where."""
    given: dict[str, Any] = {"day": day, "eve": day - timedelta(days=1)}
    if places is None:
        return await _IN_FORCE.all(session, given)
    return await _IN_FORCE_AT.all(session, {**given, "places": list(places)})


async def enter(session: AsyncSession, line: DutyShift) -> bool:
    """Enter a line that is not in the session; whether it brings anything new. Two at once: one of them enters it."""
    same = sa.select(DutyShift).where(
        DutyShift.place_id == line.place_id,
        DutyShift.member_id == line.member_id,
        DutyShift.weekdays == line.weekdays,
        DutyShift.starts == line.starts,
        DutyShift.ends == line.ends,
    )
    for other in await session.scalars(same):
        if other.first_day <= line.first_day and _no_later(line.last_day, other.last_day):
            return False
        if other.first_day == line.first_day:
            other.last_day = line.last_day
            await session.flush()
            return True
    columns = ("place_id", "member_id", "first_day", "last_day", "weekdays", "starts", "ends")
    row = {name: getattr(line, name) for name in columns}
    return bool(await insert_once(session, DutyShift, [row], key=("id",)))


def _no_later(last: date | None, other: date | None) -> bool:
    return other is None or (last is not None and last <= other)


async def tell_once(session: AsyncSession, place: PlaceId, member: MemberId, begins: datetime) -> bool:
    """Note that the turn was told to begin; whether nobody told it before. Two clocks at once: one of them tells."""
    untold = (
        sa.update(DutyShift)
        .where(DutyShift.place_id == place, DutyShift.member_id == member)
        .where(sa.or_(DutyShift.told_at.is_(None), DutyShift.told_at < begins))
        .values(told_at=begins)
    )
    return bool((await session.execute(untold.returning(DutyShift.id))).all())


async def waiting_at(session: AsyncSession, place: Place) -> int:
    """How many tickets at `place` or below nobody has accepted yet."""
    query = sa.select(sa.func.count()).select_from(Ticket).join(Place, Place.id == Ticket.place_id)
    below = await places.within(session, [place])
    return (await session.scalar(query.where(below, Ticket.status.in_(tickets.UNACCEPTED)))) or 0


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
