"""The same that happens to many tickets at once, in one statement."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.tickets import Ticket, TicketEvent
from storage.types import MemberId, TicketAction, TicketId

AT_ONCE: Final = 5000  #: tickets named in one statement; SQLite takes 32,766 values


async def happened(
    session: AsyncSession,
    tickets: Sequence[TicketId],
    at: datetime,
    action: TicketAction,
    by: MemberId | None = None,
    value: int | None = None,
) -> None:
    """Enter the same into the history of many tickets, each of which stays where it is; one statement."""
    given = dict(at=at, action=action, member_id=by, value=value)
    columns = {name: sa.literal(one, getattr(TicketEvent, name).type) for name, one in given.items()}
    for some in portions(tickets):
        rows = sa.select(Ticket.id, Ticket.status, Ticket.status, *columns.values()).where(Ticket.id.in_(some))
        await session.execute(sa.insert(TicketEvent).from_select(["ticket_id", "before", "after", *columns], rows))


def portions(tickets: Sequence[TicketId]) -> list[Sequence[TicketId]]:
    """As many of them at once as a statement takes."""
    return [tickets[start : start + AT_ONCE] for start in range(0, len(tickets), AT_ONCE)]
