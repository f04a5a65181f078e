"""What understanding has to know of a place: how it is built, and the tickets that a message may belong to."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

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
        return tuple(ticket for ticket in self.tickets if ticket.id not in self.hidden)


Board = dict[PlaceId, Outlook]

#: Outlooks as they were read from what was committed, each with the mark by which one sees whether it still holds.
Kept = dict[PlaceId, tuple[Any, Outlook]]
Scenes = dict[PlaceId, Scene]


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
    marks = await boards.marks_of(session, [place.id for place in scopes], now - house.linked_for)
    scenes.update(await _scenes(session, [place for place in scopes if place.id not in scenes]))
    changed = [p for p in scopes if p.id not in kept or kept[p.id][0] != marks.get(p.id)]
    for scope, outlook in (await _load(session, changed, scenes, now - house.linked_for)).items():
        kept[scope] = (marks.get(scope), outlook)
    return {place.id: _set_in(kept[place.id][1], scenes[place.id]) for place in scopes}


def _set_in(outlook: Outlook, scene: Scene) -> Outlook:
    return outlook if outlook.scene == scene else replace(outlook, scene=scene)


async def load(session: AsyncSession, scopes: Sequence[Place], now: datetime, house: HouseRules) -> Board:
    """The outlook of `scopes`; three statements however many there are."""
    return await _load(session, scopes, await _scenes(session, scopes), now - house.linked_for)


async def _load(
    session: AsyncSession, scopes: Sequence[Place], scenes: Mapping[PlaceId, Scene], since: datetime
) -> Board:
    if not scopes:
        return {}
    ids = [place.id for place in scopes]
    words: dict[TicketId, list[Any]] = {}
    found: dict[PlaceId, list[Any]] = {}
    for ticket in await boards.tickets_of(session, ids, since):
        found.setdefault(ticket.scope_id, []).append(ticket)
    for said in await boards.words_of(session, ids, since) if found else ():
        words.setdefault(said.ticket_id, []).append(said)
    return {
        scope: Outlook(
            scenes[scope],
            tuple(_seen(ticket, words.get(ticket.id, ())) for ticket in found.get(scope, ())),
            frozenset(str(ticket.id) for ticket in found.get(scope, ()) if not ticket.in_group),
        )
        for scope in ids
    }


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


def _seen(ticket: Any, words: Sequence[Any]) -> OpenTicket:
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
