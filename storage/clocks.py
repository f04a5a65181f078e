"""Which tickets the clock has to look at: those whose next step is due, and those that nobody winds any more."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage import places
from storage.base import table_of
from storage.entities import made
from storage.places import Place
from storage.steps import StepKind
from storage.tickets import UNACCEPTED, Ticket
from storage.types import MemberId, TicketId, Urgency

LADDER: Final = (StepKind.CLIMB, StepKind.SUPERVISOR, StepKind.ASK_NEXT, StepKind.REPEAT)


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


_BARE: Final = table_of(Ticket)
#: What the ladder changes in a ticket.
_CHANGED: Final = ("level", "asked", "asking_id", "called_at", "last_at", "next_step", "next_at", "done_by", "taken")


async def left_behind(session: AsyncSession, since: datetime, *, least: int, most: int) -> list[Ticket]:
    """Tickets on the ladder whose step was due by `since`, to be changed and given to `write`; none where they are few.

    No emergency, none that is private or about a certain flat; none at all while an emergency's step is overdue.
    """
    due: Any = (Ticket.closed_at.is_(None), Ticket.next_at <= since)
    climbing = (Ticket.next_step.in_(LADDER), Ticket.urgency != Urgency.EMERGENCY)
    anybody = (Ticket.private.is_(False), Ticket.room.is_(None))
    if await session.scalar(sa.select(Ticket.id).where(*due, Ticket.urgency == Urgency.EMERGENCY).limit(1)):
        return []
    many = sa.select(Ticket.id).where(*due, *climbing, *anybody).limit(least)
    if len((await session.scalars(many)).all()) < least:
        return []
    plan = sa.cast(_BARE.c.plan, sa.Text).label("plan")
    columns = (column for column in _BARE.c if column.key != "plan")
    query = sa.select(*columns, plan).where(*due, *climbing, *anybody).order_by(Ticket.next_at, Ticket.id).limit(most)
    rows = (await session.execute(query.with_for_update(skip_locked=True))).mappings().all()
    plans = {text: json.loads(text) for text in {row["plan"] for row in rows} if text}  # thousands have the same few
    return [made(Ticket, {**row, "plan": plans.get(row["plan"])}) for row in rows]


async def write(session: AsyncSession, found: Sequence[Ticket]) -> None:
    """Write down what the ladder has changed in tickets that were `left_behind`; nobody else can have meanwhile."""
    if not found:
        return
    values: dict[str, Any] = {name: sa.bindparam(f"new_{name}") for name in _CHANGED}
    statement = sa.update(_BARE).where(_BARE.c.id == sa.bindparam("key")).values(**values, version=_BARE.c.version + 1)
    rows = [{"key": one.id, **{f"new_{name}": getattr(one, name) for name in _CHANGED}} for one in found]
    await (await session.connection()).execute(statement, rows)
