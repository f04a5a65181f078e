"""What became of what the bot said: for whoever looks after it, and for pages that show it again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.chats import Address
from storage.outbox import WAITING, OutboxMessage
from storage.types import BroadcastId, OutboxStatus


@dataclass(frozen=True, slots=True)
class Backlog:
    """What has not been said, in messages. `oldest_due`: since when the first of the waiting ones could have been.

    `confirming`: what members were asked to confirm, and have not yet.
    """

    waiting: int
    oldest_due: datetime | None
    unsure: int
    dead: int
    held: int = 0
    confirming: int = 0


async def backlog(session: AsyncSession) -> Backlog:
    """What waits, what nobody knows of whether it was said, what never will be, and what may not be said yet."""
    unsaid = OutboxMessage.status.not_in((OutboxStatus.SENT, OutboxStatus.FOLDED))
    first = sa.func.min(OutboxMessage.due_at).label("first")
    query = sa.select(OutboxMessage.status, sa.func.count(), first).where(unsaid).group_by(OutboxMessage.status)
    found = {status: (count, oldest) for status, count, oldest in await session.execute(query)}
    waiting = [found[status] for status in WAITING if status in found]
    return Backlog(
        waiting=sum(count for count, _ in waiting),
        oldest_due=min((oldest for _, oldest in waiting), default=None),
        unsure=found.get(OutboxStatus.UNSURE, (0, None))[0],
        dead=found.get(OutboxStatus.DEAD, (0, None))[0],
        held=found.get(OutboxStatus.HELD, (0, None))[0],
        confirming=found.get(OutboxStatus.CONFIRMING, (0, None))[0],
    )


async def dead_for(session: AsyncSession, reasons: Collection[str]) -> int:
    """How many messages are dead for one of these reasons."""
    dead = OutboxMessage.status == OutboxStatus.DEAD, OutboxMessage.error.in_(reasons)
    return await session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage).where(*dead)) or 0


async def said_in(session: AsyncSession, address: Address, since: datetime, limit: int) -> Sequence[OutboxMessage]:
    """What was said there after `since`, the newest `limit` of it, oldest first."""
    channel, account, chat = address
    query = sa.select(OutboxMessage).where(
        OutboxMessage.channel == channel,
        OutboxMessage.account == account,
        OutboxMessage.chat == chat,
        OutboxMessage.status == OutboxStatus.SENT,
        OutboxMessage.sent_at > since,
    )
    newest = (await session.scalars(query.order_by(OutboxMessage.id.desc()).limit(limit))).all()
    return newest[::-1]


async def of_round(session: AsyncSession, broadcast: BroadcastId, round_: str) -> dict[OutboxStatus, int]:
    """How many groups a round of a notice reached, by status."""
    query = (
        sa.select(OutboxMessage.status, sa.func.count())
        .where(OutboxMessage.broadcast_id == broadcast, OutboxMessage.key.startswith(round_, autoescape=True))
        .group_by(OutboxMessage.status)
    )
    return {status: count for status, count in await session.execute(query)}


async def with_status(session: AsyncSession, status: OutboxStatus, limit: int = 50) -> Sequence[OutboxMessage]:
    """Messages in that state, newest first."""
    query = sa.select(OutboxMessage).where(OutboxMessage.status == status).order_by(OutboxMessage.id.desc())
    return (await session.scalars(query.limit(limit))).all()


async def doubtful(session: AsyncSession) -> Sequence[OutboxMessage]:
    """What may or may not have been said in groups, and nobody was told yet. Notices have an author, who is told."""
    unsure = OutboxMessage.status == OutboxStatus.UNSURE, OutboxMessage.is_group, OutboxMessage.broadcast_id.is_(None)
    query = sa.select(OutboxMessage).where(*unsure, OutboxMessage.doubt_told.is_(False)).order_by(OutboxMessage.id)
    return (await session.scalars(query)).all()


async def is_there(session: AsyncSession, key: str) -> bool:
    """Whether a message with that key was put into the outbox, in this transaction or before."""
    return await session.scalar(sa.select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None


async def came_back(session: AsyncSession, message: tuple[str, str, str], reason: str) -> None:
    """What the platform had taken under that (channel, account, platform id) has not arrived."""
    channel, account, platform_id = message
    taken = OutboxMessage.channel == channel, OutboxMessage.account == account, OutboxMessage.platform_id == platform_id
    dead = sa.update(OutboxMessage).where(*taken, OutboxMessage.status == OutboxStatus.SENT)
    await session.execute(dead.values(status=OutboxStatus.DEAD, error=reason[:200]))


async def overtaken(session: AsyncSession, why: str) -> Sequence[OutboxMessage]:
    """What is out though it was cancelled, and its author was not told yet; `why` is what its receipt says."""
    said = (
        OutboxMessage.status == OutboxStatus.SENT,
        OutboxMessage.error == why,
        OutboxMessage.broadcast_id.is_not(None),
    )
    query = sa.select(OutboxMessage).where(*said, OutboxMessage.doubt_told.is_(False)).order_by(OutboxMessage.id)
    return (await session.scalars(query.with_for_update(skip_locked=True))).all()
