"""Which notices the clock has to look at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.broadcasts import Broadcast
from storage.seldom import Seldom
from storage.types import BroadcastStatus

_CORRECTION: Final = aliased(Broadcast)


def _locking(*which: Any) -> Seldom:
    return Seldom(sa.select(Broadcast).where(*which).order_by(Broadcast.due_at, Broadcast.id), lock=Broadcast)


_DUE: Final = _locking(
    Broadcast.status == BroadcastStatus.SCHEDULED, Broadcast.due_at <= sa.bindparam("now"), Broadcast.paused.is_(False)
)
_SENDING: Final = _locking(Broadcast.status == BroadcastStatus.SENDING)
_UNCONFIRMED: Final = _locking(
    Broadcast.status.in_((BroadcastStatus.DRAFT, BroadcastStatus.APPROVING)),
    Broadcast.shown_at <= sa.bindparam("since"),
)
_UNREMINDED: Final = _locking(
    ~sa.exists().where(_CORRECTION.corrects_id == Broadcast.id, _CORRECTION.rounds > 0),
    Broadcast.asks_back,
    Broadcast.rounds > 0,
    Broadcast.reminded_at.is_(None),
    Broadcast.paused.is_(False),
    Broadcast.status != BroadcastStatus.CANCELLED,
    Broadcast.due_at > sa.bindparam("since"),
    sa.or_(Broadcast.expires_at.is_(None), Broadcast.expires_at > sa.bindparam("now")),
)


async def due(session: AsyncSession, now: datetime) -> Sequence[Broadcast]:
    """The notices whose time has come, locked: of two clocks one gets each."""
    return await _DUE.all(session, {"now": now})


async def sending(session: AsyncSession) -> Sequence[Broadcast]:
    """The notices that are on their way to the groups, locked."""
    return await _SENDING.all(session)


async def unconfirmed(session: AsyncSession, since: datetime) -> Sequence[Broadcast]:
    """What waits to be confirmed or approved, and about which nobody was asked after `since`, locked."""
    return await _UNCONFIRMED.all(session, {"since": since})


async def unreminded(session: AsyncSession, now: datetime, since: datetime) -> Sequence[Broadcast]:
    """The notices that ask for answers, began after `since` and are still of use, of which nobody was reminded; locked.

    What has been set right since must not be said again.
    """
    return await _UNREMINDED.all(session, {"now": now, "since": since})
