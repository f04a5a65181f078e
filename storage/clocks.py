"""Which tickets the clock has to look at: those whose next step is due, and those that nobody winds any more."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage import places
from storage.places import Place
from storage.steps import StepKind
from storage.tickets import UNACCEPTED, Ticket
from storage.types import MemberId, TicketId, Urgency


async def due(session: AsyncSession, moment: datetime, most: int, *, shuffled: bool = False) -> Sequence[Ticket]:
    """At most `most` open tickets whose next step was due by `moment`, emergencies first; no other clock takes them.

    Args:
        shuffled: In another order at every moment, so that one that cannot be dealt with stands in nobody's way.
    """
    query = sa.select(Ticket).where(Ticket.closed_at.is_(None), Ticket.next_at <= moment)
    order: tuple[Any, ...] = (Ticket.urgency != Urgency.EMERGENCY, Ticket.next_at, Ticket.id)
    if shuffled:
        order = ((Ticket.id * 31 + int(moment.timestamp())) % 101, Ticket.id)
    return (await session.scalars(query.order_by(*order).limit(most).with_for_update(skip_locked=True))).all()


async def stopped(session: AsyncSession, overdue: datetime, now: datetime, most: int) -> Sequence[Ticket]:
    """Open tickets that have no next step, or whose time has been over since `overdue`, or that the clock left behind."""
    lost = sa.or_(Ticket.next_at.is_(None), Ticket.next_at < overdue, Ticket.last_at > now)
    query = sa.select(Ticket).where(Ticket.closed_at.is_(None), lost).order_by(Ticket.id).limit(most)
    return (await session.scalars(query.with_for_update(skip_locked=True))).all()


async def waiting(session: AsyncSession, since: datetime) -> Sequence[Ticket]:
    """Tickets nobody has accepted that were already waiting at `since`, longest first."""
    query = sa.select(Ticket).where(Ticket.status.in_(UNACCEPTED), Ticket.waiting_since <= since)
    return (await session.scalars(query.order_by(Ticket.waiting_since))).all()


async def waiting_from(session: AsyncSession, moment: datetime) -> Sequence[Ticket]:
    """Tickets nobody has accepted that wait since a time later than `moment`, as the clock was when they began to."""
    query = sa.select(Ticket).where(Ticket.status.in_(UNACCEPTED), Ticket.waiting_since > moment)
    return (await session.scalars(query)).all()


async def ask_another(session: AsyncSession, member: MemberId, now: datetime) -> None:
    """Whoever was asked is gone: the next one is asked at once."""
    his = sa.update(Ticket).where(Ticket.asking_id == member, Ticket.closed_at.is_(None))
    await session.execute(his.values(next_step=StepKind.ASK_NEXT, next_at=now))


async def open_below(session: AsyncSession, place: Place, after: TicketId, most: int) -> Sequence[Ticket]:
    """At most `most` open tickets at `place` or below it, in order of their ids, from the one after `after` on."""
    below = await places.within(session, [place])
    query = sa.select(Ticket).join(Place, Place.id == Ticket.place_id).where(below, Ticket.closed_at.is_(None))
    return (await session.scalars(query.where(Ticket.id > after).order_by(Ticket.id).limit(most))).all()
