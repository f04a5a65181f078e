"""Whom a ticket was given to at each step, and why: codes and ids, never words or names."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.appended import append, waiting
from storage.base import Base, table_of
from storage.entities import made
from storage.many import portions
from storage.prepared import Prepared
from storage.tickets import Ticket, TicketEvent
from storage.types import MemberId, PlaceId, TicketAction, TicketId


class Choice(Base, kw_only=True):
    """One decision whom to ask. Append-only; `codes` as `handlers/dispatch/choosing.py` makes them.

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


_CHOICE: Final = table_of(Choice).c
_OF_TICKET: Final = Prepared(
    sa.select(*_CHOICE).where(_CHOICE.ticket_id == sa.bindparam("ticket")).order_by(_CHOICE.id)
)


def enter(
    session: AsyncSession, ticket: Ticket, at: datetime, level: int, place: PlaceId | None, codes: Mapping[str, Any]
) -> None:
    """Keep what was chosen for the ticket, and why."""
    row = dict(ticket_id=ticket.id, at=at, round=ticket.round, level=level, place_id=place, codes=dict(codes))
    append(session, Choice, row)


async def enter_each(
    session: AsyncSession,
    tickets: Sequence[TicketId],
    at: datetime,
    level: int,
    place: PlaceId | None,
    codes: Mapping[str, Any],
) -> None:
    """Keep the same of many tickets, in one statement."""
    given = dict(at=at, level=level, place_id=place, codes=dict(codes))
    columns = {name: sa.literal(value, getattr(Choice, name).type) for name, value in given.items()}
    for some in portions(tickets):
        rows = sa.select(Ticket.id, Ticket.round, *columns.values()).where(Ticket.id.in_(some))
        await session.execute(sa.insert(Choice).from_select(["ticket_id", "round", *columns], rows))


async def of_ticket(session: AsyncSession, ticket: TicketId) -> Sequence[Choice]:
    """What was chosen for it, in order, to be looked at."""
    kept = [row._asdict() for row in await _OF_TICKET.all(session, {"ticket": ticket})]
    just_now = (row for row in waiting(session, Choice) if row["ticket_id"] == ticket)
    return [made(Choice, row) for row in (*kept, *just_now)]


_NO: Final = (TicketAction.REFUSE, TicketAction.NO_ANSWER, TicketAction.RETURN, TicketAction.TRANSFER)
SaidNo = dict[MemberId, TicketAction]


_SAID_NO: Final = Prepared(
    sa.select(TicketEvent.ticket_id, TicketEvent.member_id, TicketEvent.action)
    .where(
        TicketEvent.ticket_id.in_(sa.bindparam("tickets", expanding=True)),
        TicketEvent.action.in_((*_NO, TicketAction.REOPEN)),
    )
    .order_by(TicketEvent.id)
)
_MADE: Final = Prepared(
    sa.select(Choice.ticket_id, Choice.round, Choice.codes)
    .where(Choice.ticket_id.in_(sa.bindparam("tickets", expanding=True)))
    .order_by(Choice.id)
)


async def declined(session: AsyncSession, ticket: Ticket) -> SaidNo:
    """Who did not take the ticket or did not keep it, and how he said so last; since it was last opened.

    Whoever let his time pass before it was handed back may be asked again.
    """
    kept = [(row.member_id, row.action) for row in await _SAID_NO.all(session, {"tickets": [ticket.id]})]
    just_now = [row for row in waiting(session, TicketEvent) if row["ticket_id"] == ticket.id]
    found: SaidNo = {}
    for member, action in (*kept, *((row["member_id"], row["action"]) for row in just_now)):
        found = _after(found, member, action)
    return found


async def declined_each(session: AsyncSession, tickets: Sequence[TicketId]) -> dict[TicketId, SaidNo]:
    """The same of many tickets about which nothing waits to be written; those that nobody declined are missing."""
    found: dict[TicketId, SaidNo] = {}
    for some in portions(list(tickets)):
        for row in await _SAID_NO.all(session, {"tickets": some}):
            found[row.ticket_id] = _after(found.get(row.ticket_id, {}), row.member_id, row.action)
    return found


async def called_last(session: AsyncSession, tickets: Mapping[TicketId, int]) -> dict[TicketId, list[MemberId]]:
    """Who was called about each of many tickets last, since it was handed back or opened again for that many times."""
    found: dict[TicketId, list[MemberId]] = {}
    for some in portions(list(tickets)):
        for row in await _MADE.all(session, {"tickets": some}):
            if row.round == tickets[row.ticket_id] and row.codes["called"]:
                found[row.ticket_id] = row.codes["called"]
    return found


def _after(found: SaidNo, member: MemberId | None, action: TicketAction) -> SaidNo:
    """Who does not have it, after one more thing was done."""
    if action is TicketAction.REOPEN:
        return {}
    if action not in _NO:
        return found
    if action in (TicketAction.RETURN, TicketAction.TRANSFER):
        found = {who: how for who, how in found.items() if how is not TicketAction.NO_ANSWER}
    return found if member is None else {**found, member: action}
