"""What is to be taken back out of chats in which it was said, and what came of it."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once
from storage.outbox import OutboxMessage
from storage.seldom import Seldom
from storage.types import BroadcastId

NOBODYS: Final = timedelta(hours=1)  #: after which anybody sees to what nobody came for


class Recall(Base, kw_only=True):
    """One message to be taken back. It is over when `over_at` is set; `error` None: it is gone."""

    __tablename__ = "recall"

    outbox_id: Mapped[int] = mapped_column(sa.ForeignKey("outbox.id", ondelete="CASCADE"), primary_key=True)
    broadcast_id: Mapped[BroadcastId] = mapped_column(sa.ForeignKey("broadcast.id"), index=True)
    due_at: Mapped[datetime] = mapped_column(index=True)
    attempts: Mapped[int] = mapped_column(default=0)
    over_at: Mapped[datetime | None] = mapped_column(default=None)
    error: Mapped[str | None] = mapped_column(sa.String(200), default=None)
    told: Mapped[bool] = mapped_column(default=False)  #: the notice's people know what came of it
    #: the platform's ids of what is still there, once some of it is gone
    left: Mapped[list[str] | None] = mapped_column(sa.JSON(none_as_null=True), default=None)


async def ask(session: AsyncSession, broadcast: BroadcastId, messages: Collection[int], now: datetime) -> int:
    """Let these messages be taken back; how many of them nobody had asked for before."""
    rows = [dict(outbox_id=message, broadcast_id=broadcast, due_at=now, attempts=0, told=False) for message in messages]
    return len(await insert_once(session, Recall, rows, key=("outbox_id",)))


async def take_due(
    session: AsyncSession, *, now: datetime, ours: Sequence[tuple[str, str]], lease: timedelta, limit: int
) -> Sequence[tuple[Recall, OutboxMessage]]:
    """Lease what is due; commit at once. Taking a message back twice does no harm.

    Args:
        ours: The accounts (channel, account) that can be asked; what others said only where nobody has come for it.
    """
    mine = sa.tuple_(OutboxMessage.channel, OutboxMessage.account).in_(ours)
    waiting = Recall.over_at.is_(None), Recall.due_at <= now, sa.or_(mine, Recall.due_at <= now - NOBODYS)
    query = sa.select(Recall, OutboxMessage).join(OutboxMessage, OutboxMessage.id == Recall.outbox_id).where(*waiting)
    ordered = query.order_by(Recall.due_at, Recall.outbox_id).limit(limit)
    found = [(recall, row) for recall, row in await session.execute(ordered.with_for_update(skip_locked=True))]
    for recall, _ in found:
        recall.due_at, recall.attempts = now + lease, recall.attempts + 1
    return found


async def keep_on(session: AsyncSession, message: int, left: Sequence[str]) -> None:
    """Of its parts these are still there, and are tried again."""
    await session.execute(sa.update(Recall).where(Recall.outbox_id == message).values(left=list(left)))


async def settle(session: AsyncSession, message: int, now: datetime, error: str | None) -> None:
    """It is gone, or it stays for that reason."""
    over = sa.update(Recall).where(Recall.outbox_id == message, Recall.over_at.is_(None))
    await session.execute(over.values(over_at=now, error=error))


async def of_notice(session: AsyncSession, broadcast: BroadcastId) -> Sequence[tuple[Recall, OutboxMessage]]:
    """What was asked for of a notice, in order of entry."""
    query = sa.select(Recall, OutboxMessage).join(OutboxMessage, OutboxMessage.id == Recall.outbox_id)
    found = await session.execute(query.where(Recall.broadcast_id == broadcast).order_by(Recall.outbox_id))
    return [(recall, row) for recall, row in found]


_ALL_TOLD: Final = sa.func.min(sa.case((Recall.told, 1), else_=0))
_ALL_OVER: Final = sa.func.min(sa.case((Recall.over_at.is_not(None), 1), else_=0))
_UNTOLD: Final = Seldom(
    sa.select(Recall.broadcast_id).group_by(Recall.broadcast_id).having(_ALL_TOLD == 0, _ALL_OVER == 1)
)


async def untold(session: AsyncSession) -> Sequence[BroadcastId]:
    """The notices of which everything that was asked for is over, and nobody was told."""
    return await _UNTOLD.all(session)


async def all_told(session: AsyncSession, broadcast: BroadcastId) -> bool:
    """Note that what came of it was told; whether it had not been: of two clocks one tells."""
    untold = sa.update(Recall).where(Recall.broadcast_id == broadcast, Recall.told.is_(False)).values(told=True)
    return bool((await session.execute(untold.returning(Recall.outbox_id))).all())
