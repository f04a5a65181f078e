"""Reading a roster as an admin writes it: 3栋 王芳、赵强 周一到周五 8:00-20:00."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

from handlers.community.gazetteer import Gazetteer, title
from handlers.context import Context
from handlers.messages import Refusal
from handlers.phrases import duty as phrases
from handlers.phrases import for_example
from handlers.reading.times import Backwards, Past, span
from handlers.reading.values import SEPARATORS, Unclear, words
from handlers.rules.duty import Span
from handlers.rules.roles import may
from storage import members
from storage.members import Member
from storage.places import Place
from storage.types import MemberId, Role

When = TypeVar("When")
EXAMPLE: Final = "排班 3栋 王芳 每天 20:00-8:00"
MOST_PEOPLE: Final = 30
MOST_TEXT: Final = 2000  #: characters of a message that are read
LONGEST_NAME: Final = 30
NOBODY: Final = MemberId(0)
_NAMES: Final = re.compile(r"\S+(?:\s*[、,，]\s*[^\s、,，]+)*")
_BETWEEN: Final = re.compile(r"[、,，]\s*")


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the roster: everybody at every place in the same turns."""

    places: Sequence[Place]
    people: Sequence[Member]
    span: Span


async def entry(ctx: Context, known: Gazetteer, line: str) -> Entry:
    """What a line says. Without a place it is the group's own.

    Raises:
        Unclear: It is no place, names and times.
        Refusal: Somebody or some place in it is not known, or the time has gone by.
    """
    found, rest = places_in(ctx, known, line)
    try:
        turns, names = with_names(lambda text: span(text, ctx.now, ctx.house.zone, NOBODY), rest)
        return Entry(found, await people(ctx, names), turns)
    except Past:
        raise Refusal(phrases.gone_by()) from None
    except Backwards:
        raise Refusal(phrases.backwards()) from None
    except Unclear:
        if rest == line:
            raise  # without a place it may be talk about somebody's shifts at work
        raise Refusal(for_example(EXAMPLE)) from None


def with_names(read: Callable[[str], tuple[When, str]], text: str) -> tuple[When, str]:
    """What `read` makes of the words about time, and the names beside them, in either order.

    Raises:
        Unclear: There is more than that; what `read` raises for a time that cannot be is passed on.
    """
    try:
        return read(text)
    except (Past, Backwards):
        raise
    except Unclear:
        names, rest = split_names(text)
        when, rest = read(rest)
        if rest:
            raise Unclear("more than a line") from None
        return when, names


def places_in(ctx: Context, known: Gazetteer, line: str) -> tuple[list[Place], str]:
    """The places that the line begins with, or the group's own, and what follows."""
    try:
        found, rest = known.all_at(line)
    except Unclear:
        if ctx.group is None or ctx.place is None:
            raise
        return [ctx.place], line
    return found, rest.lstrip(SEPARATORS)


def split_names(text: str) -> tuple[str, str]:
    """The names in front of the text, and the text after them."""
    found = _NAMES.match(text)
    if found is None:
        raise Unclear("no names")
    return found[0], text[found.end() :].lstrip(SEPARATORS)


async def people(ctx: Context, names: str) -> list[Member]:
    """The members of these names, each once.

    Raises:
        Unclear: There is no name.
        Refusal: Nobody is called so, or more than one is.
    """
    said = [words(name, LONGEST_NAME) for name in _BETWEEN.split(names)]
    if not all(said) or len(said) > MOST_PEOPLE:
        raise Unclear("no names")
    found = [await person(ctx, name) for name in said]
    return list({member.id: member for member in found}.values())


async def person(ctx: Context, name: str) -> Member:
    """The member of that name: who is mentioned in the message first, then who has an office.

    Raises:
        Refusal: Nobody is called so, or more than one is.
    """
    plain = name.lstrip("@＠")
    same = list(await members.called(ctx.session, plain))
    mentioned = await _mentioned(ctx)
    if meant := [member for member in mentioned if member in same] or (mentioned if plain != name else []):
        same = meant
    if len(same) > 1:
        grants = await members.grants_of(ctx.session, [member.id for member in same])
        same = [m for m in same if any(g.role is not Role.RESIDENT for g in grants.get(m.id, ()))] or same
    if not same:
        raise Refusal(phrases.nobody_called(plain))
    if len(same) > 1:
        raise Refusal(phrases.several_called(plain, len(same)))
    return same[0]


async def _mentioned(ctx: Context) -> list[Member]:
    who = [(ctx.inbound.channel, ctx.inbound.account, sender) for sender in ctx.inbound.mentions]
    return [known.member for known in (await members.known(ctx.session, who)).values()]


async def own_title(ctx: Context, place: Place) -> str:
    """The place in full, if the speaker may roster for it."""
    where = await title(ctx.session, place.id)
    if not may(ctx.roles_at(place), Role.ADMIN):
        raise Refusal(phrases.not_yours_to_roster(where))
    return where
