"""Lines of the roster as they are stored, and as the rules take them."""

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import Any, Final

from handlers.clocks.openings import own_kinds
from handlers.moment import Moment
from handlers.rules.duty import NO_OWN_DAYS, OwnDays, Span
from handlers.rules.rotations import Rotation
from storage import members, places
from storage.duty import DutyShift
from storage.hours import Hours
from storage.types import MemberId, PlaceId, Role

_ALWAYS: Final = date(2000, 1, 1)


def span_of(shift: Any, own_days: OwnDays = NO_OWN_DAYS) -> Span:
    """The turns that a line of the roster, a `DutyShift` or as much of one, stands for."""
    weekdays, rotation = _days(shift.weekdays), None
    if getattr(shift, "cadence", None) is not None:
        rotation = Rotation(shift.cadence, shift.since, shift.seats, shift.every, shift.first_seat)
    return Span(
        shift.member_id,
        shift.first_day,
        shift.last_day,
        weekdays,
        shift.starts,
        shift.ends,
        shift.days,
        own_days,
        rotation,
        shift.seat if rotation else 0,
    )


@cache
def _days(weekdays: str) -> frozenset[int]:
    return frozenset(map(int, weekdays))


def line_of(place: PlaceId, member: MemberId, span: Span, pattern: str = "") -> DutyShift:
    """The turns as a line of the roster, not yet in any session."""
    return DutyShift(
        place_id=place,
        member_id=member,
        first_day=span.first_day,
        last_day=span.last_day,
        weekdays="".join(map(str, sorted(span.weekdays))),
        days=span.days,
        starts=span.starts,
        ends=span.ends,
        pattern=pattern,
        seat=span.seat,
    )


def free_span(given: Hours, own_days: OwnDays = NO_OWN_DAYS) -> Span:
    """The hours that somebody gave, as turns of nobody in particular."""
    weekdays = _days(given.weekdays)
    return Span(MemberId(0), _ALWAYS, None, weekdays, given.starts, given.ends, given.days, own_days)


async def own_days_of_each(moment: Moment, people: Collection[MemberId], since: date) -> dict[MemberId, OwnDays]:
    """What the places at which these people serve say of days from `since` on: to each the nearest of his first office."""
    found: dict[MemberId, OwnDays] = {}
    known: dict[str, OwnDays] = {}
    for member, grants in (await members.grants_of(moment.session, people)).items():
        path = next((grant.path for grant in grants if grant.role is not Role.RESIDENT), "")
        if path not in known:
            near = [PlaceId(int(part)) for part in reversed(path.strip("/").split("/")) if part]
            known[path] = frozenset((await own_kinds(moment, near, since)).items()) if near else NO_OWN_DAYS
        found[member] = known[path]
    return found


async def own_days_of(moment: Moment, place: PlaceId, since: date) -> OwnDays:
    """What the place and those above it say of days from `since` on."""
    line = await places.above(moment.session, await places.by_id(moment.session, place))
    return frozenset((await own_kinds(moment, [above.id for above in line], since)).items())
