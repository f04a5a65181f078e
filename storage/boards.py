"""What a message may be about, for many places at once.

Bare columns, because it is asked for with every message that is heard.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import table_of
from storage.places import Place
from storage.prepared import Prepared
from storage.tickets import Ticket
from storage.types import PlaceId, PlaceKind, TicketId
from storage.words import TicketMessage

_TICKET: Final = table_of(Ticket).c
_WORDS: Final = table_of(TicketMessage).c
_PLACE: Final = table_of(Place).c
_HERE: Final = sa.and_(
    _TICKET.scope_id.in_(sa.bindparam("scopes", expanding=True)),
    sa.or_(_TICKET.closed_at.is_(None), _TICKET.closed_at > sa.bindparam("since")),
)
_WORDS_OF_ONE: Final = (
    sa.select(sa.func.count()).where(_WORDS.ticket_id == _TICKET.id).correlate(_TICKET.id.table).scalar_subquery()
)
_TICKETS: Final = Prepared(
    sa.select(
        _TICKET.id,
        _TICKET.version,
        _WORDS_OF_ONE.label("said"),
        _TICKET.scope_id,
        _TICKET.in_group,
        _TICKET.category,
        _TICKET.urgency,
        _TICKET.building,
        _TICKET.unit,
        _TICKET.floor,
        _TICKET.room,
        _TICKET.opened_at,
        _TICKET.last_at,
        _TICKET.closed_at,
    )
    .where(_HERE)
    .order_by(_TICKET.id)
)
#: A change to a ticket raises its version, and words come and go: what is the same in all of this is the same.
_MARKS: Final = Prepared(
    sa.select(
        _TICKET.scope_id,
        sa.func.count(),
        sa.func.sum(_TICKET.id),
        sa.func.sum(_TICKET.version),
        sa.func.sum(_WORDS_OF_ONE),
    )
    .where(_HERE)
    .group_by(_TICKET.scope_id)
)
_SAID: Final = Prepared(
    sa.select(_WORDS.ticket_id, _WORDS.sender, _WORDS.act, _WORDS.text)
    .where(_WORDS.ticket_id.in_(sa.bindparam("tickets", expanding=True)))
    .order_by(_WORDS.at, _WORDS.message_id)
)
_PARENTS_AND_UNITS: Final = Prepared(
    sa.select(_PLACE.id, _PLACE.parent_id, _PLACE.kind, _PLACE.name)
    .where(
        sa.or_(
            _PLACE.id.in_(sa.bindparam("parents", expanding=True)),
            sa.and_(
                _PLACE.parent_id.in_(sa.bindparam("places", expanding=True)),
                _PLACE.kind == sa.literal(PlaceKind.UNIT, _PLACE.kind.type),
            ),
        )
    )
    .order_by(_PLACE.id)
)


async def tickets_of(session: AsyncSession, scopes: Sequence[PlaceId], closed_since: datetime) -> Sequence[Any]:
    """The tickets of `scopes` that are open or were closed after `closed_since`, oldest first.

    While `version` and `said`, the number of words kept, are the same, nothing about a ticket has changed.
    """
    return await _TICKETS.all(session, {"scopes": list(scopes), "since": closed_since})


async def marks_of(session: AsyncSession, scopes: Sequence[PlaceId], closed_since: datetime) -> dict[PlaceId, Any]:
    """For each of `scopes` a value that changes with anything that the other two questions answer about it.

    A place without such tickets is missing.
    """
    found = await _MARKS.all(session, {"scopes": list(scopes), "since": closed_since})
    return {scope: tuple(mark) for scope, *mark in found}


async def words_of(session: AsyncSession, tickets: Sequence[TicketId]) -> Sequence[Any]:
    """What was said about these tickets and by whom, in order."""
    return await _SAID.all(session, {"tickets": list(tickets)}) if tickets else ()


async def around(session: AsyncSession, found: Sequence[Place]) -> Sequence[Any]:
    """The parents and the units of these places."""
    parents = [place.parent_id for place in found if place.parent_id is not None]
    given = {"parents": parents, "places": [place.id for place in found]}
    return await _PARENTS_AND_UNITS.all(session, given)
