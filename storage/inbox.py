"""What was heard: the ids of messages, so that none is taken twice, and what a bug left over, for a day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once

#: channel, account, message id
Key = tuple[str, str, str]


class InboxEntry(Base, kw_only=True):
    """A message that was taken. Nothing of it is kept but its id, unless a bug left it to be taken again."""

    __tablename__ = "inbox"
    # The key is all there is to the row: SQLite then keeps one tree instead of two.
    __table_args__ = (
        sa.Index(
            "ix_inbox_kept",
            "received_at",
            postgresql_where=sa.text("kept IS NOT NULL"),
            sqlite_where=sa.text("kept IS NOT NULL"),
        ),
        {"sqlite_with_rowid": False},
    )

    channel: Mapped[str] = mapped_column(sa.String(24), primary_key=True)
    account: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    message_id: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    received_at: Mapped[datetime]
    kept: Mapped[dict[str, Any] | None] = mapped_column(default=None)


async def claim(session: AsyncSession, keys: Sequence[Key], now: datetime) -> set[Key]:
    """Take the messages with these keys; those that nobody took before are returned. One statement."""
    rows = [dict(channel=c, account=a, message_id=m, received_at=now) for c, a, m in dict.fromkeys(keys)]
    fresh = await insert_once(session, InboxEntry, rows, key=("channel", "account", "message_id"))
    return {(str(c), str(a), str(m)) for c, a, m in fresh}


async def is_taken(session: AsyncSession, key: Key) -> bool:
    """Whether the message was taken before."""
    return await session.get(InboxEntry, key) is not None


async def keep(session: AsyncSession, key: Key, content: dict[str, Any]) -> None:
    """Keep a message that a bug made impossible to handle, to be taken again; at most a day."""
    entry = await session.get_one(InboxEntry, key)
    entry.kept = content


async def kept(session: AsyncSession) -> Sequence[InboxEntry]:
    """What waits to be taken again, longest first."""
    query = sa.select(InboxEntry).where(InboxEntry.kept.is_not(None)).order_by(InboxEntry.received_at)
    return (await session.scalars(query)).all()


async def forget(session: AsyncSession, *, ids_before: datetime, kept_before: datetime) -> None:
    """Drop ids older than `ids_before`, and kept contents older than `kept_before`."""
    await session.execute(sa.delete(InboxEntry).where(InboxEntry.received_at < ids_before))
    stale = sa.update(InboxEntry).where(InboxEntry.kept.is_not(None), InboxEntry.received_at < kept_before)
    await session.execute(stale.values(kept=sa.null()))


async def let_go(session: AsyncSession, keys: Sequence[Key]) -> set[Key]:
    """Forget the contents of kept messages; those that were still kept are returned, so that one is taken again once."""
    key = sa.tuple_(InboxEntry.channel, InboxEntry.account, InboxEntry.message_id)
    still = sa.update(InboxEntry).where(key.in_(list(keys)), InboxEntry.kept.is_not(None)).values(kept=sa.null())
    gone = await session.execute(still.returning(InboxEntry.channel, InboxEntry.account, InboxEntry.message_id))
    return {(str(c), str(a), str(m)) for c, a, m in gone}
