"""Who is meant by 牵头物业、业委会、李强: the people of each party for a ticket's place, nearest first."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from handlers.community.gazetteer import title
from handlers.context import Context
from handlers.messages import Refusal
from handlers.parties.jointly import THREE, people_of
from handlers.phrases import parties as phrases
from handlers.reading.values import Unclear, role_named, words
from handlers.tickets.picking import worker_named
from storage import places
from storage.members import Member, Person
from storage.places import Place
from storage.tickets import Ticket
from storage.types import PlaceKind, Role

MOST: Final = 12  #: names in one message
_BETWEEN: Final = re.compile(r"[、,，;；\s]+")
_AND: Final = re.compile("和|及|跟|与")
_LEAD: Final = "牵头"
_TOGETHER: Final = re.compile("(?:也?一起(?:来|办|参加)?|参加|来办)$")


@dataclass(frozen=True, slots=True)
class Called:
    """A party: for whom they speak (None: somebody by his own name), and who they are."""

    role: Role | None
    people: tuple[Person, ...]
    leads: bool

    @property
    def name(self) -> str:
        """As it is named to the others."""
        return phrases.party(self.role, [person.name for person in self.people])


async def parties_said(ctx: Context, ticket: Ticket, text: str) -> tuple[list[Called], list[str]]:
    """The parties that the text names, and what is so of those that the place does not have.

    Raises:
        Unclear: There are too many names.
        Refusal: Somebody named is nobody who could take the ticket.
    """
    found, missing = list[Called](), list[str]()
    place = await places.by_id(ctx.session, ticket.place_id)
    for name, leads in _names(words(text)):
        role = role_named(name)
        if role is None or role is Role.RESIDENT:
            person = await _named(ctx, ticket, name)
            found.append(Called(None, (Person(person.id, person.name),), leads))
            continue
        people = await people_of(ctx, place, role)
        if people:
            found.append(Called(role, people, leads))
        else:
            missing.append(phrases.nobody_there(await own_place(ctx, ticket), role))
    return found, missing


async def _named(ctx: Context, ticket: Ticket, name: str) -> Member:
    try:
        return await worker_named(ctx, ticket, name)
    except Refusal:
        raise Refusal(phrases.nobody_called(ticket)) from None


def _names(text: str) -> Iterator[tuple[str, bool]]:
    parts = [part for whole in _BETWEEN.split(text) for part in _parts(whole)]
    if len(parts) > MOST:
        raise Unclear("too many names")
    leads = False
    for part in parts:
        name = _TOGETHER.sub("", part).removeprefix("由").removeprefix("请")
        name = name.removeprefix(_LEAD).removesuffix(_LEAD).lstrip("@＠：:")
        leads = leads or _LEAD in part
        if name:
            yield name, leads
            leads = False


def _parts(whole: str) -> list[str]:
    """物业和业委会 are two; a name with such a character in it is one."""
    parts = _AND.split(whole)
    return parts if any(role_named(part.replace(_LEAD, "")) for part in parts) else [whole]


async def parties_there(ctx: Context, ticket: Ticket) -> tuple[list[str], list[str]]:
    """Which of the three parties one can call in, as they are named, and what is so of the others."""
    there, missing = list[str](), list[str]()
    place = await places.by_id(ctx.session, ticket.place_id)
    for role in THREE[1:]:
        people = await people_of(ctx, place, role)
        if people:
            there.append(phrases.party(role, [person.name for person in people]))
        else:
            missing.append(phrases.nobody_there(await own_place(ctx, ticket), role))
    return there, missing


async def own_place(ctx: Context, ticket: Ticket) -> str:
    """The compound for which owners' committee and property company are named, or the ticket's own place."""
    line = await places.above(ctx.session, await places.by_id(ctx.session, ticket.place_id))
    wide: Sequence[Place] = [place for place in line if place.kind is PlaceKind.COMPOUND] or line
    return await title(ctx.session, wide[0].id)
