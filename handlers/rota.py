"""The roster as the rules see it: who is on duty for a place just now."""

from collections.abc import Collection

from handlers.context import Moment
from handlers.rules.duty import Span, on_duty
from storage import duty
from storage.duty import DutyShift
from storage.members import Member
from storage.types import PlaceId


def span_of(shift: DutyShift) -> Span:
    """The turns that a line of the roster stands for."""
    weekdays = frozenset(map(int, shift.weekdays))
    return Span(shift.member_id, shift.first_day, shift.last_day, weekdays, shift.starts, shift.ends)


async def on_duty_at(moment: Moment, places: Collection[PlaceId]) -> dict[PlaceId, tuple[Member, ...]]:
    """Who is on duty now for each of `places` itself that has a roster, not for one above it; one statement.

    A place is missing that has no line in force today; one with a roster but a gap in it just now has nobody.
    """
    here = moment.now.astimezone(moment.house.zone)
    lines = await duty.in_force(moment.session, here.date(), places)
    people = {member.id: member for _, member in lines}
    spans: dict[PlaceId, list[Span]] = {}
    for shift, _ in lines:
        span = span_of(shift)
        if span.covers(here) or span.last_day is None or here.date() <= span.last_day:
            spans.setdefault(shift.place_id, []).append(span)
    return {place: tuple(people[i] for i in on_duty(rota, (), here)) for place, rota in spans.items()}
