"""顶班: step in for somebody, now or for a turn of his."""

import re
from collections.abc import Sequence
from dataclasses import replace as replaced
from datetime import datetime
from hashlib import sha256
from typing import Final

from handlers.community.gazetteer import known_places, title
from handlers.context import Context
from handlers.duty.entries import person
from handlers.duty.exchange import Exchange, ask, check_taker, replace, tell_heads
from handlers.duty.rota import Turn, timeline
from handlers.duty.whose import AHEAD, Placed, When, first_when, said_turn, turn_meant, turns_of, when_at
from handlers.messages import Refusal, Reply, Words
from handlers.phrases import swaps as phrases
from handlers.reading.values import Unclear, folded, words
from handlers.router import Router
from handlers.rules.duty import DAY, INSTANT
from handlers.rules.roles import may
from storage import members, overrides, places
from storage.members import Member
from storage.places import Place
from storage.turns import TurnSource
from storage.types import MessageKind, Role

router: Final = Router()

EXAMPLE: Final = "顶班 周五 王芳"
LONGEST: Final = 80
_BETWEEN: Final = re.compile(r"\s*(?:[、,，→]|由|->|换成)\s*|\s+")
_FILL: Final = re.compile(r"\s*(?:的)?(?:值?班)?\s*(?:[,，]|我?来?[替顶帮])*\s*")


@router.command(
    "顶班", example=EXAMPLE, does="替别人值班：现在就顶，或者顶他哪一天的班", allow=Role.STEWARD, also=("替班", "代班")
)
async def cover(ctx: Context, rest: str) -> Reply:
    """Step in: at once for who is on leave or where nobody is on duty, else with the other one's agreement.

    An admin may say who steps in for whom.
    """
    text, taker = words(rest, LONGEST), await ctx.member()
    place, text = await _place_at(ctx, text)
    if not text:
        return await _now(ctx, taker, place)
    when, name = _read(ctx, text)
    giver, *others = [await person(ctx, one) for one in _BETWEEN.split(name) if one]
    if others:
        return await _arrange(ctx, giver, others, when)
    if giver.id == taker.id:
        raise Refusal(phrases.not_with_yourself(), alone=True)
    turn = await _turn(ctx, giver, when)
    return await _take(ctx, giver, taker, turn)


async def _arrange(ctx: Context, giver: Member, others: Sequence[Member], when: When | None) -> Reply:
    """An admin lets somebody step in for somebody else: 顶班 周五 王芳 赵强."""
    taker = others[0]
    if len(others) > 1 or taker.id == giver.id:
        raise Unclear("not two people")
    turn = await _turn(ctx, giver, when)
    where = await places.by_id(ctx.session, turn.place)
    if not may(ctx.roles_at(where), Role.ADMIN):
        raise Refusal(phrases.not_yours_to_arrange(), alone=True)
    await check_taker(ctx, taker, turn, own=False)
    left = Placed(turn.place, replaced(turn.turn, starts=max(turn.starts, ctx.now)))
    await replace(ctx, _cause(ctx, left), TurnSource.COVER, left, comes=taker.id, goes=giver.id)
    text = phrases.covered(await said_turn(ctx, left.place, left.starts, left.ends), giver.name, taker.name)
    await ctx.tell(taker.id, Words(text), MessageKind.PERSONAL, key=f"cover:{ctx.inbound.message_id}")
    return await _done(ctx, taker, left, text, giver)


async def _place_at(ctx: Context, text: str) -> tuple[Place | None, str]:
    """The place that the text begins with, and what follows."""
    try:
        found, rest = (await known_places(ctx)).all_at(text)
    except Unclear:
        return None, text
    if len(found) > 1:
        raise Unclear("more than one place")
    return found[0], rest.lstrip(" ,，的")


def _read(ctx: Context, text: str) -> tuple[When | None, str]:
    """The day, if one is named, and the name; in either order."""
    today = ctx.now.astimezone(ctx.house.zone).date()
    found = when_at(folded(text), 0, today)
    if found is not None:
        left = _FILL.match(text, found[1])
        return found[0], _name(text[left.end() if left else found[1] :])
    behind = first_when(text, today)
    return (behind[1], _name(behind[0])) if behind else (None, _name(text))


def _name(text: str) -> str:
    name = re.sub(r"(?:的)?(?:值?班)?[\s,，。！!]*$", "", text.strip()).strip()
    if not name or len(name) > 30:
        raise Unclear("no name")
    return name


async def _turn(ctx: Context, giver: Member, when: When | None) -> Placed:
    """The turn that is meant: on that day, or the one that runs or comes next."""
    if when is not None:
        return await turn_meant(ctx, giver, when, own=False, despite_leave=True)
    coming = await turns_of(ctx, giver.id, ctx.now, ctx.now + AHEAD, despite_leave=True)
    if not coming:
        today = ctx.now.astimezone(ctx.house.zone).date()
        raise Refusal(phrases.no_turn_then(giver.name, today, today, ()), alone=True)
    return coming[0]


async def _take(ctx: Context, giver: Member, taker: Member, turn: Placed) -> Reply:
    """Take the turn: at once where the other one is on leave, else he is asked."""
    await check_taker(ctx, taker, turn, own=True)
    left = await _left_by_leave(ctx, giver, turn)
    if left is None:
        ctx.note("顶班", f"member:{giver.id} place:{turn.place}", taker.id)
        return Reply(await ask(ctx, Exchange(giver, taker, turn), giver), alone=True)
    for one in await timeline(ctx, turn.place, left.starts, left.ends):
        if one.instead_of == giver.id:
            raise Refusal(phrases.has_changed(), alone=True)
    await replace(ctx, _cause(ctx, left), TurnSource.COVER, left, comes=taker.id, goes=giver.id)
    text = phrases.covered(await said_turn(ctx, left.place, left.starts, left.ends), giver.name, taker.name)
    return await _done(ctx, taker, left, text, giver)


async def _left_by_leave(ctx: Context, giver: Member, turn: Placed) -> Placed | None:
    """As much of the turn as he is on leave for."""
    for leave in await overrides.leave_of(ctx.session, [giver.id], max(turn.starts, ctx.now)):
        starts, ends = max(leave.starts, turn.starts, ctx.now), min(leave.ends, turn.ends)
        if starts < ends:
            return Placed(turn.place, Turn(giver.id, starts, ends, turn.turn.source, name=giver.name))
    return None


async def _now(ctx: Context, taker: Member, place: Place | None) -> Reply:
    """Step in here and now: for the one who is on duty, or where nobody is, until somebody is again."""
    place = place or ctx.place
    if place is None:
        raise Refusal(phrases.for_whom(), alone=True)
    here = await title(ctx.session, place.id)
    coming = await timeline(ctx, place.id, ctx.now, ctx.now + DAY)
    on_now = [turn for turn in coming if turn.starts <= ctx.now]
    if any(turn.member == taker.id for turn in on_now):
        raise Refusal(phrases.you_are_on(here), alone=True)
    if len(on_now) > 1:
        raise Refusal(phrases.nobody_to_relieve(here), alone=True)
    if on_now:
        giver = await members.by_id(ctx.session, on_now[0].member)
        return await _take(ctx, giver, taker, Placed(place.id, on_now[0]))
    until = min((turn.starts for turn in coming), default=ctx.now + DAY / 2)
    return await _fill(ctx, taker, place, min(until, ctx.now + DAY / 2))


async def _fill(ctx: Context, taker: Member, place: Place, until: datetime) -> Reply:
    if not may(ctx.roles_at(place), Role.STEWARD):
        raise Refusal(phrases.cannot_take(taker.name, await title(ctx.session, place.id)), alone=True)
    turn = Placed(place.id, Turn(taker.id, ctx.now, max(until, ctx.now + INSTANT), TurnSource.ADDED, name=taker.name))
    await replace(ctx, _cause(ctx, turn), TurnSource.ADDED, turn, comes=taker.id, goes=None)
    text = phrases.filled(await said_turn(ctx, place.id, turn.starts, turn.ends), taker.name)
    return await _done(ctx, taker, turn, text, None)


def _cause(ctx: Context, turn: Placed) -> str:
    """The message alone: the same two may step in for each other at the same hour more than once."""
    return f"cover:{turn.place}:{sha256(ctx.cause.encode()).hexdigest()}"


async def _done(ctx: Context, taker: Member, turn: Placed, text: str, giver: Member | None) -> Reply:
    key, me = f"cover:{ctx.inbound.message_id}", (await ctx.member()).id
    if giver is not None:
        await ctx.tell(giver.id, Words(text), MessageKind.PERSONAL, key=key)
    await tell_heads(ctx, [turn.place], text, key, (me, taker.id, giver.id) if giver else (me, taker.id))
    ctx.note("顶班", f"place:{turn.place}", me)
    return Reply(text, alone=True)
