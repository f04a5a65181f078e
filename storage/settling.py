"""Writing down what became of messages that were claimed: a few statements a batch."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import table_of
from storage.entities import made
from storage.outbox import OutboxMessage
from storage.prepared import Prepared
from storage.types import OutboxStatus

_ROW: Final = table_of(OutboxMessage)
#: What a failed attempt changes in a message.
_CHANGED: Final = ("status", "lease_until", "leased_by", "error", "due_at", "attempts", "chat")
_BY_ID: Final = sa.update(_ROW).where(_ROW.c.id == sa.bindparam("row"))
_OVER: Final[dict[str, Any]] = {"status": OutboxStatus.SENT, "lease_until": None, "leased_by": None}
_SAID: Final = Prepared(_BY_ID.values(sent_at=sa.bindparam("now"), platform_id=sa.bindparam("said_as"), **_OVER))


async def said(session: AsyncSession, messages: Sequence[tuple[int, str | None]], now: datetime) -> None:
    """Write down that messages that were claimed are out: their ids, and the platform's ids for them."""
    if messages:
        await _SAID.many(session, [{"row": row, "said_as": said_as, "now": now} for row, said_as in messages])


async def lacked(session: AsyncSession, messages: Mapping[int, str]) -> None:
    """Write down that messages are out without a picture or a file, and why; their authors hear of it."""
    if messages:
        await session.execute(_BY_ID, [{"row": row, "error": why} for row, why in messages.items()])


async def apart(session: AsyncSession, messages: Mapping[int, Sequence[str]]) -> None:
    """Write down in which parts messages are out, each by the platform's id: all of them have to be taken back."""
    if messages:
        await session.execute(_BY_ID, [{"row": row, "parts": list(parts)} for row, parts in messages.items()])


async def settle(session: AsyncSession, messages: Sequence[OutboxMessage]) -> None:
    """Write down what a failed attempt has made of messages that were claimed."""
    rows = [{"row": one["id"], **{name: one[name] for name in _CHANGED}} for one in map(vars, messages)]
    if rows:
        await session.execute(_BY_ID, rows)


async def reword(session: AsyncSession, messages: Sequence[OutboxMessage]) -> None:
    """Write down what is said in messages that were claimed, where that has changed."""
    rows = [{"row": message.id, "body": message.body} for message in messages]
    if rows:
        await session.execute(_BY_ID, rows)


def copied(message: OutboxMessage) -> OutboxMessage:
    """The same message once more, to try something on."""
    return made(OutboxMessage, {name: value for name, value in vars(message).items() if name in _ROW.c})
