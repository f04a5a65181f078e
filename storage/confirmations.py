"""What members were asked to confirm before it goes out, and the messages that wait for it.

A confirmation is one task on the platform: one member, one text, some of the groups that he owns. The outbox rows of
these groups carry the task as their `platform_id` and are CONFIRMING until it is known what became of them.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.broadcasts import Broadcast
from storage.chats import Address
from storage.outbox import OutboxMessage
from storage.types import OutboxStatus

MOST_AT_ONCE = 2000  #: messages; as many groups as one task may have

#: channel, account
Account = tuple[str, str]


class Confirmation(Base, kw_only=True):
    """A task that `member` (in the platform's ids) has before him. It is over when nothing waits for it any more."""

    __tablename__ = "confirmation"
    __table_args__ = (sa.UniqueConstraint("channel", "account", "task"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False, autoincrement=True)
    channel: Mapped[str] = mapped_column(sa.String(24))
    account: Mapped[str] = mapped_column(sa.String(64))
    task: Mapped[str] = mapped_column(sa.String(200))
    member: Mapped[str] = mapped_column(sa.String(128))
    member_name: Mapped[str] = mapped_column(sa.String(200))
    asked_at: Mapped[datetime]
    look_at: Mapped[datetime] = mapped_column(index=True)  #: when to see next how it is
    reminders: Mapped[int] = mapped_column(default=0)
    confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    over_at: Mapped[datetime | None] = mapped_column(default=None)


async def take_due(
    session: AsyncSession, account: Account, *, now: datetime, lease: timedelta, by: str
) -> Sequence[OutboxMessage]:
    """Lease the messages of `account` that are due, in their order; commit at once."""
    of_use = sa.or_(OutboxMessage.good_until.is_(None), OutboxMessage.good_until > now)
    pending = OutboxMessage.status == OutboxStatus.PENDING, OutboxMessage.due_at <= now, of_use
    query = sa.select(OutboxMessage).where(*_of(account), *pending).order_by(OutboxMessage.id).limit(MOST_AT_ONCE)
    found = (await session.scalars(query.with_for_update(skip_locked=True))).all()
    for message in found:
        message.status, message.lease_until, message.leased_by = OutboxStatus.SENDING, now + lease, by
        message.attempts += 1
    return found


async def left_hanging(session: AsyncSession, account: Account, now: datetime) -> Sequence[OutboxMessage]:
    """Messages of which nobody knows whether a member was asked: the lease ran out."""
    query = sa.select(OutboxMessage).where(*_of(account), OutboxMessage.status == OutboxStatus.SENDING)
    query = query.where(OutboxMessage.lease_until <= now).order_by(OutboxMessage.id)
    return (await session.scalars(query.with_for_update(skip_locked=True))).all()


async def by_ids(session: AsyncSession, ids: Collection[int]) -> Sequence[OutboxMessage]:
    """These messages, as they are now."""
    query = sa.select(OutboxMessage).where(OutboxMessage.id.in_(ids)).order_by(OutboxMessage.id)
    return (await session.scalars(query.execution_options(populate_existing=True))).all()


async def asked_today(session: AsyncSession, account: Account, since: datetime) -> dict[str, int]:
    """How often each group got something after `since`, or would get it by what a member was asked after that."""
    asked = sa.select(Confirmation.task).where(*_same(Confirmation, account), Confirmation.asked_at >= since)
    got = sa.and_(OutboxMessage.status == OutboxStatus.SENT, OutboxMessage.sent_at >= since)
    may_get = sa.and_(OutboxMessage.status == OutboxStatus.CONFIRMING, OutboxMessage.platform_id.in_(asked))
    query = sa.select(OutboxMessage.chat, sa.func.count()).where(*_of(account), sa.or_(got, may_get))
    return {chat: count for chat, count in await session.execute(query.group_by(OutboxMessage.chat))}


async def to_look_at(session: AsyncSession, account: Account, now: datetime) -> Sequence[Confirmation]:
    """The tasks that are not over, of which it is time to see how they are."""
    query = sa.select(Confirmation).where(*_same(Confirmation, account), Confirmation.over_at.is_(None))
    return (await session.scalars(query.where(Confirmation.look_at <= now).order_by(Confirmation.id))).all()


async def known_tasks(session: AsyncSession, account: Account, since: datetime) -> set[str]:
    """The tasks that were made after `since`, as far as they are known."""
    query = sa.select(Confirmation.task).where(*_same(Confirmation, account), Confirmation.asked_at >= since)
    return set(await session.scalars(query))


async def messages_of(session: AsyncSession, task: Confirmation) -> Sequence[OutboxMessage]:
    """The messages of a task, whatever became of them."""
    query = sa.select(OutboxMessage).where(*_of((task.channel, task.account)), OutboxMessage.platform_id == task.task)
    return (await session.scalars(query.order_by(OutboxMessage.id))).all()


async def waited_for(session: AsyncSession, broadcast: Broadcast) -> list[tuple[str, int]]:
    """Whose confirmation the last round of a notice waits for, and for how many groups."""
    same = sa.and_(*(getattr(Confirmation, name) == getattr(OutboxMessage, name) for name in ("channel", "account")))
    joined = sa.select(Confirmation.member_name, sa.func.count()).join(
        OutboxMessage, sa.and_(same, OutboxMessage.platform_id == Confirmation.task)
    )
    waiting = (
        OutboxMessage.broadcast_id == broadcast.id,
        OutboxMessage.key.startswith(broadcast.round_key, autoescape=True),
        OutboxMessage.status == OutboxStatus.CONFIRMING,
    )
    found = await session.execute(
        joined.where(*waiting).group_by(Confirmation.member_name).order_by(sa.func.min(Confirmation.id))
    )
    return [(name, count) for name, count in found]


async def drop(session: AsyncSession, address: Address, why: str) -> None:
    """Nothing that waits for a confirmation can go out there any more."""
    channel, account, chat = address
    waiting = OutboxMessage.chat == chat, OutboxMessage.status == OutboxStatus.CONFIRMING
    late = sa.update(OutboxMessage).where(*_of((channel, account)), *waiting)
    await session.execute(late.values(status=OutboxStatus.DEAD, error=why))


async def forget(session: AsyncSession, before: datetime) -> None:
    """Drop the tasks that were over before that moment; what became of their messages is in the outbox."""
    await session.execute(sa.delete(Confirmation).where(Confirmation.over_at < before))


def _of(account: Account) -> tuple[sa.ColumnElement[bool], ...]:
    return _same(OutboxMessage, account)


def _same(table: Any, account: Account) -> tuple[sa.ColumnElement[bool], ...]:
    return table.channel == account[0], table.account == account[1]
