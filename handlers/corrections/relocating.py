"""改地点: another place; where somebody else answers for it and nobody has accepted yet, they are called instead."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from handlers.clocks.winding import replan
from handlers.context import Context
from handlers.corrections import examples
from handlers.corrections.correcting import at_work_on, meant, tell_each, tell_those_concerned
from handlers.dispatch.levels import at_level, ladder
from handlers.messages import Refusal, Reply
from handlers.phrases import corrections as phrases
from handlers.router import Router
from handlers.rules.tickets import WAITING
from handlers.tickets.authors import as_author, scene_of, where_it_was_said
from handlers.tickets.board import outdate
from handlers.tickets.lifecycle import advance
from handlers.tickets.opening import locate, place_of, scope_of
from handlers.tickets.telling import call_everybody
from handlers.understanding.sound import understood
from handlers.understanding.types import Spot
from handlers.understanding.whereabouts import anchored, place_said
from storage import moving, places
from storage.places import Place
from storage.tickets import Ticket
from storage.types import Act, MemberId, PlaceId, PlaceKind, Role, TicketAction, Urgency

router: Final = Router()


@router.command("改地点", example="改地点 12 3栋2单元", does="地点认错了，改过来", allow=Role.STEWARD)
async def relocate(ctx: Context, rest: str) -> Reply:
    """The place as the grammar of places reads it."""
    ticket, text = await meant(ctx, rest, "改地点")
    there = await where_it_was_said(ctx, ticket)
    here = replace(there, place=await places.by_id(ctx.session, ticket.scope_id))
    spot, member = await _spot(here, text), await ctx.member()
    old = Spot(ticket.building, ticket.unit, ticket.floor, ticket.room)
    if spot == old:
        raise Refusal(phrases.same_already(ticket))
    predicted, before = examples.request(Act.OPEN, ticket), await _answering(ctx, ticket)
    await _move(here, ticket, spot)
    await replan(ctx, ticket)
    advance(ctx, ticket, TicketAction.CORRECT, member.id)
    ctx.note("改地点", f"ticket:{ticket.number}", member.id)
    said = await examples.opening_of(ctx, ticket)
    if said is not None:
        author = await as_author(there, said.sender, "", said.message, said.text)
        await examples.keep(ctx, author, said, predicted, examples.request(Act.OPEN, ticket))
    at_work = [one for one in await at_work_on(ctx, ticket) if one != member.id]
    called = await _send_there(ctx, ticket, before, at_work)
    await tell_those_concerned(ctx, ticket, phrases.is_there_now(ticket), but=[*at_work, member.id])
    return Reply(phrases.relocated(ticket, rooms=not ctx.is_group, called=called))


async def _spot(there: Context, text: str) -> Spot:
    """The place that was said, in the group's building where none was.

    Raises:
        Refusal: There is none, or the community has no such building, unit or floor.
    """
    scene = await scene_of(there)
    said = place_said(understood(text), scene, Spot())
    if said == Spot():
        raise Refusal(phrases.which_place())
    spot = anchored(said, scene)
    building = await _building(there, spot.building) if spot.building is not None else None
    if building is None:
        return spot
    units = [unit.name for unit in await places.below(there.session, building, PlaceKind.UNIT)]
    if spot.unit is not None and units and spot.unit not in units:
        raise Refusal(phrases.no_such_unit(spot.unit, units))
    if spot.floor is not None and building.floors is not None and spot.floor > building.floors:
        raise Refusal(phrases.no_such_floor(building.floors))
    return spot


async def _building(there: Context, name: str) -> Place:
    for building in await places.below(there.session, await there.community(), PlaceKind.BUILDING):
        if building.name == name and _is_near(there.place, building):
            return building
    raise Refusal(phrases.no_such_building(name))


def _is_near(here: Place | None, building: Place) -> bool:
    """Whether both are in one compound, as far as that is known: two compounds may have a 3栋 each."""
    if here is None or here.kind not in (PlaceKind.BUILDING, PlaceKind.COMPOUND):
        return True
    compound: PlaceId | None = here.id if here.kind is PlaceKind.COMPOUND else here.parent_id
    return building.parent_id == compound


async def _move(there: Context, ticket: Ticket, spot: Spot) -> None:
    """Enter the place. In another building it is that one's group that may hear of it from now on."""
    outdate(there.board, there.place)
    scope = there.place
    if scope is not None and scope.kind is PlaceKind.BUILDING and spot.building not in (None, scope.name):
        scope = await _building(there, str(spot.building))
    scope = scope or await scope_of(there, spot)
    if scope.id != ticket.scope_id:
        await moving.out_of_earshot(there.session, ticket.id)
    locate(ticket, spot)
    ticket.scope_id, ticket.place_id = scope.id, (await place_of(there, scope, spot)).id
    outdate(there.board, scope)


async def _answering(ctx: Context, ticket: Ticket) -> set[MemberId]:
    """Who answers for the ticket's place first; for an emergency, everybody on the way up."""
    rungs = await ladder(ctx, await places.by_id(ctx.session, ticket.place_id))
    return {person.id for person in at_level(rungs, 0, everybody=ticket.urgency is Urgency.EMERGENCY)}


async def _send_there(ctx: Context, ticket: Ticket, before: set[MemberId], at_work: Sequence[MemberId]) -> list[str]:
    """Tell those at work on it, and call the others whose place it is now; the names of those who were called."""
    now = await _answering(ctx, ticket)
    if ticket.status not in WAITING or now == before:
        await tell_each(ctx, ticket, phrases.go_there_instead(ticket), at_work)
        return []
    await tell_each(ctx, ticket, phrases.go_there_instead(ticket), [one for one in at_work if one in now])
    await tell_each(ctx, ticket, phrases.not_yours_any_more(ticket), [one for one in at_work if one not in now])
    ticket.level, ticket.waiting_since = 0, ctx.now
    called = await call_everybody(ctx, ticket, but=[one for one in at_work if one in now])
    return [person.name for person in (*called.told, *called.in_front)]
