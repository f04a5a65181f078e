"""What {楼栋}, {值班人} and {电话} are at each place: found for all places of a notice together."""

from collections.abc import Collection, Mapping, Sequence

from handlers.duty.rota import on_duty_at
from handlers.moment import Moment
from handlers.phrases.places import short_name
from handlers.rules.templates import BUILDING, OF_PLACES, ON_DUTY, PHONE
from storage import audiences, places
from storage.members import Person
from storage.places import Place
from storage.types import PlaceId

#: By place: what each variable is there. One that is missing is not known.
Values = Mapping[PlaceId, Mapping[str, str]]


async def values_at(moment: Moment, wanted: Collection[str], at: Collection[PlaceId]) -> Values:
    """What is known of `wanted` at these places; a handful of statements however many places there are."""
    if not set(wanted).intersection(OF_PLACES):
        return {place: {} for place in at}
    known = await places.by_ids(moment.session, at)
    lines = {place: _line(known[place]) for place in at}
    found = {place: {BUILDING: short_name(known[place])} for place in at}
    if ON_DUTY in wanted or PHONE in wanted:
        await _add_people(moment, found, lines)
    return found


def _line(place: Place) -> Sequence[PlaceId]:
    """The place and what is above it, nearest first, and its grid before its community."""
    grid = [place.grid_id] if place.grid_id is not None else []
    return [*place.above_ids[:2], *grid, *place.above_ids[2:]]


async def _add_people(
    moment: Moment, found: Mapping[PlaceId, dict[str, str]], lines: Mapping[PlaceId, Sequence[PlaceId]]
) -> None:
    """Enter who is on duty at each place, or else at the nearest one above where somebody is, and his number."""
    on_duty = await on_duty_at(moment, {place for line in lines.values() for place in line})
    answering = {place: _nearest(on_duty, line) for place, line in lines.items()}
    everybody = {person.id for people in answering.values() for person in people}
    phones = await audiences.phones_of(moment.session, everybody)
    for place, people in answering.items():
        if people:
            found[place][ON_DUTY] = "、".join(person.name for person in people)
        if numbers := [phones[person.id] for person in people if person.id in phones]:
            found[place][PHONE] = "、".join(numbers)


def _nearest(on_duty: Mapping[PlaceId, Sequence[Person]], line: Sequence[PlaceId]) -> Sequence[Person]:
    return next((on_duty[place] for place in line if on_duty.get(place)), ())
