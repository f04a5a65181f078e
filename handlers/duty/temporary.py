"""临时值班: for some days other people are on duty at a place than the ordinary roster says; the rest is empty on purpose."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from handlers.community.gazetteer import known_places
from handlers.context import Context
from handlers.duty.cautions import warnings
from handlers.duty.entries import MOST_TEXT, NOBODY, own_title, people, places_in, split_names
from handlers.messages import Refusal, Reply
from handlers.phrases import duty as duty_phrases
from handlers.phrases import for_example
from handlers.phrases import temporary as phrases
from handlers.reading.periods import Period, period_at
from handlers.reading.times import Backwards, Past, span
from handlers.reading.values import SEPARATORS, Unclear, clean
from handlers.router import Router
from handlers.rules.duty import DAY, Span
from handlers.rules.rota import Block, Stretch
from storage import overrides
from storage.members import Member
from storage.places import Place
from storage.turns import TurnSource
from storage.types import Role

router: Final = Router()

EXAMPLE: Final = "临时值班 10月1日到7日 3栋：王芳 8:00-20:00，赵强 20:00-8:00"
MOST_DAYS: Final = 62 * DAY
_BETWEEN: Final = re.compile(r"[;；\n,，]+|(?<=[0-9点半时天日号班])、(?=\s*[^\s0-9])")
_NOBODY: Final = re.compile(r"\s*(?:没有?人|无人|空着?|不排|不值班)[。！!]*\s*")
_CANCEL: Final = re.compile(r"\s*(?:取消|撤销?|不要了|作废)\s*")


@dataclass(frozen=True, slots=True)
class Served:
    """Who is on in which turns of the days; None is the whole time."""

    people: Sequence[Member]
    turns: Span | None


@router.command(
    "临时值班", example=EXAMPLE, does="过节这几天换一套班，平时的班先不算", allow=Role.ADMIN, also=("临时排班",)
)
async def enter(ctx: Context, rest: str) -> Reply:
    """Put a roster for some days in the place of the ordinary one; 临时值班 3栋 取消 takes it back."""
    if len(ctx.inbound.text) > MOST_TEXT:
        raise Refusal(duty_phrases.too_much_at_once(MOST_TEXT))
    text = clean(rest)
    cancelled = _CANCEL.sub("", text, count=1)
    if cancelled != text and len(cancelled) < 30:
        return await _cancel(ctx, cancelled)
    where, period, left = await _where_and_when(ctx, text)
    if period.ends - period.starts > MOST_DAYS:
        raise Refusal(phrases.too_long(MOST_DAYS.days), alone=True)
    titles = [await own_title(ctx, place) for place in where]
    served = [] if _NOBODY.fullmatch(left) else [await _served(ctx, part, period) for part in _parts(left)]
    block = _block(ctx, period, served)
    for place in where:
        await _enter(ctx, place, block)
        ctx.note("临时值班", f"place:{place.id}", (await ctx.member()).id)
    zone = ctx.house.zone
    today = ctx.now.astimezone(zone).date()
    said = phrases.entered(
        titles,
        (block.starts.astimezone(zone), block.ends.astimezone(zone)),
        [([member.name for member in one.people], one.turns) for one in served],
        today,
    )
    warned = [line for one in served for line in await _warned(ctx, one, where, period)]
    return Reply("\n".join([said, *dict.fromkeys(line for line in warned)]))


async def _warned(ctx: Context, one: Served, where: Sequence[Place], period: Period) -> list[str]:
    turns = one.turns or Span(NOBODY, *period.days)
    return await warnings(ctx, one.people, where, turns, beside_lines=False)


async def _where_and_when(ctx: Context, text: str) -> tuple[list[Place], Period, str]:
    """The places and the days, in either order, and what follows them."""
    known = await known_places(ctx)
    try:
        period, rest = period_at(text, ctx.now, ctx.house.zone)
        where, rest = places_in(ctx, known, rest)
    except (Past, Backwards) as error:
        raise _refused(error) from None
    except Unclear:
        where, rest = places_in(ctx, known, text)
        try:
            period, rest = period_at(rest, ctx.now, ctx.house.zone)
        except (Past, Backwards) as error:
            raise _refused(error) from None
    rest = rest.lstrip(SEPARATORS)
    if not rest:
        raise Refusal(for_example(EXAMPLE))
    return where, period, rest


def _refused(error: Unclear) -> Refusal:
    return Refusal(duty_phrases.backwards() if isinstance(error, Backwards) else duty_phrases.gone_by())


def _parts(text: str) -> Iterator[str]:
    return (part.strip() for part in _BETWEEN.split(text) if part.strip())


async def _served(ctx: Context, part: str, period: Period) -> Served:
    """Somebody and his days and hours, in any order; without any it is the whole time."""
    first, last = period.days
    names, turns = _names_and_turns(ctx, part)
    if turns is None:
        return Served(await people(ctx, names), None)
    if turns.last_day is None:
        turns = replace(turns, first_day=first, last_day=last)
    if not first <= turns.first_day <= (turns.last_day or last) <= last:
        raise Refusal(phrases.outside(part), alone=True)
    return Served(await people(ctx, names), turns)


def _names_and_turns(ctx: Context, part: str) -> tuple[str, Span | None]:
    """王芳, 王芳 8:00-20:00, 16日 王芳 or 16日 王芳 8:00-20:00."""
    days, left = _turns(ctx, part)
    names, rest = split_names(left)
    if not rest:
        return names, days
    hours, rest = _turns(ctx, rest)
    if hours is None or rest:
        raise Refusal(for_example(EXAMPLE))
    return names, replace(hours, first_day=days.first_day, last_day=days.last_day) if days else hours


def _turns(ctx: Context, text: str) -> tuple[Span | None, str]:
    try:
        return span(text, ctx.now, ctx.house.zone, NOBODY)
    except Past:
        raise Refusal(duty_phrases.gone_by(), alone=True) from None
    except Unclear:
        return None, text


def _block(ctx: Context, period: Period, served: Sequence[Served]) -> Block:
    """The time and its turns. By whole days, a night is served to its end, before and after."""
    zone = ctx.house.zone
    starts, ends = period.moments(zone)
    if period.whole:
        nights = (over for one in served if one.turns for _, over in one.turns.turns(starts, ends, zone))
        tail = max([timedelta(), *(over - ends for over in nights)])
        starts, ends = starts + tail, ends + tail
    turns = [
        Stretch(member.id, begins, over, TurnSource.TEMPORARY)
        for one in served
        for begins, over in (one.turns.turns(starts, ends, zone) if one.turns else [(starts, ends)])
        for member in one.people
    ]
    block = Block(starts, ends, tuple(turns)).trimmed(max(starts, ctx.now), ends)
    if block is None:
        raise Refusal(duty_phrases.gone_by())
    return block


async def _enter(ctx: Context, place: Place, block: Block) -> None:
    cause = f"temporary:{place.id}:{sha256(ctx.cause.encode()).hexdigest()}"
    source = TurnSource.TEMPORARY
    number = await overrides.enter(ctx.session, cause, source, place.id, block.starts, block.ends)
    for at, turn in enumerate(block.turns):
        own = f"{cause}:{at}"
        await overrides.enter(
            ctx.session, own, source, place.id, turn.starts, turn.ends, comes=turn.member, block=number
        )


async def _cancel(ctx: Context, text: str) -> Reply:
    """Take back the temporary rosters of a place that are not over."""
    where, rest = places_in(ctx, await known_places(ctx), text)
    if rest or len(where) != 1:
        raise Unclear("not one place")
    title = await own_title(ctx, where[0])
    blocks = await overrides.blocks_at(ctx.session, where[0].id, ctx.now)
    if not blocks:
        raise Refusal(phrases.none_here(title), alone=True)
    zone = ctx.house.zone
    today = ctx.now.astimezone(zone).date()
    times: list[tuple[datetime, datetime]] = [(b.starts.astimezone(zone), b.ends.astimezone(zone)) for b in blocks]
    for block in blocks:
        await overrides.drop(ctx.session, block.id)
    ctx.note("临时值班", f"place:{where[0].id}", (await ctx.member()).id, done=False)
    return Reply(phrases.cancelled(title, times, today))
