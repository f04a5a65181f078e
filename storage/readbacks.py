"""Who has answered that he has read a notice: one row a household and round, or a person where nobody knows his household."""

from collections.abc import Collection, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from storage.base import Base, insert_once
from storage.broadcasts import Broadcast
from storage.members import Member
from storage.outbox import OutboxMessage
from storage.places import Place
from storage.types import BroadcastId, BroadcastStatus, MemberId, OutboxStatus, PlaceId, PlaceKind

#: A household: its unit, or its building where that has none, and its room.
Door = tuple[PlaceId, str]


class ReadWay(StrEnum):
    """How somebody answered."""

    WORD = "word"
    BUTTON = "button"
    LINK = "link"


class ReadBack(Base, kw_only=True):
    """An answer. `household` names the door, or the person where the door is not known or does not matter."""

    __tablename__ = "read_back"

    broadcast_id: Mapped[BroadcastId] = mapped_column(sa.ForeignKey("broadcast.id"), primary_key=True)
    round: Mapped[int] = mapped_column(primary_key=True)
    household: Mapped[str] = mapped_column(sa.String(40), primary_key=True)
    place_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"))  #: the door's, or where it was said
    room: Mapped[str | None] = mapped_column(sa.String(12), default=None)
    member_id: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), default=None, index=True)
    at: Mapped[datetime]
    way: Mapped[ReadWay]


class OpenRound(NamedTuple):
    """A round of a notice whose answers still count."""

    broadcast: BroadcastId
    round: int


class Said(NamedTuple):
    """A message of a notice that was said, under the ids by which it can be quoted."""

    key: str
    member: MemberId | None  #: to whom alone
    at: datetime
    ids: frozenset[str]


async def open_rounds(session: AsyncSession, at: datetime, since: datetime) -> Sequence[OpenRound]:
    """The last rounds of those notices that ask for an answer and began after `since`, newest first."""
    query = sa.select(Broadcast.id, Broadcast.rounds).where(
        Broadcast.asks_back,
        Broadcast.rounds > 0,
        Broadcast.status != BroadcastStatus.CANCELLED,
        Broadcast.due_at > since,
        sa.or_(Broadcast.expires_at.is_(None), Broadcast.expires_at > at),
    )
    return [OpenRound(*row) for row in await session.execute(query.order_by(Broadcast.id.desc()))]


async def said(session: AsyncSession, keys: Collection[str]) -> Sequence[Said]:
    """Those of these messages that were said, or may have been, newest first."""
    carrier = aliased(OutboxMessage)
    fate = sa.func.coalesce(carrier.status, OutboxMessage.status, type_=OutboxMessage.status.type)
    sent_at = sa.func.coalesce(
        carrier.sent_at, OutboxMessage.sent_at, OutboxMessage.due_at, type_=OutboxMessage.sent_at.type
    )
    query = (
        sa.select(OutboxMessage.key, OutboxMessage.member_id, sent_at, OutboxMessage.platform_id, carrier.platform_id)
        .outerjoin(carrier, carrier.id == OutboxMessage.folded_into)
        .where(OutboxMessage.key.in_(keys), fate.in_((OutboxStatus.SENT, OutboxStatus.UNSURE)))
    )
    found = [
        Said(key, member, at, frozenset(filter(None, ids))) for key, member, at, *ids in await session.execute(query)
    ]
    return sorted(found, key=lambda one: one.at, reverse=True)


async def enter(session: AsyncSession, row: dict[str, Any]) -> bool:
    """Note an answer; whether it is the first of that household. Answering again, or two at once, changes nothing.

    What the same person answered before his door was known counts no longer beside it.
    """
    his = (ReadBack.broadcast_id == row["broadcast_id"], ReadBack.round == row["round"])
    nameless = sa.delete(ReadBack).where(*his, ReadBack.member_id == row["member_id"], ReadBack.room.is_(None))
    await session.execute(nameless.where(ReadBack.household != row["household"]))
    return bool(await insert_once(session, ReadBack, [row], key=("household",)))


async def of_round(session: AsyncSession, broadcast: Broadcast, round_: int | None = None) -> Sequence[ReadBack]:
    """The answers to a round of a notice, or to its last one, in order of their moments."""
    mine = (ReadBack.broadcast_id == broadcast.id, ReadBack.round == (round_ or broadcast.rounds))
    return (await session.scalars(sa.select(ReadBack).where(*mine).order_by(ReadBack.at, ReadBack.household))).all()


async def move_in(session: AsyncSession, member: MemberId, door: Door) -> None:
    """What `member` answered while nobody knew his door is his door's now."""
    place, room = door
    mine = sa.select(ReadBack).where(ReadBack.member_id == member, ReadBack.room.is_(None))
    for row in (await session.scalars(mine)).all():
        kept = dict(broadcast_id=row.broadcast_id, round=row.round, member_id=member, at=row.at, way=row.way)
        await enter(session, dict(kept, household=f"{place}:{room}", place_id=place, room=room))


async def reminded(session: AsyncSession, key: str) -> set[MemberId]:
    """Who was sent the reminders whose keys begin so."""
    ours = OutboxMessage.key.startswith(key, autoescape=True), OutboxMessage.member_id.is_not(None)
    return set(await session.scalars(sa.select(OutboxMessage.member_id).where(*ours)))


async def told_alone(session: AsyncSession, broadcast: Broadcast) -> Sequence[MemberId]:
    """Whom the last round of a notice reached one by one."""
    query = sa.select(OutboxMessage.member_id).where(
        OutboxMessage.broadcast_id == broadcast.id,
        OutboxMessage.key.startswith(broadcast.round_key, autoescape=True),
        OutboxMessage.member_id.is_not(None),
        OutboxMessage.status.in_((OutboxStatus.SENT, OutboxStatus.UNSURE)),
    )
    return [member for member in await session.scalars(query) if member is not None]


async def count_of(session: AsyncSession, member: MemberId) -> int:
    """How many notices `member` has answered."""
    query = sa.select(sa.func.count()).select_from(ReadBack).where(ReadBack.member_id == member)
    return await session.scalar(query) or 0


async def forget(session: AsyncSession, member: MemberId) -> None:
    """The answers stay, without him; his door stays only where others are known behind it."""
    him = await session.get(Member, member)
    query = sa.select(ReadBack).where(ReadBack.member_id == member)
    if him is not None and him.room is not None:
        behind = sa.and_(ReadBack.place_id == him.home_id, ReadBack.room == him.room)
        query = sa.select(ReadBack).where(sa.or_(ReadBack.member_id == member, behind))
    for number, row in enumerate((await session.scalars(query)).all()):
        alone = row.room is None or not await _is_others(session, (row.place_id, row.room), member)
        nameless = row.member_id if row.member_id != member else None
        nobody = dict(household=f"gone:{member}:{number}", room=None) if alone else {}
        await session.execute(sa.update(ReadBack).where(*_same(row)).values(member_id=nameless, **nobody))


def _same(row: ReadBack) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        ReadBack.broadcast_id == row.broadcast_id,
        ReadBack.round == row.round,
        ReadBack.household == row.household,
    )


async def _is_others(session: AsyncSession, door: Door, member: MemberId) -> bool:
    """Whether the door is entered as such, or somebody else lives behind it."""
    place, room = door
    entered = sa.select(Place.id).where(Place.parent_id == place, Place.name == room, Place.kind == PlaceKind.HOUSEHOLD)
    others = sa.select(Member.id).where(
        Member.home_id == place, Member.room == room, Member.id != member, Member.gone_at.is_(None)
    )
    return await session.scalar(entered.limit(1)) is not None or await session.scalar(others.limit(1)) is not None
