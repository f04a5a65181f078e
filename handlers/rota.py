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
    """Who is on duty now for each of `places` itself, not for one above it; one statement.

    Every one of `places` is in the answer; nobody on duty is an empty tuple.
    """
    here = moment.now.astimezone(moment.house.zone)
    lines = await duty.shifts_at(moment.session, places)
    people = {member.id: member for _, member in lines}
    spans: dict[PlaceId, list[Span]] = {place: [] for place in places}
    for shift, _ in lines:
        spans[shift.place_id].append(span_of(shift))
    return {place: tuple(people[i] for i in on_duty(rota, (), here)) for place, rota in spans.items()}
