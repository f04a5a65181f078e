"""Whom a ticket was given to at each step, and why: codes and ids, never words or names."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.appended import append, waiting
from storage.base import Base
from storage.prepared import Prepared
from storage.tickets import Ticket, TicketEvent
from storage.types import MemberId, PlaceId, TicketAction, TicketId


class Choice(Base, kw_only=True):
    """One decision whom to ask. Append-only; `codes` as `handlers/choosing.py` makes them.

    A member is his id in them; of somebody who had his data removed it leads to a row without a name.
    """

    __tablename__ = "choice"

    id: Mapped[int] = mapped_column(primary_key=True, init=False, autoincrement=True)
    ticket_id: Mapped[TicketId] = mapped_column(sa.ForeignKey("ticket.id"), index=True)
    at: Mapped[datetime]
    round: Mapped[int]
    level: Mapped[int]
    place_id: Mapped[PlaceId | None] = mapped_column(sa.ForeignKey("place.id"))  #: None: nobody answers anywhere
    codes: Mapped[dict[str, Any]]


def enter(
    session: AsyncSession, ticket: Ticket, at: datetime, level: int, place: PlaceId | None, codes: Mapping[str, Any]
) -> None:
    """Keep what was chosen for the ticket, and why."""
    row = dict(ticket_id=ticket.id, at=at, round=ticket.round, level=level, place_id=place, codes=dict(codes))
    append(session, Choice, row)


async def of_ticket(session: AsyncSession, ticket: TicketId) -> Sequence[Choice]:
    """What was chosen for it, in order."""
    query = sa.select(Choice).where(Choice.ticket_id == ticket).order_by(Choice.id)
    return (await session.scalars(query)).all()


_NO: Final = (TicketAction.REFUSE, TicketAction.NO_ANSWER, TicketAction.RETURN, TicketAction.TRANSFER)


_SAID_NO: Final = Prepared(
    sa.select(TicketEvent.member_id, TicketEvent.action)
    .where(TicketEvent.ticket_id == sa.bindparam("ticket"), TicketEvent.action.in_((*_NO, TicketAction.REOPEN)))
    .order_by(TicketEvent.id)
)


async def declined(session: AsyncSession, ticket: Ticket) -> dict[MemberId, TicketAction]:
    """Who did not take the ticket or did not keep it, and how he said so last; since it was last opened.

    Whoever let his time pass before it was handed back may be asked again.
    """
    kept = [(row.member_id, row.action) for row in await _SAID_NO.all(session, {"ticket": ticket.id})]
    just_now = [row for row in waiting(session, TicketEvent) if row["ticket_id"] == ticket.id]
    found: dict[MemberId, TicketAction] = {}
    for member, action in (*kept, *((row["member_id"], row["action"]) for row in just_now)):
        if action not in (*_NO, TicketAction.REOPEN):
            continue
        if action is TicketAction.REOPEN:
            found.clear()
        elif action in (TicketAction.RETURN, TicketAction.TRANSFER):
            found = {who: how for who, how in found.items() if how is not TicketAction.NO_ANSWER}
        if member is not None and action is not TicketAction.REOPEN:
            found[member] = action
    return found
