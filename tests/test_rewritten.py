"""A changed ticket is written over the one that was read, as a prepared statement, and is as the session would have it."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm.exc import StaleDataError

from storage import places, tickets
from storage.base import table_of
from storage.changes import changes, is_pending
from storage.database import Sessions
from storage.tickets import Ticket
from storage.types import Category, PlaceKind, TicketId, TicketStatus, Urgency

NOW = datetime(2026, 5, 11, 1, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


@pytest.fixture
async def known(sessions: Sessions) -> TicketId:
    """A ticket that is in the database."""
    async with sessions.begin() as session:
        here = (await places.add(session, PlaceKind.COMMUNITY, "石龙社区")).id
        new = Ticket(
            community_id=here, number=1, scope_id=here, place_id=here, category=Category.ELEVATOR, urgency=Urgency.URGENT,
            opened_at=NOW, waiting_since=NOW, channel="webchat", account="web", chat="g", in_group=True,
        )  # fmt: skip
        return (await tickets.enter(session, new)).id


async def version_of(session: AsyncSession, ticket: TicketId) -> int | None:
    """What the database says, whatever the session remembers."""
    row = table_of(Ticket).c
    found: int | None = await session.scalar(sa.select(row.version).where(row.id == ticket))
    return found


async def test_what_was_changed_is_there_and_nothing_is_pending(sessions: Sessions, known: TicketId) -> None:
    async with sessions.begin() as session:
        ticket, before = await tickets.by_id(session, known), changes(session)
        ticket.status, ticket.next_at, ticket.taken = TicketStatus.ACCEPTED, LATER, {"nudge": 1.5}
        assert is_pending(session)
        await session.flush()
        assert not is_pending(session)
        assert changes(session) > before
        assert ticket.version == await version_of(session, known) == 2
        ticket.next_at = None
    async with sessions() as session:
        again = await session.get_one(Ticket, known)
        assert (again.status, again.next_at, again.taken) == (TicketStatus.ACCEPTED, None, {"nudge": 1.5})
        assert again.version == 3


async def test_what_is_as_it_was_is_not_written(sessions: Sessions, known: TicketId) -> None:
    async with sessions.begin() as session:
        ticket = await tickets.by_id(session, known)
        ticket.status, ticket.opened_at = ticket.status, NOW + timedelta(0)
    async with sessions() as session:
        assert await version_of(session, known) == 1


async def test_nobody_elses_change_is_written_over(sessions: Sessions, known: TicketId) -> None:
    async with sessions() as session:
        ticket = await tickets.by_id(session, known)
        await session.execute(sa.update(table_of(Ticket)).values(level=2, version=2))
        ticket.level = 1
        with pytest.raises(StaleDataError):
            await session.flush()


async def test_what_a_savepoint_changed_is_undone_with_it(sessions: Sessions, known: TicketId) -> None:
    async with sessions.begin() as session:
        ticket = await tickets.by_id(session, known)
        ticket.level = 1
        with contextlib.suppress(LookupError):
            async with session.begin_nested():
                ticket.level = 2
                await session.flush()
                raise LookupError
        ticket = await tickets.by_id(session, known)
        assert (ticket.level, ticket.version) == (1, 2)
        ticket.level = 3
    async with sessions() as session:
        again = await tickets.by_id(session, known)
        assert (again.level, again.version) == (3, 3)
