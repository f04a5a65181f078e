"""Which group chat belongs to which place."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.outbox import OutboxMessage
from storage.places import Place
from storage.types import OutboxStatus, PlaceId

#: channel, account, chat
Address = tuple[str, str, str]


class GroupChat(Base, kw_only=True):
    """A group that an admin bound to a place. `lost_at`: the bot was removed from it."""

    __tablename__ = "group_chat"
    __table_args__ = (sa.UniqueConstraint("channel", "account", "chat"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False, autoincrement=True)
    channel: Mapped[str] = mapped_column(sa.String(24))
    account: Mapped[str] = mapped_column(sa.String(64))
    chat: Mapped[str] = mapped_column(sa.String(128))
    place_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), index=True)
    bound_at: Mapped[datetime]
    lost_at: Mapped[datetime | None] = mapped_column(default=None)

    @property
    def address(self) -> Address:
        """Where to say something."""
        return (self.channel, self.account, self.chat)


async def bound(session: AsyncSession, addresses: Collection[Address]) -> dict[Address, tuple[GroupChat, Place]]:
    """Those of `addresses` that are bound groups, with their places; one statement."""
    if not addresses:
        return {}
    key = sa.tuple_(GroupChat.channel, GroupChat.account, GroupChat.chat)
    query = sa.select(GroupChat, Place).join(Place, Place.id == GroupChat.place_id).where(key.in_(list(addresses)))
    return {chat.address: (chat, place) for chat, place in await session.execute(query)}


async def at(session: AsyncSession, places: Collection[PlaceId]) -> Sequence[GroupChat]:
    """The groups bound to `places` themselves in which the bot still is."""
    query = sa.select(GroupChat).where(GroupChat.place_id.in_(places), GroupChat.lost_at.is_(None))
    return (await session.scalars(query.order_by(GroupChat.id))).all()


async def bind(session: AsyncSession, address: Address, place: Place, now: datetime) -> bool:
    """Bind the group to `place`; whether it is news to the group."""
    found = (await bound(session, [address])).get(address)
    if found is None:
        channel, account, chat = address
        session.add(GroupChat(channel=channel, account=account, chat=chat, place_id=place.id, bound_at=now))
        await session.flush()
        return True
    group, _ = found
    news = group.place_id != place.id or group.lost_at is not None
    group.place_id, group.lost_at = place.id, None
    return news


async def move(session: AsyncSession, old: Address, to: str) -> None:
    """The group has a new address: its row and what waits for it follow."""
    channel, account, chat = old
    known = await bound(session, [old, (channel, account, to)])
    group = known.get(old)
    if group is not None and (channel, account, to) not in known:
        group[0].chat = to
    waiting = (
        sa.update(OutboxMessage)
        .where(OutboxMessage.channel == channel, OutboxMessage.account == account, OutboxMessage.chat == chat)
        .where(OutboxMessage.status == OutboxStatus.PENDING)
    )
    await session.execute(waiting.values(chat=to))


async def lose(session: AsyncSession, address: Address, now: datetime) -> GroupChat | None:
    """The bot is no longer in that group."""
    group, _ = (await bound(session, [address])).get(address, (None, None))
    if group is not None and group.lost_at is None:
        group.lost_at = now
    return group


async def lost(session: AsyncSession) -> Sequence[GroupChat]:
    """The groups from which the bot was removed."""
    return (await session.scalars(sa.select(GroupChat).where(GroupChat.lost_at.is_not(None)))).all()


async def every(session: AsyncSession) -> Sequence[GroupChat]:
    """All bound groups in which the bot still is."""
    return (await session.scalars(sa.select(GroupChat).where(GroupChat.lost_at.is_(None)))).all()
