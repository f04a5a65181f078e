"""The roster as the rules see it: who is on duty for a place just now, since when and until when."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from handlers.moment import Moment
from handlers.rules.duty import DAY, Span, on_duty
from storage import duty
from storage.members import Person
from storage.types import MemberId, PlaceId

LONG: Final = 7 * DAY  #: a turn that goes on for longer neither begins nor ends for anybody who asks
_JUST_BEFORE: Final = timedelta(microseconds=1)


def span_of(shift: Any) -> Span:
    """The turns that a line of the roster, a `DutyShift` or as much of one, stands for."""
    weekdays = frozenset(map(int, shift.weekdays))
    return Span(shift.member_id, shift.first_day, shift.last_day, weekdays, shift.starts, shift.ends)


async def on_duty_at(moment: Moment, places: Collection[PlaceId]) -> dict[PlaceId, tuple[Person, ...]]:
    """Who is on duty now for each of `places` itself that has a roster, not for one above it; one statement.

    A place is missing that has no line in force today; one with a roster but a gap in it just now has nobody.
    """
    here = moment.now.astimezone(moment.house.zone)
    lines = await duty.in_force(moment.session, here.date(), places)
    people = {line.member_id: Person(line.member_id, line.name) for line in lines}
    spans: dict[PlaceId, list[Span]] = {}
    for line in lines:
        span = span_of(line)
        if span.covers(here) or span.last_day is None or here.date() <= span.last_day:
            spans.setdefault(line.place_id, []).append(span)
    return {place: tuple(people[i] for i in on_duty(rota, (), here)) for place, rota in spans.items()}


async def spans_in_force(
    moment: Moment, places: Collection[PlaceId] | None = None
) -> dict[tuple[PlaceId, MemberId], list[Span]]:
    """The lines of today, the small hours included, of each member at each place; one statement."""
    found: dict[tuple[PlaceId, MemberId], list[Span]] = {}
    today = moment.now.astimezone(moment.house.zone).date()
    for line in await duty.in_force(moment.session, today, places):
        found.setdefault((line.place_id, line.member_id), []).append(span_of(line))
    return found


def since(spans: Sequence[Span], here: datetime) -> datetime | None:
    """When the member whose spans they are came on duty, turns back to back being one; `here` is local.

    None where he is not on duty, or has been for too long to be told.
    """
    start, began = None, _turns(spans, here)
    while began:
        start = min(turn for turn, _ in began)
        if here - start > LONG:
            return None
        began = _turns(spans, start - _JUST_BEFORE)
    return start


def until(spans: Sequence[Span], here: datetime) -> datetime | None:
    """When the member goes off duty, turns back to back being one; None where that is a long way off."""
    end = here
    while end - here < LONG:
        turns = _turns(spans, end)
        if not turns:
            return end
        end = max(turn for _, turn in turns)
    return None


def _turns(spans: Iterable[Span], here: datetime) -> list[tuple[datetime, datetime]]:
    """The turns that `here` falls into, from when to when."""
    found = []
    for span in (span for span in spans if span.covers(here)):
        overnight = span.ends <= span.starts
        first = here.date() - DAY if overnight and here.time() < span.starts else here.date()
        starts = datetime.combine(first, span.starts, tzinfo=here.tzinfo)
        ends = datetime.combine(first + DAY * overnight, span.ends, tzinfo=here.tzinfo)
        found.append((starts, ends))
    return found
