"""Who helps out next door: those on duty for the other buildings of the same grid."""

from dataclasses import replace

from handlers.dispatch.choosing import Step
from handlers.duty.rota import on_duty_at
from handlers.moment import Moment
from storage import places
from storage.places import Place
from storage.tickets import Ticket
from storage.types import PlaceKind


async def with_neighbours(moment: Moment, ticket: Ticket, place: Place, step: Step) -> Step:
    """The step with those who are on duty next door, where a few are asked about what anybody may know of."""
    building = next((p for p in await places.above(moment.session, place) if p.kind is PlaceKind.BUILDING), None)
    if not moment.house.neighbours or step.at_once in (None, 1) or ticket.private or building is None:
        return step
    if building.id != step.place or building.grid_id is None:
        return step
    others = [p for p in await places.of_grid(moment.session, building.grid_id) if p != building.id]
    there = await on_duty_at(moment, others) if others else {}
    own = {person.id for person in step.people}
    far = {person.id: person for people in there.values() for person in people if person.id not in own}
    return replace(step, people=(*step.people, *far.values()), far=frozenset(far))


def without_neighbours(step: Step) -> Step:
    """The step with those of the building alone."""
    return replace(step, people=tuple(p for p in step.people if p.id not in step.far), far=frozenset())
