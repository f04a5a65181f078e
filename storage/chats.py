"""Which group chat belongs to which place."""

from collections.abc import Collection, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.places import Place
from storage.types import PlaceId

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
