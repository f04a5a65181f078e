"""The tickets of a group as understanding sees them."""

from collections.abc import Collection
from datetime import datetime
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncSession

from handlers.context import Context
from handlers.house import HouseRules
from handlers.understanding.types import OpenTicket, Spot
from storage import tickets
from storage.tickets import Ticket, TicketMessage
from storage.types import Act, PlaceId

Board = dict[PlaceId, tuple[OpenTicket, ...]]


async def load(session: AsyncSession, scopes: Collection[PlaceId], now: datetime, house: HouseRules) -> Board:
    """The tickets of `scopes` that a message may belong to; two statements however many scopes there are."""
    found = await tickets.current(session, scopes, now - house.linked_for)
    said = await tickets.words_of(session, [ticket.id for ticket in found])
    words = {i: list(group) for i, group in groupby(sorted(said, key=lambda w: w.ticket_id), lambda w: w.ticket_id)}
    board: Board = dict.fromkeys(scopes, ())
    for ticket in found:
        board[ticket.scope_id] = (*board[ticket.scope_id], seen(ticket, words.get(ticket.id, [])))
    return board


async def reload(ctx: Context, scope: PlaceId) -> None:
    """Let the messages that follow in the same batch see what was just changed."""
    await ctx.session.flush()
    ctx.board.update(await load(ctx.session, [scope], ctx.now, ctx.house))


def seen(ticket: Ticket, words: list[TicketMessage]) -> OpenTicket:
    """One ticket as understanding sees it."""
    opening = next((w for w in words if w.act == Act.OPEN), None)
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
