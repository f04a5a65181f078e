"""What understanding has to know of a place: how it is built, and the tickets that a message may belong to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.house import HouseRules
from handlers.understanding.types import OpenTicket, Scene, Spot
from storage import places, tickets
from storage.places import Place
from storage.tickets import Ticket, TicketMessage
from storage.types import Act, PlaceId, PlaceKind, TicketId


@dataclass(frozen=True, slots=True)
class Outlook:
    """One place: `tickets` are open there, or were closed not long ago; `hidden` of them were reported alone."""

    scene: Scene = Scene()
    tickets: tuple[OpenTicket, ...] = ()
    hidden: frozenset[str] = field(default_factory=frozenset)

    def for_group(self) -> tuple[OpenTicket, ...]:
        """What may be spoken of before the others."""
        return tuple(ticket for ticket in self.tickets if ticket.id not in self.hidden)


Board = dict[PlaceId, Outlook]


async def load(session: AsyncSession, scopes: Sequence[Place], now: datetime, house: HouseRules) -> Board:
    """The outlook of `scopes`; three statements however many there are."""
    if not scopes:
        return {}
    ids = [place.id for place in scopes]
    found = await tickets.current(session, ids, now - house.linked_for)
    said: dict[TicketId, list[TicketMessage]] = {}
    for words in await tickets.words_of(session, [ticket.id for ticket in found]):
        said.setdefault(words.ticket_id, []).append(words)
    scenes = await _scenes(session, scopes)
    return {
        scope: Outlook(
            scenes[scope],
            tuple(seen(ticket, said.get(ticket.id, [])) for ticket in found if ticket.scope_id == scope),
            frozenset(str(ticket.id) for ticket in found if not ticket.in_group),
        )
        for scope in ids
    }


async def _scenes(session: AsyncSession, scopes: Sequence[Place]) -> dict[PlaceId, Scene]:
    around = await places.around(session, scopes)
    found = {}
    for place in scopes:
        units = tuple(p.name for p in around if p.parent_id == place.id and p.kind is PlaceKind.UNIT)
        parent = next((p.name for p in around if p.id == place.parent_id), "")
        building = place.name if place.kind is PlaceKind.BUILDING else None
        found[place.id] = Scene(building, units, place.floors, parent if building else place.name)
    return found


def seen(ticket: Ticket, words: Sequence[TicketMessage]) -> OpenTicket:
    """One ticket as understanding sees it."""
    opening = next((w for w in words if w.act is Act.OPEN), None)
    return OpenTicket(
        id=str(ticket.id),
        category=ticket.category,
        urgency=ticket.urgency,
        spot=Spot(ticket.building, ticket.unit, ticket.floor, ticket.room),
        opened_by=opening.sender if opening else "",
        opened_at=ticket.opened_at,
        last_at=ticket.last_at or ticket.opened_at,
        gist=opening.text if opening else "",
        people=frozenset(w.sender for w in words),
        closed_at=ticket.closed_at,
    )
