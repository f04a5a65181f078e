"""Taking from the outbox what may be said now: a few statements a batch. `settling` writes down what became of it.

In a chat one message goes at a time, in this order: danger, then talk, then warnings, then notices. What was put off on
purpose has not joined the line yet; what failed and waits for its next try keeps its place in it.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import table_of
from storage.chats import Address
from storage.entities import made
from storage.outbox import OutboxMessage
from storage.prepared import Prepared
from storage.types import OutboxStatus

#: channel, account
Account = tuple[str, str]

NOBODYS: Final = timedelta(days=1)  #: after which anybody sees to what nobody came for

_ROW: Final = table_of(OutboxMessage)
_BEFORE: Final = _ROW.alias("before")
# Written out, because a partial index is of use only to a question that names its rows.
_PENDING: Final[sa.ColumnClause[Any]] = sa.literal_column("'pending'")
_SENDING: Final[sa.ColumnClause[Any]] = sa.literal_column("'sending'")
#: What one has to know of a message to say it, and to judge an attempt.
_KNOWN: Final = (
    "id",
    "rank",
    "due_at",
    "attempts",
    "channel",
    "account",
    "chat",
    "is_group",
    "kind",
    "body",
    "member_id",
    "parts",
)


async def claim(
    session: AsyncSession,
    *,
    now: datetime,
    lease: timedelta,
    limit: int,
    by: str,
    only: Account | None = None,
    ours: Collection[Account] | None = None,
    dangers: bool = False,
    resting: Collection[Account] = (),
    quiet: Collection[Address] = (),
) -> Sequence[OutboxMessage]:
    """Lease up to `limit` due messages, at most one a chat, so that a chat stays in order.

    They are to be looked at only, and only at what is said, to whom; `settling` writes down what became of them.

    Args:
        session: Commit it at once, so that the lease is visible to other senders.
        now: Messages due at or before this moment qualify.
        lease: How long the claim holds. Longer than one send may take.
        limit: Most messages to take: emergencies first, notices last.
        by: The instance that claims.
        only: The account (channel, account) whose messages are wanted; None: everybody's.
        ours: The accounts that the sender speaks for; others' messages only where nobody has come for them. None: all.
        dangers: Emergencies, and nothing else.
        resting: Accounts that may not speak just now.
        quiet: Chats (channel, account, chat) in which nothing may be said just now.
    """
    given = {"now": now, "leased": now + lease, "by": by, "most": limit, **_left_out(resting, quiet)}
    whose, left = ([only], False) if only is not None else (ours, ours is not None)
    taking = _taking(_some(whose), left=left, dangers=dangers, resting=bool(resting), quiet=bool(quiet))
    given |= _named(whose) | ({"left_since": now - NOBODYS} if left else {})
    found = sorted(await taking.all(session, given), key=lambda row: (row.rank, row.due_at, row.id))
    return [made(OutboxMessage, row._asdict()) for row in found]


@cache
def _taking(accounts: int | None, *, left: bool, dangers: bool, resting: bool, quiet: bool) -> Prepared:
    now: sa.BindParameter[datetime] = sa.bindparam("now", type_=_ROW.c.due_at.type)
    which = [*_of(accounts, left=left), *((_ROW.c.rank == 0,) if dangers else ())]
    free = _free(resting=resting, quiet=quiet)
    due = sa.select(_ROW.c.id).where(_ROW.c.status == _PENDING, _ROW.c.due_at <= now, *which, *free)
    first = due.where(_of_use(_ROW, now), _is_first(now)).order_by(_ROW.c.rank, _ROW.c.due_at, _ROW.c.id)
    # A table of its own, so that PostgreSQL looks once: what is locked elsewhere must not be made up for.
    taken = first.limit(sa.bindparam("most")).with_for_update(skip_locked=True, of=_ROW).cte("taken")
    leased = {"lease_until": sa.bindparam("leased"), "leased_by": sa.bindparam("by"), "attempts": _ROW.c.attempts + 1}
    lease = sa.update(_ROW).where(_ROW.c.id.in_(sa.select(taken.c.id)))
    return Prepared(lease.values(status=OutboxStatus.SENDING, **leased).returning(*(_ROW.c[name] for name in _KNOWN)))


def _of(accounts: int | None, *, left: bool) -> Iterator[sa.ColumnElement[bool]]:
    """What one of so many accounts has to say, or with `left` what nobody has come for.

    Said so that SQLite goes by what is next, and not through all that an account has ever said.
    """
    if accounts is not None:
        foreign = [
            sa.or_(_ROW.c.channel != sa.bindparam(f"channel_{one}"), _ROW.c.account != sa.bindparam(f"account_{one}"))
            for one in range(accounts)
        ]
        expected = [_ROW.c.due_at > sa.bindparam("left_since", type_=_ROW.c.due_at.type)] if left else []
        yield sa.not_(sa.and_(*foreign, *expected))


def _some(accounts: Collection[Account] | None) -> int | None:
    return None if accounts is None else len(accounts)


def _named(accounts: Collection[Account] | None) -> dict[str, str]:
    """What `_of` asks for."""
    found = list(enumerate(accounts or ()))
    return {f"channel_{one}": pair[0] for one, pair in found} | {f"account_{one}": pair[1] for one, pair in found}


def _is_first(now: Any) -> sa.ColumnElement[bool]:
    """Whose turn it is in each chat."""
    same = [
        _BEFORE.c.chat == _ROW.c.chat,
        *(_BEFORE.c[name] == _opaque(_ROW.c[name]) for name in ("channel", "account")),
    ]
    alike = _BEFORE.c.rank == _ROW.c.rank
    sooner = sa.or_(_BEFORE.c.rank < _ROW.c.rank, sa.and_(alike, _BEFORE.c.id < _ROW.c.id))
    in_line = sa.or_(_BEFORE.c.attempts > 0, _BEFORE.c.due_at <= now)
    holds = sa.or_(_BEFORE.c.status == _SENDING, sa.and_(sooner, in_line, _of_use(_BEFORE, now)))
    waits = _BEFORE.c.status.in_([_PENDING, _SENDING]), _BEFORE.c.id != _ROW.c.id
    return ~sa.exists().where(*same, *waits, holds)


def _opaque(column: Any) -> Any:
    """The same, of which PostgreSQL concludes nothing from what else is known of it.

    Where the account is known it would look for what is before a message among all that waits for the account, and not in
    the message's chat: as good as long as nothing waits, and that plan it keeps.
    """
    return column.concat(sa.literal_column("''"))


def _of_use(row: Any, now: Any) -> sa.ColumnElement[bool]:
    """What is not too late to be said; the clock lets the rest be dead."""
    return sa.or_(row.c.good_until.is_(None), row.c.good_until > now)


def _free(*, resting: bool, quiet: bool) -> Iterator[sa.ColumnElement[bool]]:
    account = (_ROW.c.channel, _ROW.c.account)
    if resting:
        yield sa.tuple_(*account).not_in(sa.bindparam("resting", expanding=True))
    if quiet:
        yield sa.tuple_(*account, _ROW.c.chat).not_in(sa.bindparam("quiet", expanding=True))


def _left_out(resting: Collection[Account], quiet: Collection[Address]) -> dict[str, Any]:
    """What `_free` asks for."""
    found: dict[str, Sequence[Any]] = {"resting": list(resting), "quiet": list(quiet)}
    return {name: _rounded(some) for name, some in found.items() if some}


def _rounded(some: Sequence[Any]) -> Sequence[Any]:
    """With the last repeated until there are a power of two: few lengths make few statements to prepare."""
    missing = (1 << (len(some) - 1).bit_length()) - len(some)
    return [*some, *([some[-1]] * missing)]


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
    ours: Collection[Account] | None = None,
    resting: Collection[Account] = (),
    quiet: Collection[Address] = (),
) -> datetime | None:
    """When the next pending message can be claimed, or None if there is none; what stands behind another waits for it."""
    query = sa.select(sa.func.min(_ROW.c.due_at)).where(
        _ROW.c.status == _PENDING,
        *_free(resting=bool(resting), quiet=bool(quiet)),
        *_of(_some(ours), left=True),
        _of_use(_ROW, now),
        sa.or_(_ROW.c.due_at > now, _is_first(now)),
    )
    given = _left_out(resting, quiet) | _named(ours) | ({} if ours is None else {"left_since": now - NOBODYS})
    asked = await session.execute(query.add_columns(sa.literal(1)), given)
    value: datetime | None = asked.one()[0]
    return value
