"""What became of what the bot said: for whoever looks after it, and for pages that show it again."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from storage.chats import Address
from storage.inbox import Key
from storage.outbox import UNSAID, WAITING, OutboxMessage
from storage.prepared import Prepared
from storage.types import BroadcastId, MessageKind, OutboxStatus, TicketId


class Receipt(NamedTuple):
    """A message of a notice, and what became of it: of the one with which its words went out, where that is another."""

    row: OutboxMessage
    status: OutboxStatus


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


_CARRIER: Final = aliased(OutboxMessage)
#: What became of a message: of the one with which its words went out, where it is part of another.
FATE: Final = sa.func.coalesce(_CARRIER.status, OutboxMessage.status, type_=OutboxMessage.status.type)


async def of_round(session: AsyncSession, broadcast: BroadcastId, round_: str) -> dict[OutboxStatus, int]:
    """How many groups and people a round of a notice reached, by status."""
    query = (
        sa.select(FATE, sa.func.count())
        .select_from(OutboxMessage)
        .outerjoin(_CARRIER, _CARRIER.id == OutboxMessage.folded_into)
        .where(OutboxMessage.broadcast_id == broadcast, OutboxMessage.key.startswith(round_, autoescape=True))
        .group_by(FATE)
    )
    return {status: count for status, count in await session.execute(query)}


async def lacking(session: AsyncSession, broadcast: BroadcastId, round_: str, why: str) -> Sequence[OutboxMessage]:
    """The messages of a round that went out without a picture or a file for that reason, in order of entry."""
    ours = OutboxMessage.broadcast_id == broadcast, OutboxMessage.key.startswith(round_, autoescape=True)
    out = FATE == OutboxStatus.SENT, sa.func.coalesce(_CARRIER.error, OutboxMessage.error) == why
    query = sa.select(OutboxMessage).outerjoin(_CARRIER, _CARRIER.id == OutboxMessage.folded_into).where(*ours, *out)
    return (await session.scalars(query.order_by(OutboxMessage.id))).all()


async def rows_of(session: AsyncSession, broadcast: BroadcastId, round_: str) -> Sequence[Receipt]:
    """What became of a round in each group and with each person, in order of entry."""
    query = (
        sa.select(OutboxMessage, FATE)
        .outerjoin(_CARRIER, _CARRIER.id == OutboxMessage.folded_into)
        .where(OutboxMessage.broadcast_id == broadcast, OutboxMessage.key.startswith(round_, autoescape=True))
        .order_by(OutboxMessage.id)
    )
    return [Receipt(row, status) for row, status in await session.execute(query)]


async def notices_since(session: AsyncSession, since: datetime, until: datetime) -> dict[Address, int]:
    """How many notices each group had, or is to have, in that time; several in one message count once."""
    here = (OutboxMessage.channel, OutboxMessage.account, OutboxMessage.chat)
    counted = (OutboxStatus.DEAD, OutboxStatus.FOLDED, OutboxStatus.GATHERING)
    ours = (OutboxMessage.kind == MessageKind.BROADCAST, OutboxMessage.is_group, OutboxMessage.status.not_in(counted))
    in_time = (OutboxMessage.due_at >= since, OutboxMessage.due_at < until)
    query = sa.select(*here, sa.func.count()).where(*ours, *in_time).group_by(*here)
    return {(channel, account, chat): count for channel, account, chat, count in await session.execute(query)}


async def reached_by(session: AsyncSession, broadcast: BroadcastId) -> set[Address]:
    """Where a notice arrived in any of its rounds, or may have."""
    arrived = FATE.in_((OutboxStatus.SENT, OutboxStatus.UNSURE, OutboxStatus.SENDING, OutboxStatus.CONFIRMING))
    query = (
        sa.select(OutboxMessage.channel, OutboxMessage.account, OutboxMessage.chat)
        .select_from(OutboxMessage)
        .outerjoin(_CARRIER, _CARRIER.id == OutboxMessage.folded_into)
        .where(OutboxMessage.broadcast_id == broadcast, arrived)
    )
    return {(channel, account, chat) for channel, account, chat in await session.execute(query)}


async def with_status(session: AsyncSession, status: OutboxStatus, limit: int = 50) -> Sequence[OutboxMessage]:
    """Messages in that state, newest first."""
    query = sa.select(OutboxMessage).where(OutboxMessage.status == status).order_by(OutboxMessage.id.desc())
    return (await session.scalars(query.limit(limit))).all()


async def is_there(session: AsyncSession, key: str) -> bool:
    """Whether a message with that key was put into the outbox, in this transaction or before."""
    return await session.scalar(sa.select(OutboxMessage.id).where(OutboxMessage.key == key)) is not None


async def came_back(session: AsyncSession, message: tuple[str, str, str], reason: str) -> None:
    """What the platform had taken under that (channel, account, platform id) has not arrived."""
    channel, account, platform_id = message
    taken = OutboxMessage.channel == channel, OutboxMessage.account == account, OutboxMessage.platform_id == platform_id
    dead = sa.update(OutboxMessage).where(*taken, OutboxMessage.status == OutboxStatus.SENT)
    await session.execute(dead.values(status=OutboxStatus.DEAD, error=reason[:200]))


_ABOUT: Final = Prepared(
    sa.select(OutboxMessage.ticket_id).where(
        OutboxMessage.channel == sa.bindparam("of_channel"),
        OutboxMessage.account == sa.bindparam("of_account"),
        OutboxMessage.platform_id == sa.bindparam("message"),
        OutboxMessage.ticket_id.is_not(None),
    )
)


async def about(session: AsyncSession, message: Key) -> TicketId | None:
    """Which ticket the bot's own message with that (channel, account, platform id) was about."""
    channel, account, platform_id = message
    found = await _ABOUT.all(session, {"of_channel": channel, "of_account": account, "message": platform_id})
    return found[-1].ticket_id if found else None


async def forget_words(session: AsyncSession, before: datetime) -> None:
    """Empty the texts of what was settled before that moment; the receipts stay."""
    settled = OutboxMessage.status.not_in(UNSAID)
    await session.execute(
        sa.update(OutboxMessage).where(settled, OutboxMessage.created_at < before).values(body={"text": ""})
    )
