"""When a place works: its hours of the week, and the particular days on which it is otherwise."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once, table_of
from storage.entities import made
from storage.places import Place
from storage.prepared import Prepared
from storage.seldom import Seldom
from storage.types import PlaceId, PlaceKind, TicketId

Spans = list[list[int]]  #: minutes since midnight, from and to


class WorkWeek(Base, kw_only=True):
    """The hours of a place and of everything below it that has none of its own."""

    __tablename__ = "work_week"

    place_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), primary_key=True)
    week: Mapped[dict[str, Any]]  #: by weekday, "1" is Monday: `Spans`


class OwnDay(Base, kw_only=True):
    """A day on which the place is off, or works although it would not; where it says nothing else, the usual hours."""

    __tablename__ = "own_day"

    place_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    worked: Mapped[bool]
    spans: Mapped[dict[str, Any] | None] = mapped_column(default=None)  #: {"on": `Spans`}


class Recount(Base, kw_only=True):
    """A place whose working time has changed: what runs below it is counted anew, in order of its tickets' ids."""

    __tablename__ = "recount"

    place_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), primary_key=True)
    at: Mapped[datetime]
    last_id: Mapped[TicketId] = mapped_column(default=TicketId(0))  #: up to this ticket it is done
    moved: Mapped[int] = mapped_column(default=0)  #: how many of them are now due at another time


class Reckoned(Base, kw_only=True):
    """By what the clocks below a community were wound last: the time zone and the quiet hours."""

    __tablename__ = "reckoned"

    place_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), primary_key=True)
    by: Mapped[str] = mapped_column(sa.String(100))


async def weeks(session: AsyncSession, places: Collection[PlaceId]) -> dict[PlaceId, WorkWeek]:
    """The hours that `places` themselves have."""
    found = await session.scalars(sa.select(WorkWeek).where(WorkWeek.place_id.in_(places)))
    return {row.place_id: row for row in found}


_OWN: Final = table_of(OwnDay).c
_DAYS: Final = Prepared(
    sa.select(*_OWN)
    .where(
        _OWN.place_id.in_(sa.bindparam("places", expanding=True)),
        _OWN.day >= sa.bindparam("since", type_=_OWN.day.type),
    )
    .order_by(_OWN.day)
)


async def days(session: AsyncSession, places: Collection[PlaceId], since: date) -> Sequence[OwnDay]:
    """The days of `places` themselves from `since` on, in order, to be looked at only."""
    return [made(OwnDay, row._asdict()) for row in await _DAYS.all(session, {"places": list(places), "since": since})]


async def set_week(session: AsyncSession, place: PlaceId, week: dict[str, Spans] | None) -> None:
    """Give the place these hours, or none of its own."""
    found = await session.get(WorkWeek, place)
    if week is None and found is not None:
        await session.delete(found)
    elif found is not None:
        found.week = dict(week or {})
    elif week is not None:
        session.add(WorkWeek(place_id=place, week=dict(week)))
    await session.flush()


async def set_day(
    session: AsyncSession, place: PlaceId, day: date, *, worked: bool, spans: Spans | None = None
) -> None:
    """Say what the day is; what was said of it before is forgotten."""
    row = await session.get(OwnDay, (place, day))
    if row is None:
        row = OwnDay(place_id=place, day=day, worked=worked)
        session.add(row)
    row.worked, row.spans = worked, {"on": spans} if spans else None
    await session.flush()


async def own_day(session: AsyncSession, place: PlaceId, day: date) -> OwnDay | None:
    """What the place says of that day itself."""
    return await session.get(OwnDay, (place, day))


async def forget_day(session: AsyncSession, place: PlaceId, day: date) -> bool:
    """Let the day be what it is by itself; whether anything had been said of it."""
    gone = sa.delete(OwnDay).where(OwnDay.place_id == place, OwnDay.day == day)
    return bool((await session.execute(gone.returning(OwnDay.day))).all())


async def recount(session: AsyncSession, place: PlaceId, now: datetime) -> None:
    """Let everything that runs below the place be counted anew, from the first ticket on."""
    found = await session.get(Recount, place)
    if found is None:
        session.add(Recount(place_id=place, at=now))
    else:
        found.at, found.last_id, found.moved = now, TicketId(0), 0
    await session.flush()


_TO_RECOUNT: Final = Seldom(sa.select(Recount).order_by(Recount.at, Recount.place_id).limit(1), lock=Recount)
_SAME: Final = sa.exists().where(Reckoned.place_id == Place.id, Reckoned.by == sa.bindparam("by"))
_OTHERWISE: Final = Seldom(sa.select(Place.id).where(Place.kind == PlaceKind.COMMUNITY, ~_SAME).order_by(Place.path))


async def to_recount(session: AsyncSession) -> Recount | None:
    """The place whose turn it is; no other clock takes it."""
    return next(iter(await _TO_RECOUNT.all(session)), None)


async def reckoned_otherwise(session: AsyncSession, by: str) -> Sequence[PlaceId]:
    """The communities whose clocks were wound by something else before; all are wound by this from now on.

    Two at once: one of them finds it.
    """
    communities = await _OTHERWISE.all(session, {"by": by})
    if not communities:
        return ()
    known = {row.place_id for row in await session.scalars(sa.select(Reckoned))}
    new = [dict(place_id=place, by=by) for place in communities if place not in known]
    if new:
        await insert_once(session, Reckoned, new, key=("place_id",))
    other = sa.update(Reckoned).where(Reckoned.by != by, Reckoned.place_id.in_(communities)).values(by=by)
    return (await session.scalars(other.returning(Reckoned.place_id))).all()
