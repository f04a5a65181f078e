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
from storage.seldom import Seldom
from storage.steps import StepKind
from storage.tickets import UNACCEPTED, Ticket
from storage.types import MemberId, TicketId, Urgency

LADDER: Final = (StepKind.CLIMB, StepKind.SUPERVISOR, StepKind.ASK_NEXT, StepKind.REPEAT)


_OPEN: Final = Ticket.closed_at.is_(None)
_DUE: Final = sa.select(Ticket).where(_OPEN, Ticket.next_at <= sa.bindparam("moment")).limit(sa.bindparam("most"))
_DUE_IN_ORDER: Final = Seldom(
    _DUE.order_by(Ticket.urgency != Urgency.EMERGENCY, Ticket.next_at, Ticket.id), lock=Ticket
)
_DUE_SHUFFLED: Final = Seldom(
    _DUE.order_by((Ticket.id * 31 + sa.bindparam("salt", type_=sa.Integer)) % 101, Ticket.id), lock=Ticket
)
_STOPPED: Final = Seldom(
    sa.select(Ticket)
    .where(
        _OPEN,
        sa.or_(
            Ticket.next_at.is_(None), Ticket.next_at < sa.bindparam("overdue"), Ticket.last_at > sa.bindparam("now")
        ),
    )
    .order_by(Ticket.id)
    .limit(sa.bindparam("most")),
    lock=Ticket,
)
_WAITING_FROM: Final = Seldom(
    sa.select(Ticket).where(Ticket.status.in_(UNACCEPTED), Ticket.waiting_since > sa.bindparam("moment"))
)


async def due(session: AsyncSession, moment: datetime, most: int, *, shuffled: bool = False) -> Sequence[Ticket]:
    """At most `most` open tickets whose next step was due by `moment`, emergencies first; no other clock takes them.

    Args:
        shuffled: In another order at every moment, so that one that cannot be dealt with stands in nobody's way.
    """
    if shuffled:
        salt = int(moment.timestamp()) % 101
        return await _DUE_SHUFFLED.all(session, {"moment": moment, "most": most, "salt": salt})
    return await _DUE_IN_ORDER.all(session, {"moment": moment, "most": most})


async def stopped(session: AsyncSession, overdue: datetime, now: datetime, most: int) -> Sequence[Ticket]:
    """Open tickets that have no next step, or whose time has been over since `overdue`, or that the clock left behind."""
    return await _STOPPED.all(session, {"overdue": overdue, "now": now, "most": most})


async def waiting(session: AsyncSession, since: datetime) -> Sequence[Ticket]:
    """Tickets nobody has accepted that were already waiting at `since`, longest first."""
    query = sa.select(Ticket).where(Ticket.status.in_(UNACCEPTED), Ticket.waiting_since <= since)
    return (await session.scalars(query.order_by(Ticket.waiting_since))).all()


async def waiting_from(session: AsyncSession, moment: datetime) -> Sequence[Ticket]:
    """Tickets nobody has accepted that wait since a time later than `moment`, as the clock was when they began to."""
    return await _WAITING_FROM.all(session, {"moment": moment})


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


_BEHIND: Final[tuple[Any, ...]] = (_OPEN, Ticket.next_at <= sa.bindparam("since"))
_ON_LADDER: Final = (
    Ticket.next_step.in_(LADDER),
    Ticket.urgency != Urgency.EMERGENCY,
    Ticket.private.is_(False),
    Ticket.room.is_(None),
)
_EMERGENCY: Final = Seldom(sa.select(Ticket.id).where(*_BEHIND, Ticket.urgency == Urgency.EMERGENCY).limit(1))
_MANY: Final = Seldom(sa.select(Ticket.id).where(*_BEHIND, *_ON_LADDER).limit(sa.bindparam("least")))
_LEFT: Final = (
    sa.select(*(column for column in _BARE.c if column.key != "plan"), sa.cast(_BARE.c.plan, sa.Text).label("plan"))
    .where(*_BEHIND, *_ON_LADDER)
    .order_by(Ticket.next_at, Ticket.id)
    .limit(sa.bindparam("most"))
    .with_for_update(skip_locked=True)
)


async def left_behind(session: AsyncSession, since: datetime, *, least: int, most: int) -> list[Ticket]:
    """Tickets on the ladder whose step was due by `since`, to be changed and given to `write`; none where they are few.

    No emergency, none that is private or about a certain flat; none at all while an emergency's step is overdue.
    """
    if len(await _MANY.all(session, {"since": since, "least": least})) < least:
        return []
    if await _EMERGENCY.all(session, {"since": since}):
        return []
    rows = (await session.execute(_LEFT, {"since": since, "most": most})).mappings().all()
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
