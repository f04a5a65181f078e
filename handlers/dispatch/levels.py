"""Whom a ticket is called out to: those on duty for the nearest place above it, and further up from there."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Final

from handlers.clocks.winding import forget, plan_for, plan_of, wind
from handlers.dispatch.calling import Called, call_up, call_words, remind
from handlers.dispatch.choosing import Step
from handlers.dispatch.doors import call_holders
from handlers.dispatch.neighbours import with_neighbours
from handlers.duty.rota import on_duty_at
from handlers.messages import Mention
from handlers.moment import Moment
from handlers.parties.jointly import enter_three, first_step, hint
from handlers.tickets.lifecycle import advance, possible
from storage import identities, members, places, policies
from storage.chats import Address
from storage.members import Person
from storage.places import Place
from storage.steps import Mode, StepKind
from storage.tickets import Ticket
from storage.types import MemberId, PlaceId, PlaceKind, Role, TicketAction, Urgency

#: Who is asked at a kind of place that has no roster at all.
OFFICE: Final = {
    PlaceKind.BUILDING: (Role.STEWARD, Role.BUILDING_HEAD),
    PlaceKind.GRID: (Role.GRID_WORKER,),
    PlaceKind.COMMUNITY: (Role.ADMIN,),
    PlaceKind.STREET: (Role.SUPERVISOR,),
}


@dataclass(frozen=True, slots=True)
class Rung:
    """A step of the ladder: a place and who answers for it now."""

    place: Place
    people: tuple[Person, ...]


async def kinds_at(moment: Moment, near: Sequence[PlaceId]) -> tuple[PlaceKind, ...]:
    """The steps that matters of a place go up from now on; `near` is the line from it upwards."""
    said = policies.nearest_ladder(await policies.at(moment.session, near), near)
    return said.kinds if said is not None else moment.house.escalation.ladder


async def ladder(moment: Moment, place: Place, steps: Collection[PlaceKind] | None = None) -> list[Rung]:
    """Who answers for `place` now, nearest first; places for which nobody does are left out.

    A place without any roster is answered for by those who hold its office; one with a roster only by the roster.

    Args:
        steps: The kinds of places that are asked, as a ticket has them with it; None: as they are said there now.
    """
    line = await places.above(moment.session, place)
    steps = steps if steps is not None else await kinds_at(moment, [p.id for p in line])
    rota = await on_duty_at(moment, [p.id for p in line])
    holders = await members.holders(moment.session, [p.id for p in line if p.id not in rota])
    kinds = {*steps, PlaceKind.UNIT, PlaceKind.COMPOUND}
    rungs = []
    for step in (p for p in line if p.kind in kinds):
        office = (holders.get((step.id, role), ()) for role in OFFICE.get(step.kind, ()))
        people = rota[step.id] if step.id in rota else tuple(dict.fromkeys(m for group in office for m in group))
        if people:
            rungs.append(Rung(step, people))
    return rungs


def at_level(rungs: Sequence[Rung], level: int, *, everybody: bool) -> tuple[Person, ...]:
    """Whom step `level` calls; an emergency calls everybody on the way up at once."""
    if not rungs:
        return ()
    chosen = rungs if everybody else rungs[min(level, len(rungs) - 1) :][:1]
    found = {member.id: member for rung in chosen for member in rung.people}
    return tuple(found.values())


async def call_out(
    moment: Moment, ticket: Ticket, level: int = 0, *, again: bool = False, but: Collection[MemberId] = ()
) -> Called:
    """Call whoever has to answer for the ticket at `level`, or, where nobody there can be asked, further up.

    Those who can be written to alone are told at once (or in the morning, where the matter can wait); the others are
    returned, to be called in the group; where the matter may not be spoken of there, nobody is.

    Args:
        again: Whoever is called knows of it already and is reminded.
        but: They know of it already and are not.
    """
    is_new = possible(ticket, TicketAction.DISPATCH)
    if is_new:
        ticket.plan = (await plan_for(moment, ticket)).kept()
    called = await _called(moment, ticket, level, again=again, but=but)
    if is_new:
        advance(moment, ticket, TicketAction.DISPATCH)
        if plan_of(moment, ticket).modes[ticket.urgency] is Mode.PARTIES:
            await enter_three(moment, ticket, but)
    return note_called(moment, ticket, called)


def note_called(moment: Moment, ticket: Ticket, called: Called) -> Called:
    """Let the ticket know who is asked, and at which step; its clocks go on from there.

    Where steps were passed over it stands further up, but never at the last one: that is a step of its own.
    """
    ticket.called_at, ticket.asking_id = moment.now, called.asked.id if called.asked is not None else None
    ticket.asked = (
        ticket.asked + 1 if called.asked is not None and called.level == ticket.level else int(called.anybody)
    )
    if called.anybody and ticket.urgency is not Urgency.EMERGENCY:
        ticket.level = max(ticket.level, min(called.level, plan_of(moment, ticket).top - 1))
        forget(ticket, StepKind.ASK_NEXT, StepKind.REPEAT)
    wind(moment, ticket)
    return called


async def _called(moment: Moment, ticket: Ticket, level: int, *, again: bool, but: Collection[MemberId]) -> Called:
    found_by = plan_of(moment, ticket).modes[ticket.urgency]
    if found_by is Mode.POOL and level == 0 and not again:
        return Called(pooled=True)
    words = await call_words(moment, ticket, level, again=again)
    if found_by is Mode.OUTSIDE and level == 0 and not again:
        words += await hint(moment, ticket)
    if again and ticket.asking_id is not None:
        return await remind(moment, ticket, words)
    steps = await _steps(moment, ticket, level, found_by)
    called = await call_up(moment, ticket, steps, words, but=but, anew=again)
    await call_holders(moment, ticket, [person.id for person in (*called.told, *called.in_front)])
    return called


async def _steps(moment: Moment, ticket: Ticket, level: int, found_by: Mode) -> list[Step]:
    """The steps from `level` up; in an emergency they are one, for everybody is called at once."""
    place = await places.by_id(moment.session, ticket.place_id)
    rungs = await ladder(moment, place, plan_of(moment, ticket).ladder)
    if ticket.urgency is Urgency.EMERGENCY:
        return [Step(level, rungs[0].place.id if rungs else None, at_level(rungs, level, everybody=True))]
    first, at_once = min(level, len(rungs) - 1), plan_of(moment, ticket).at_once(ticket.urgency)
    steps = [Step(at, rung.place.id, rung.people, at_once) for at, rung in enumerate(rungs) if at >= first]
    if level > 0:
        return steps
    steps[:1] = [await with_neighbours(moment, ticket, place, step) for step in steps[:1]]
    if found_by is not Mode.PROPERTY:
        return [*await first_step(moment, place, found_by), *steps]
    company = await property_of(moment, place)
    if company is None:
        return [replace(step, instead=True) for step in steps]
    return [Step(0, company.place.id, company.people, company=True), *steps]


async def property_of(moment: Moment, place: Place) -> Rung | None:
    """The property company that looks after a place: the nearest one above it."""
    line = await places.above(moment.session, place)
    holders = await members.holders(moment.session, [p.id for p in line])
    people = ((above, holders.get((above.id, Role.PROPERTY), ())) for above in line)
    return next((Rung(above, found) for above, found in people if found), None)


async def step_now(moment: Moment, ticket: Ticket) -> Step | None:
    """The step at which the ticket stands, where one after another is asked there."""
    place = await places.by_id(moment.session, ticket.place_id)
    rungs = await ladder(moment, place, plan_of(moment, ticket).ladder)
    if not rungs:
        return None
    rung, at_once = rungs[min(ticket.level, len(rungs) - 1)], plan_of(moment, ticket).at_once(ticket.urgency)
    step = Step(ticket.level, rung.place.id, rung.people, at_once or 1)
    return await with_neighbours(moment, ticket, place, step) if ticket.level == 0 else step


async def mentioned(moment: Moment, group: Address, people: Sequence[Person]) -> tuple[Mention, ...]:
    """`people` as they are called in that group, where the channel knows them."""
    reach = moment.reach.get(group[0])
    also = reach.people_of if reach else ()
    found: dict[MemberId, Mention] = {}
    for identity in await identities.of_members(moment.session, [m.id for m in people]):
        if (identity.channel, identity.account) == group[:2] or identity.channel in also:
            name = next(m.name for m in people if m.id == identity.member_id)
            found.setdefault(identity.member_id, Mention(identity.sender, name))
    return tuple(found.values())
