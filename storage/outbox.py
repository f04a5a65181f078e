"""What is to be said, and what became of it. The row of a message is also its receipt."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.appended import append, waiting
from storage.base import Base, only
from storage.prepared import Prepared
from storage.types import BroadcastId, MemberId, MessageKind, OutboxStatus, TicketId

WAITING: Final = (OutboxStatus.PENDING, OutboxStatus.SENDING)
UNSAID: Final = (*WAITING, OutboxStatus.GATHERING, OutboxStatus.HELD)
NOTICES: Final = (MessageKind.BROADCAST, MessageKind.WARNING)


class OutboxMessage(Base, kw_only=True):
    """One message to one chat. `key` makes repeating the change that caused it harmless."""

    __tablename__ = "outbox"
    __table_args__ = (
        sa.Index("ix_outbox_waiting", "channel", "account", "chat", "id", **only("status IN ('pending', 'sending')")),
        sa.Index("ix_outbox_held", "channel", "account", "chat", "id", **only("status = 'held'")),
        sa.Index("ix_outbox_platform", "channel", "account", "platform_id"),
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True, init=False, autoincrement=True)
    key: Mapped[str] = mapped_column(sa.String(300), unique=True)
    channel: Mapped[str] = mapped_column(sa.String(24))
    account: Mapped[str] = mapped_column(sa.String(64))
    chat: Mapped[str] = mapped_column(sa.String(128))
    is_group: Mapped[bool]
    kind: Mapped[MessageKind]
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    status: Mapped[OutboxStatus] = mapped_column(default=OutboxStatus.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(default=None)
    leased_by: Mapped[str | None] = mapped_column(sa.String(64), default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    platform_id: Mapped[str | None] = mapped_column(sa.String(200), default=None)
    good_until: Mapped[datetime | None] = mapped_column(default=None)  #: it is of no use from then on
    #: the message with which its words went out
    folded_into: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox.id"), default=None, index=True)
    error: Mapped[str | None] = mapped_column(sa.String(200), default=None)
    doubt_told: Mapped[bool] = mapped_column(default=False)  #: its group's people know that it is unsure
    ticket_id: Mapped[TicketId | None] = mapped_column(sa.ForeignKey("ticket.id"), default=None, index=True)
    broadcast_id: Mapped[BroadcastId | None] = mapped_column(sa.ForeignKey("broadcast.id"), default=None, index=True)
    member_id: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), default=None, index=True)


def put(session: AsyncSession, row: Mapping[str, Any], *, dead: str | None = None, gathers: bool = False) -> None:
    """Let a message wait to be sent; `row` are the columns that say what and to whom.

    Args:
        dead: Why it cannot be sent at all: only its receipt is kept.
        gathers: It waits to become part of a later message.
    """
    status = OutboxStatus.GATHERING if gathers else OutboxStatus.PENDING
    status = status if dead is None else OutboxStatus.DEAD
    append(
        session,
        OutboxMessage,
        dict({"good_until": None}, **row, status=status, error=dead, attempts=0, doubt_told=False),
    )


async def claim(
    session: AsyncSession,
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
    by: str,
    resting: Collection[tuple[str, str]] = (),
    quiet: Collection[tuple[str, str, str]] = (),
    emergencies: bool = False,
) -> Sequence[OutboxMessage]:
    """Lease up to `limit` due messages, at most one a chat, so that a chat stays in order.

    Args:
        session: Commit it at once, so that the lease is visible to other senders.
        now: Messages due at or before this moment qualify.
        lease: How long the claim holds. Longer than one send may take.
        limit: Most messages to take: emergencies first, notices last.
        by: The instance that claims.
        resting: Accounts (channel, account) that may not speak just now.
        quiet: Chats (channel, account, chat) in which nothing may be said just now.
        emergencies: Nothing else.
    """
    these = (_PRESSING,) if emergencies else ()
    query = (
        sa.select(OutboxMessage)
        .where(
            OutboxMessage.id.in_(_firsts(now)),
            OutboxMessage.status == OutboxStatus.PENDING,
            OutboxMessage.due_at <= now,
            *(*these, *_free(resting, quiet)),
        )
        .order_by(_RANK, OutboxMessage.due_at, OutboxMessage.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    found = (await session.scalars(query)).all()
    for message in found:
        message.status, message.lease_until, message.leased_by = OutboxStatus.SENDING, now + lease, by
        message.attempts += 1
    return found


_PRESSING: Final = OutboxMessage.kind.in_((MessageKind.EMERGENCY, MessageKind.WARNING))
_RANK = sa.case((_PRESSING, 0), (OutboxMessage.kind == MessageKind.BROADCAST, 2), else_=1)
_FAR: Final = 10**12  #: more messages than there will ever be
# In a chat, what is being said holds the line; an emergency goes before everything that waits, and the rest in order.
_AHEAD = sa.case((OutboxMessage.status == OutboxStatus.SENDING, 2 * _FAR), (_PRESSING, _FAR), else_=0)


def _firsts(now: datetime) -> sa.Select[int]:
    """Whose turn it is in each chat."""
    # What was put off on purpose has not joined the line yet; what failed and waits for its next try keeps its place.
    in_line = sa.or_(
        OutboxMessage.status == OutboxStatus.SENDING, OutboxMessage.attempts > 0, OutboxMessage.due_at <= now
    )
    place = sa.func.min(OutboxMessage.id - _AHEAD)
    first = sa.case((place < -_FAR, place + 2 * _FAR), (place < 0, place + _FAR), else_=place)
    return (
        sa.select(first)
        .where(OutboxMessage.status.in_(WAITING), in_line, _of_use(now))
        .group_by(OutboxMessage.channel, OutboxMessage.account, OutboxMessage.chat)
    )


def _of_use(now: datetime) -> sa.ColumnElement[bool]:
    """What is not too late to be said; the clock lets the rest be dead."""
    late = sa.and_(OutboxMessage.status == OutboxStatus.PENDING, OutboxMessage.good_until <= now)
    return sa.not_(sa.func.coalesce(late, sa.false()))


def _free(
    resting: Collection[tuple[str, str]], quiet: Collection[tuple[str, str, str]]
) -> Iterator[sa.ColumnElement[bool]]:
    account = (OutboxMessage.channel, OutboxMessage.account)
    if resting:
        yield sa.tuple_(*account).not_in(list(resting))
    if quiet:
        yield sa.tuple_(*account, OutboxMessage.chat).not_in(list(quiet))


async def left_hanging(session: AsyncSession, *, now: datetime, by: str | None = None) -> Sequence[OutboxMessage]:
    """Messages whose sender is gone: the lease ran out, or it is `by`, the instance that is just starting."""
    gone: Any = OutboxMessage.lease_until <= now
    if by is not None:
        gone = sa.or_(gone, OutboxMessage.leased_by == by)
    query = sa.select(OutboxMessage).where(OutboxMessage.status == OutboxStatus.SENDING, gone)
    return (await session.scalars(query.with_for_update(skip_locked=True))).all()


async def next_due(
    session: AsyncSession,
    now: datetime,
    *,
    resting: Collection[tuple[str, str]] = (),
    quiet: Collection[tuple[str, str, str]] = (),
) -> datetime | None:
    """When the next pending message can be claimed, or None if there is none; what stands behind another waits for it."""
    query = sa.select(sa.func.min(OutboxMessage.due_at)).where(
        OutboxMessage.status == OutboxStatus.PENDING,
        sa.or_(OutboxMessage.id.in_(_firsts(now)), OutboxMessage.due_at > now),
        *_free(resting, quiet),
    )
    value: datetime | None = (await session.execute(query.add_columns(sa.literal(1)))).one()[0]
    return value


_CALLS: Final = (MessageKind.CALL, MessageKind.EMERGENCY)
_CALLED: Final = Prepared(
    sa.select(OutboxMessage.member_id)
    .where(
        OutboxMessage.ticket_id == sa.bindparam("ticket"),
        OutboxMessage.kind.in_(_CALLS),
        OutboxMessage.member_id.is_not(None),
    )
    .distinct()
)


async def called_about(session: AsyncSession, ticket: TicketId) -> Sequence[MemberId]:
    """Who was called about the ticket so far."""
    found = {member for (member,) in await _CALLED.all(session, {"ticket": ticket})}
    just_now = (row for row in waiting(session, OutboxMessage) if row["ticket_id"] == ticket and row["kind"] in _CALLS)
    return sorted({*found, *(row["member_id"] for row in just_now if row["member_id"] is not None)})
