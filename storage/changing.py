"""Where the rota changes: the places that are worth a look, without a look at all the others."""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.duty import DutyShift
from storage.overrides import DutyOverride
from storage.rotations import DutyRotation
from storage.turns import Cadence
from storage.types import PlaceId


async def places_between(session: AsyncSession, since: datetime, until: datetime, zone: ZoneInfo) -> set[PlaceId]:
    """Where a turn may have begun later than `since` and by `until`: by the clock of a line, or by a change of the roster.

    Whoever was on leave or is gone from a swap may be on again at its end, wherever he is on a roster.
    """
    begins = sa.or_(*(DutyShift.starts.between(*hours) for hours in _hours(since, until, zone)))
    hourly = sa.and_(
        DutyRotation.place_id == DutyShift.place_id,
        DutyRotation.pattern == DutyShift.pattern,
        DutyRotation.cadence == Cadence.HOUR,
    )
    by_clock = sa.select(DutyShift.place_id).where(sa.or_(begins, sa.exists().where(hourly)))
    edge = sa.or_(
        sa.and_(DutyOverride.starts > since, DutyOverride.starts <= until),
        sa.and_(DutyOverride.ends > since, DutyOverride.ends <= until),
    )
    by_change = sa.select(DutyOverride.place_id).where(edge, DutyOverride.place_id.is_not(None))
    back = sa.select(DutyShift.place_id).join(DutyOverride, DutyOverride.goes_id == DutyShift.member_id)
    taken = sa.select(DutyOverride.place_id).where(
        DutyOverride.place_id.is_not(None),
        DutyOverride.ends > since,
        DutyOverride.comes_id.in_(sa.select(DutyOverride.goes_id).where(edge, DutyOverride.place_id.is_(None))),
    )
    away = back.where(edge, DutyOverride.place_id.is_(None))
    return {place for place in await session.scalars(sa.union(by_clock, by_change, away, taken)) if place is not None}


def _hours(since: datetime, until: datetime, zone: ZoneInfo) -> Iterator[tuple[time, time]]:
    """The times of day from one to the other, an hour wider than they are for days on which the clock is changed."""
    first, last = since.astimezone(zone) - timedelta(hours=1), until.astimezone(zone) + timedelta(hours=1)
    if first.date() == last.date():
        yield first.time(), last.time()
    else:
        yield first.time(), time.max
        yield time.min, last.time()
