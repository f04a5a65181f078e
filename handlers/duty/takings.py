"""People who are to take turns at a place, read and entered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from handlers.community.gazetteer import Gazetteer
from handlers.context import Context
from handlers.duty.cautions import warnings
from handlers.duty.entries import MOST_PEOPLE, own_title, person, places_in, with_names
from handlers.duty.rota import Turn, named, rotas
from handlers.duty.seats import take_seats
from handlers.messages import Refusal, Words
from handlers.phrases import duty as duty_phrases
from handlers.phrases import for_example
from handlers.phrases import rotations as phrases
from handlers.reading.cadence import pattern_at
from handlers.reading.times import Past
from handlers.reading.values import SEPARATORS, Unclear, words
from handlers.rules.duty import DAY, Span
from handlers.rules.patterns import Pattern
from handlers.rules.quiet import quiet_until
from handlers.rules.rota import final_rota, joined
from storage import duty, members, rotations
from storage.duty import DutyShift
from storage.members import Member
from storage.places import Place
from storage.types import MessageKind

EXAMPLE: Final = "轮班 3栋 每周一8点 王芳、赵强、陈素芬"
SHOWN: Final = 3  #: of the coming turns, behind an entry
NEAR: Final = 10 * DAY  #: where they are looked for,
FAR: Final = 100 * DAY  #: … and where there are too few
_BETWEEN: Final = re.compile(r"\s*(?:[、,，;；→]|->|=>)\s*")
_TOGETHER: Final = re.compile(r"\s*[和与及+＋&]\s*")


@dataclass(frozen=True, slots=True)
class Taking:
    """Turns that people are to take, at each of these places."""

    places: Sequence[Place]
    pattern: Pattern
    seats: Sequence[Sequence[Member]]

    @property
    def people(self) -> list[Member]:
        """All of them, each once."""
        return list({member.id: member for seat in self.seats for member in seat}.values())


async def taking(ctx: Context, known: Gazetteer, line: str) -> Taking:
    """What a line says. Without a place it is the group's own.

    Raises:
        Unclear: It is no place, order and people.
        Refusal: Somebody or some place in it is not known, or the time has gone by.
    """
    places, rest = places_in(ctx, known, line)
    try:
        pattern, names = with_names(lambda text: pattern_at(text, ctx.now, ctx.house.zone), rest)
        return Taking(places, pattern, await _seats(ctx, names))
    except Past:
        raise Refusal(duty_phrases.gone_by()) from None
    except Unclear:
        if rest == line:
            raise  # without a place it may be talk about somebody's shifts at work
        raise Refusal(for_example(EXAMPLE)) from None


async def _seats(ctx: Context, names: str) -> list[list[Member]]:
    """The people in their order; who is joined by 和 is on duty together."""
    parts = [words(part) for part in _BETWEEN.split(names.strip(SEPARATORS)) if part]
    said = [one for part in parts for one in await _by_blanks(ctx, part)]
    if not said or len(said) > MOST_PEOPLE:
        raise Unclear("no names")
    seats = [await _seat(ctx, part) for part in said]
    people = [member.id for seat in seats for member in seat]
    if len(set(people)) < len(people):
        raise Refusal(phrases.named_twice())
    return seats


async def _by_blanks(ctx: Context, said: str) -> list[str]:
    """王芳 赵强 are two people, unless somebody is called so."""
    return [said] if " " not in said or await members.called(ctx.session, said) else said.split()


async def _seat(ctx: Context, said: str) -> list[Member]:
    if not await members.called(ctx.session, said):  # 李和平 is one person
        several = [part for part in _TOGETHER.split(said) if part]
        if len(several) > 1:
            return [await person(ctx, part) for part in several]
    return [await person(ctx, said)]


async def enter_taking(ctx: Context, one: Taking) -> list[str]:
    """Let them take turns; the lines of the answer."""
    order = [[member.id for member in seat] for seat in one.seats]
    titles, news = [await own_title(ctx, place) for place in one.places], False
    today = ctx.now.astimezone(ctx.house.zone).date()
    if one.pattern.first_day > today:
        for place, where in zip(one.places, titles, strict=True):
            if await rotations.locked(ctx.session, place.id, one.pattern.key) is not None:
                raise Refusal(phrases.later_than_now(where, one.pattern.first_day, today))
    before = {line.member_id for place in one.places for line in await _in_order(ctx, place, one.pattern)}
    for place in one.places:
        news |= await take_seats(ctx, place.id, one.pattern, order)
        ctx.note("轮班", f"place:{place.id}", (await ctx.member()).id)
    names = [[member.name for member in seat] for seat in one.seats]
    await _tell_new(ctx, [m for m in one.people if m.id not in before], phrases.you_are_in(titles, one.pattern, names))
    said = [phrases.entered(titles, one.pattern, names, news=news)]
    turns = await _coming(ctx, one)
    said += [phrases.coming([(t.name, t.starts, t.ends) for t in turns], today, ctx.house.zone)] if turns else []
    return said + await warnings(ctx, one.people, one.places, _any_turn(one))


async def _in_order(ctx: Context, place: Place, pattern: Pattern) -> Sequence[DutyShift]:
    return await duty.seats_of(ctx.session, place.id, pattern.key)


async def _tell_new(ctx: Context, people: Sequence[Member], text: str) -> None:
    """Tell those who were not in the order before, in the morning if it is night."""
    due_at, me = quiet_until(ctx.now, ctx.house.escalation.quiet, ctx.house.zone), (await ctx.member()).id
    for member in people:
        if member.id != me:
            key = f"order:{sha256(text.encode()).hexdigest()[:16]}:{ctx.inbound.message_id}"
            await ctx.tell(member.id, Words(text), MessageKind.PERSONAL, key=key, due_at=due_at)


def _any_turn(one: Taking) -> Span:
    """When anybody of them may have to be there."""
    pattern, somebody = one.pattern, one.people[0].id
    return Span(somebody, pattern.first_day, None, pattern.weekdays, pattern.starts, pattern.ends, pattern.days)


async def _coming(ctx: Context, one: Taking) -> list[Turn]:
    """The turn that runs and those after it, of the first of the places, as the order alone has them."""
    place, zone = one.places[0].id, ctx.house.zone
    rota = (await rotas(ctx, [place], ctx.now - DAY, ctx.now + FAR))[place]
    lines = [line for line in rota.lines if _is_of(one.pattern, line)]
    turns: list[Turn] = []
    for ahead in (NEAR, FAR):
        turns = joined(named(rota, final_rota(lines, (), (), ctx.now, ctx.now + ahead, zone)))
        if len(turns) > SHOWN:
            break
    return turns[:SHOWN]


def _is_of(pattern: Pattern, line: Span) -> bool:
    other = line.rotation
    same = (line.starts, line.ends, line.weekdays, line.days) == (*pattern.hours, pattern.weekdays, pattern.days)
    return other is not None and same and (other.cadence, other.every) == (pattern.cadence, pattern.every)
