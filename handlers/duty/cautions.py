"""What an admin is told behind a roster that he enters: who will not hear, cannot accept, has no time, or is on twice."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from handlers.community.gazetteer import title
from handlers.context import Context
from handlers.duty.lines import free_span
from handlers.duty.rota import rotas
from handlers.phrases import duty as phrases
from handlers.rules.duty import DAY, INSTANT, Span
from handlers.rules.roles import may
from storage import hours, members, overrides
from storage.members import Member
from storage.places import Place
from storage.types import PlaceId, Role

LOOKED_AT: Final = 21 * DAY  #: of a roster that goes on and on


async def warnings(
    ctx: Context, people: Sequence[Member], places: Sequence[Place], turns: Span, *, beside_lines: bool = True
) -> list[str]:
    """A line for each kind of trouble that such turns will have.

    Args:
        beside_lines: They hold beside the lines that are there, and not instead of them.
    """
    where = await title(ctx.session, places[0].id)
    deaf = [m.name for m in people if await ctx.way_to(m.id) is None]
    grants = await members.grants_of(ctx.session, [m.id for m in people])
    idle = [m.name for m in people if not may((g.role for g in grants.get(m.id, ())), Role.STEWARD)]
    there = places if beside_lines else ()
    twice = _names(people, [m for place in there for m in await _twice(ctx, people, place.id, turns)])
    said = [phrases.cannot_be_reached(deaf)] if deaf else []
    said += [phrases.cannot_accept(idle, where)] if idle else []
    said += [phrases.on_twice(twice, where)] if twice else []
    busy = _names(people, await _without_time(ctx, people, turns))
    said += [phrases.outside_hours(busy)] if busy else []
    gone = _names(people, await _on_leave(ctx, people, turns))
    return said + ([phrases.on_leave_then(gone)] if gone else [])


def _names(people: Sequence[Member], some: Iterable[int]) -> list[str]:
    found = set(some)
    return [member.name for member in people if member.id in found]


async def _twice(ctx: Context, people: Sequence[Member], place: PlaceId, turns: Span) -> list[int]:
    """Those who have other lines there at the same time."""
    found = (await rotas(ctx, [place], ctx.now, ctx.now + LOOKED_AT)).get(place)
    new = {member.id: replace(turns, member=member.id) for member in people}
    others = [line for line in (found.lines if found else ()) if line.member in new and line != new[line.member]]
    return [line.member for line in others if line.rotation is None and _overlap(ctx, line, new[line.member])]


def _overlap(ctx: Context, one: Span, other: Span) -> bool:
    asked = (ctx.now, ctx.now + LOOKED_AT, ctx.house.zone)
    later = list(other.turns(*asked))
    return any(starts < over and begins < ends for begins, over in one.turns(*asked) for starts, ends in later)


async def _without_time(ctx: Context, people: Sequence[Member], turns: Span) -> list[int]:
    """Those who said that they have no time at some of these turns."""
    given = await hours.given_by(ctx.session, [m.id for m in people])
    free = {member: list(map(free_span, own)) for member, own in given.items()}
    zone = ctx.house.zone
    edges = [
        at.astimezone(zone)
        for begins, over in turns.turns(ctx.now, ctx.now + LOOKED_AT, zone)
        for at in (begins, over - INSTANT)
    ]
    return [m for m, spans in free.items() if not all(any(s.covers(at) for s in spans) for at in edges)]


async def _on_leave(ctx: Context, people: Sequence[Member], turns: Span) -> list[int]:
    leave = await overrides.leave_of(ctx.session, [m.id for m in people], ctx.now)
    own = list(turns.turns(ctx.now, ctx.now + LOOKED_AT, ctx.house.zone))
    return [row.goes_id for row in leave if any(row.starts < over and begins < row.ends for begins, over in own)]
