"""Taking from the outbox what may be said now, and writing down what became of it: a few statements a batch.

In a chat one message goes at a time, in this order: danger, then talk, then warnings, then notices. What was put off on
purpose has not joined the line yet; what failed and waits for its next try keeps its place in it.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import table_of
from storage.entities import made
from storage.outbox import OutboxMessage
from storage.types import OutboxStatus

#: channel, account
Account = tuple[str, str]

_ROW: Final = table_of(OutboxMessage)
_BEFORE: Final = _ROW.alias("before")
# Written out, because a partial index is of use only to a question that names its rows.
_PENDING: Final[sa.ColumnClause[Any]] = sa.literal_column("'pending'")
_SENDING: Final[sa.ColumnClause[Any]] = sa.literal_column("'sending'")
#: What an attempt changes in a message.
_SETTLED: Final = (
    "status",
    "lease_until",
    "leased_by",
    "sent_at",
    "platform_id",
    "error",
    "due_at",
    "attempts",
    "chat",
)


async def claim(
    session: AsyncSession,
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
    by: str,
    only: Account | None = None,
    dangers: bool = False,
    resting: Collection[Account] = (),
    quiet: Collection[tuple[str, str, str]] = (),
) -> Sequence[OutboxMessage]:
    """Lease up to `limit` due messages, at most one a chat, so that a chat stays in order.

    They are to be looked at only; `settle` writes down what became of them.

    Args:
        session: Commit it at once, so that the lease is visible to other senders.
        now: Messages due at or before this moment qualify.
        lease: How long the claim holds. Longer than one send may take.
        limit: Most messages to take: emergencies first, notices last.
        by: The instance that claims.
        only: The account (channel, account) whose messages are wanted; None: everybody's.
        dangers: Emergencies, and nothing else.
        resting: Accounts that may not speak just now.
        quiet: Chats (channel, account, chat) in which nothing may be said just now.
    """
    whose = () if only is None else (_ROW.c.channel == only[0], _ROW.c.account == only[1])
    which = (_ROW.c.rank == 0,) if dangers else ()
    query = (
        sa.select(*_ROW.c)
        .where(
            _ROW.c.status == _PENDING,
            _ROW.c.due_at <= now,
            *whose,
            *which,
            *_free(resting, quiet),
            _of_use(_ROW, now),
            _is_first(now),
        )
        .order_by(_ROW.c.rank, _ROW.c.due_at, _ROW.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True, of=_ROW)
    )
    found = [made(OutboxMessage, dict(row)) for row in (await session.execute(query)).mappings()]
    if not found:
        return found
    taken: dict[str, Any] = {"status": OutboxStatus.SENDING, "lease_until": now + lease, "leased_by": by}
    leased = sa.update(_ROW).where(_ROW.c.id.in_([message.id for message in found]))
    await session.execute(leased.values(attempts=_ROW.c.attempts + 1, **taken))
    for message in found:
        message.__dict__.update(taken, attempts=message.attempts + 1)
    return found


def _is_first(now: datetime) -> sa.ColumnElement[bool]:
    """Whose turn it is in each chat."""
    same = [_BEFORE.c[name] == _ROW.c[name] for name in ("channel", "account", "chat")]
    alike = _BEFORE.c.rank == _ROW.c.rank
    sooner = sa.or_(_BEFORE.c.rank < _ROW.c.rank, sa.and_(alike, _BEFORE.c.id < _ROW.c.id))
    in_line = sa.or_(_BEFORE.c.attempts > 0, _BEFORE.c.due_at <= now)
    holds = sa.or_(_BEFORE.c.status == _SENDING, sa.and_(sooner, in_line, _of_use(_BEFORE, now)))
    waits = _BEFORE.c.status.in_([_PENDING, _SENDING]), _BEFORE.c.id != _ROW.c.id
    return ~sa.exists().where(*same, *waits, holds)


def _of_use(row: Any, now: datetime) -> sa.ColumnElement[bool]:
    """What is not too late to be said; the clock lets the rest be dead."""
    return sa.or_(row.c.good_until.is_(None), row.c.good_until > now)


def _free(resting: Collection[Account], quiet: Collection[tuple[str, str, str]]) -> Iterator[sa.ColumnElement[bool]]:
    account = (_ROW.c.channel, _ROW.c.account)
    if resting:
        yield sa.tuple_(*account).not_in(list(resting))
    if quiet:
        yield sa.tuple_(*account, _ROW.c.chat).not_in(list(quiet))


async def settle(session: AsyncSession, messages: Sequence[OutboxMessage]) -> None:
    """Write down what an attempt has made of messages that were claimed."""
    rows = [{"row": one["id"], **{name: one[name] for name in _SETTLED}} for one in map(vars, messages)]
    if rows:
        await session.execute(sa.update(_ROW).where(_ROW.c.id == sa.bindparam("row")), rows)


async def reword(session: AsyncSession, messages: Sequence[OutboxMessage]) -> None:
    """Write down what is said in messages that were claimed, where that has changed."""
    rows = [{"row": message.id, "body": message.body} for message in messages]
    if rows:
        await session.execute(sa.update(_ROW).where(_ROW.c.id == sa.bindparam("row")), rows)


def copied(message: OutboxMessage) -> OutboxMessage:
    """The same message once more, to try something on."""
    return made(OutboxMessage, {name: value for name, value in vars(message).items() if name in _ROW.c})


async def left_hanging(session: AsyncSession, *, now: datetime, by: str | None = None) -> Sequence[OutboxMessage]:
    """Messages whose sender is gone: the lease ran out, or it is `by`, the instance that is just starting."""
    gone: Any = OutboxMessage.lease_until <= now
    if by is not None:
        gone = sa.or_(gone, OutboxMessage.leased_by == by)
    query = sa.select(OutboxMessage).where(OutboxMessage.status == _SENDING, gone)
    return (await session.scalars(query.with_for_update(skip_locked=True))).all()


async def next_due(
    session: AsyncSession,
    now: datetime,
    *,
    resting: Collection[Account] = (),
    quiet: Collection[tuple[str, str, str]] = (),
) -> datetime | None:
    """When the next pending message can be claimed, or None if there is none; what stands behind another waits for it."""
    query = sa.select(sa.func.min(_ROW.c.due_at)).where(
        _ROW.c.status == _PENDING,
        *_free(resting, quiet),
        _of_use(_ROW, now),
        sa.or_(_ROW.c.due_at > now, _is_first(now)),
    )
    value: datetime | None = (await session.execute(query.add_columns(sa.literal(1)))).one()[0]
    return value
