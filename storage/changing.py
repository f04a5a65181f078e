"""Where the rota changes: the places that are worth a look, without a look at all the others."""

from datetime import datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.duty import DutyShift
from storage.overrides import DutyOverride
from storage.prepared import Prepared
from storage.rotations import DutyRotation
from storage.turns import Cadence
from storage.types import PlaceId

_SINCE: Final[Any] = sa.bindparam("since")
_UNTIL: Final[Any] = sa.bindparam("until")
_EDGE: Final = sa.or_(
    sa.and_(DutyOverride.starts > _SINCE, DutyOverride.starts <= _UNTIL),
    sa.and_(DutyOverride.ends > _SINCE, DutyOverride.ends <= _UNTIL),
)


def _places() -> sa.CompoundSelect[Any]:
    begins = (DutyShift.starts.between(sa.bindparam(f"from{one}"), sa.bindparam(f"to{one}")) for one in (1, 2))
    hourly = sa.and_(
        DutyRotation.place_id == DutyShift.place_id,
        DutyRotation.pattern == DutyShift.pattern,
        DutyRotation.cadence == Cadence.HOUR,
    )
    by_clock = sa.select(DutyShift.place_id).where(sa.or_(*begins, sa.exists().where(hourly)))
    by_change = sa.select(DutyOverride.place_id).where(_EDGE, DutyOverride.place_id.is_not(None))
    everywhere = _EDGE, DutyOverride.place_id.is_(None)
    back = sa.select(DutyShift.place_id).join(DutyOverride, DutyOverride.goes_id == DutyShift.member_id)
    taken = sa.select(DutyOverride.place_id).where(
        DutyOverride.place_id.is_not(None),
        DutyOverride.ends > _SINCE,
        DutyOverride.comes_id.in_(sa.select(DutyOverride.goes_id).where(*everywhere)),
    )
    return sa.union(by_clock, by_change, back.where(*everywhere), taken)


_PLACES: Final = Prepared(_places())


async def places_between(session: AsyncSession, since: datetime, until: datetime, zone: ZoneInfo) -> set[PlaceId]:
    """Where a turn may have begun later than `since` and by `until`: by the clock of a line, or by a change of the roster.

    Whoever was on leave or is gone from a swap may be on again at its end, wherever he is on a roster.
    """
    one, other = _hours(since, until, zone)
    given = {"since": since, "until": until, "from1": one[0], "to1": one[1], "from2": other[0], "to2": other[1]}
    return {row.place_id for row in await _PLACES.all(session, given)}


def _hours(since: datetime, until: datetime, zone: ZoneInfo) -> tuple[tuple[time, time], tuple[time, time]]:
    """The times of day from one to the other, an hour wider than they are for days on which the clock is changed.

    Two spans where midnight lies in between; else the same one twice.
    """
    first, last = since.astimezone(zone) - timedelta(hours=1), until.astimezone(zone) + timedelta(hours=1)
    if first.date() == last.date():
        return (first.time(), last.time()), (first.time(), last.time())
    return (first.time(), time.max), (time.min, last.time())
