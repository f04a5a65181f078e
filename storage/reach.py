"""What notices have reached, month by month: how many groups and people, and at which hours they were read."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.broadcasts import Broadcast
from storage.outbox import OutboxMessage
from storage.readbacks import ReadBack
from storage.types import BroadcastId, OutboxStatus, PlaceId


class Reached(NamedTuple):
    """How many messages of a notice had that fate."""

    broadcast: BroadcastId
    is_group: bool
    status: OutboxStatus
    messages: int


async def sent_between(
    session: AsyncSession, community: PlaceId, since: datetime, until: datetime
) -> tuple[Sequence[Broadcast], Sequence[Reached]]:
    """The notices of a community of which something was due in that time, oldest first, and what became of it."""
    carrier = aliased(OutboxMessage)
    fate = sa.func.coalesce(carrier.status, OutboxMessage.status, type_=OutboxMessage.status.type)
    what = (OutboxMessage.broadcast_id, OutboxMessage.is_group, fate)
    query = (
        sa.select(*what, sa.func.count())
        .select_from(OutboxMessage)
        .join(Broadcast, Broadcast.id == OutboxMessage.broadcast_id)
        .outerjoin(carrier, carrier.id == OutboxMessage.folded_into)
        .where(Broadcast.community_id == community, OutboxMessage.created_at >= since, OutboxMessage.created_at < until)
        .group_by(*what)
    )
    rows = (await session.execute(query)).all()
    counts = [Reached(number, group, status, many) for number, group, status, many in rows if number is not None]
    mine = sa.select(Broadcast).where(Broadcast.id.in_({one.broadcast for one in counts})).order_by(Broadcast.id)
    return (await session.scalars(mine)).all(), counts


async def rounds_between(
    session: AsyncSession, broadcast: Broadcast, since: datetime, until: datetime
) -> Sequence[int]:
    """The rounds of a notice that began in that time, the last one first."""
    found = []
    for number in range(broadcast.rounds, 0, -1):
        key = f"broadcast:{broadcast.id}:{number}:"
        mine = OutboxMessage.broadcast_id == broadcast.id, OutboxMessage.key.startswith(key)
        began = await session.scalar(sa.select(sa.func.min(OutboxMessage.created_at)).where(*mine))
        if began is not None and began < since:
            break
        if began is not None and began < until:
            found.append(number)
    return found


async def read_at(session: AsyncSession, community: PlaceId, since: datetime, until: datetime) -> Sequence[datetime]:
    """When the answers of that time came."""
    query = sa.select(ReadBack.at).join(Broadcast, Broadcast.id == ReadBack.broadcast_id)
    in_time = (ReadBack.at >= since, ReadBack.at < until)
    return (
        await session.scalars(query.where(Broadcast.community_id == community, *in_time).order_by(ReadBack.at))
    ).all()
