"""The working time of a place, as the rules take it: the nearest place above that says what its hours are."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Final

from handlers.moment import Moment
from handlers.rules.calendar import Hours
from handlers.rules.holidays import DayKind
from handlers.rules.intervals import Interval
from storage import calendars
from storage.calendars import OwnDay
from storage.types import PlaceId

#: Where nobody has said anything else.
USUAL: Final[Mapping[int, tuple[Interval, ...]]] = MappingProxyType(
    dict.fromkeys(range(1, 6), ((9 * 60, 12 * 60), (14 * 60, 18 * 60)))
)
BEHIND: Final = timedelta(days=40)  #: how long a day that has gone by still counts for what began before it


async def hours_of(moment: Moment, near: Sequence[PlaceId]) -> Hours:
    """The hours of the place whose line upwards is `near`."""
    week = await week_of(moment, near)
    usual = next((week[day] for day in range(1, 8) if week.get(day)), ())
    since = moment.now.astimezone(moment.house.zone).date() - BEHIND
    rows = await calendars.days(moment.session, near, since)
    own = {row.day: _spans_of(row, usual) for row in _nearest_last(rows, near)}
    return Hours(moment.house.zone, week, own)


async def week_of(moment: Moment, near: Sequence[PlaceId]) -> Mapping[int, tuple[Interval, ...]]:
    """The week of the nearest place that has one."""
    weeks = await calendars.weeks(moment.session, near)
    said = next((weeks[place].week for place in near if place in weeks), None)
    return USUAL if said is None else {int(day): spans(kept) for day, kept in said.items()}


async def own_kinds(moment: Moment, near: Sequence[PlaceId], since: date) -> dict[date, DayKind]:
    """What the place says of days from `since` on, as `holidays.day_kind` takes it."""
    rows = await calendars.days(moment.session, near, since)
    return {row.day: DayKind.WORKDAY if row.worked else DayKind.DAY_OFF for row in _nearest_last(rows, near)}


def spans(kept: Iterable[Sequence[int]]) -> tuple[Interval, ...]:
    """The intervals as they are stored."""
    return tuple((first, last) for first, last in kept)


def _nearest_last(rows: Collection[OwnDay], near: Sequence[PlaceId]) -> list[OwnDay]:
    return sorted(rows, key=lambda row: -near.index(row.place_id))


def _spans_of(row: OwnDay, usual: tuple[Interval, ...]) -> tuple[Interval, ...]:
    said: Mapping[str, Any] = row.spans or {}
    return (spans(said["on"]) if said else usual) if row.worked else ()
