"""What understanding has to know of a place: how it is built, and the tickets that a message may belong to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.house import HouseRules
from handlers.understanding.types import OpenTicket, Scene, Spot
from storage import boards
from storage.places import Place
from storage.types import Act, PlaceId, PlaceKind, TicketId


@dataclass(frozen=True, slots=True)
class Outlook:
    """One place: `tickets` are open there, or were closed not long ago; `hidden` of them were reported alone."""

    scene: Scene = Scene()
    tickets: tuple[OpenTicket, ...] = ()
    hidden: frozenset[str] = field(default_factory=frozenset)
    stale: bool = False  #: something there was changed since, in the same transaction

    def for_group(self) -> tuple[OpenTicket, ...]:
        """What may be spoken of before the others."""
        return tuple(ticket for ticket in self.tickets if ticket.id not in self.hidden) if self.hidden else self.tickets


Board = dict[PlaceId, Outlook]
Scenes = dict[PlaceId, Scene]
#: Tickets as they were read, each with the mark by which one sees whether it is still so.
Seen = dict[TicketId, tuple[Any, OpenTicket]]


@dataclass(slots=True)
class Kept:
    """What was read from what was committed: outlooks and their tickets, with the marks by which one sees whether it holds."""

    outlooks: dict[PlaceId, tuple[Any, Outlook]] = field(default_factory=dict)
    seen: dict[PlaceId, Seen] = field(default_factory=dict)


def outdate(board: Board, place: Place | None) -> None:
    """What is known of `place` is no longer so; it is looked up anew when somebody asks."""
    if place is not None and place.id in board:
        board[place.id] = replace(board[place.id], stale=True)


async def recall(
    session: AsyncSession, scopes: Sequence[Place], now: datetime, house: HouseRules, kept: Kept, scenes: Scenes
) -> Board:
    """The outlook of `scopes`, from `kept` where nothing has changed; only for a transaction that has changed nothing.

    Args:
        scenes: Those that are known; what is missing is added.
    """
    if not scopes:
        return {}
    since, old = now - house.linked_for, kept.outlooks
    marks = await boards.marks_of(session, [place.id for place in scopes], since)
    scenes.update(await _scenes(session, [place for place in scopes if place.id not in scenes]))
    changed = [place for place in scopes if place.id not in old or old[place.id][0] != marks.get(place.id)]
    for scope, outlook in (await _load(session, changed, scenes, since, kept.seen)).items():
        old[scope] = (marks.get(scope), outlook)
    return {place.id: _set_in(old[place.id][1], scenes[place.id]) for place in scopes}


def _set_in(outlook: Outlook, scene: Scene) -> Outlook:
    return outlook if outlook.scene == scene else replace(outlook, scene=scene)


async def load(session: AsyncSession, scopes: Sequence[Place], now: datetime, house: HouseRules) -> Board:
    """The outlook of `scopes`; three statements however many there are."""
    return await _load(session, scopes, await _scenes(session, scopes), now - house.linked_for, {})


async def _load(
    session: AsyncSession,
    scopes: Sequence[Place],
    scenes: Mapping[PlaceId, Scene],
    since: datetime,
    known: dict[PlaceId, Seen],
) -> Board:
    """The outlook of `scopes`; of their tickets only those are read in full that are not `known` as they are."""
    found: dict[PlaceId, list[Any]] = {place.id: [] for place in scopes}
    for ticket in await boards.tickets_of(session, list(found), since) if found else ():
        found[ticket.scope_id].append(ticket)
    known.update(await _seen(session, found, known))
    return {
        scope: Outlook(
            scenes[scope],
            tuple(known[scope][ticket.id][1] for ticket in tickets),
            frozenset(str(ticket.id) for ticket in tickets if not ticket.in_group),
        )
        for scope, tickets in found.items()
    }


async def _seen(
    session: AsyncSession, found: Mapping[PlaceId, Sequence[Any]], known: Mapping[PlaceId, Seen]
) -> dict[PlaceId, Seen]:
    """The tickets that were found, each as it was known where nothing about it has changed."""
    before = {number: seen for scope in found for number, seen in known.get(scope, {}).items()}
    changed = [t for tickets in found.values() for t in tickets if before.get(t.id, _NOTHING)[0] != _mark(t)]
    words: dict[TicketId, list[Any]] = {ticket.id: [] for ticket in changed}
    for said in await boards.words_of(session, list(words)):
        words[said.ticket_id].append(said)
    before.update((ticket.id, (_mark(ticket), _as_seen(ticket, words[ticket.id]))) for ticket in changed)
    return {scope: {ticket.id: before[ticket.id] for ticket in tickets} for scope, tickets in found.items()}


_NOTHING: Final = (None,)


def _mark(ticket: Any) -> tuple[int, int]:
    return ticket.version, ticket.said


async def _scenes(session: AsyncSession, scopes: Sequence[Place]) -> Scenes:
    if not scopes:
        return {}
    names: dict[PlaceId, str] = {}
    units: dict[PlaceId, list[str]] = {}
    for near in await boards.around(session, scopes):
        names[near.id] = near.name
        if near.kind is PlaceKind.UNIT:
            units.setdefault(near.parent_id, []).append(near.name)
    return {place.id: _scene(place, names, units) for place in scopes}


def _scene(place: Place, names: Mapping[PlaceId, str], units: Mapping[PlaceId, Sequence[str]]) -> Scene:
    inside = tuple(units.get(place.id, ()))
    if place.kind is not PlaceKind.BUILDING:
        return Scene(None, inside, place.floors, place.name)
    parent = names.get(place.parent_id, "") if place.parent_id is not None else ""
    return Scene(place.name, inside, place.floors, parent)


def _as_seen(ticket: Any, words: Sequence[Any]) -> OpenTicket:
    """One ticket as understanding sees it."""
    opening = next((said for said in words if said.act is Act.OPEN), None)
    return OpenTicket(
        id=str(ticket.id),
        category=ticket.category,
        urgency=ticket.urgency,
        spot=Spot(ticket.building, ticket.unit, ticket.floor, ticket.room),
        opened_by=opening.sender if opening else "",
        opened_at=ticket.opened_at,
        last_at=ticket.last_at or ticket.opened_at,
        gist=opening.text if opening else "",
        people=frozenset(said.sender for said in words),
        closed_at=ticket.closed_at,
    )
