"""Which group chat belongs to which place."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage import places
from storage.base import Base, table_of
from storage.entities import attached, made
from storage.outbox import OutboxMessage
from storage.places import Place
from storage.prepared import Prepared
from storage.seldom import Seldom
from storage.tickets import Ticket
from storage.types import MessageKind, OutboxStatus, PlaceId

#: channel, account, chat
Address = tuple[str, str, str]


class GroupChat(Base, kw_only=True):
    """A group that an admin bound to a place. `lost_at`: the bot was removed from it; `lost_told`: its people know."""

    __tablename__ = "group_chat"
    __table_args__ = (sa.UniqueConstraint("channel", "account", "chat"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False, autoincrement=True)
    channel: Mapped[str] = mapped_column(sa.String(24))
    account: Mapped[str] = mapped_column(sa.String(64))
    chat: Mapped[str] = mapped_column(sa.String(128))
    place_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), index=True)
    bound_at: Mapped[datetime]
    lost_at: Mapped[datetime | None] = mapped_column(default=None)
    lost_told: Mapped[bool] = mapped_column(default=False)
    greeted_at: Mapped[datetime | None] = mapped_column(default=None)  #: when it was told what the bot keeps

    @property
    def address(self) -> Address:
        """Where to say something."""
        return (self.channel, self.account, self.chat)


_BOUND: Final = (
    sa.select(GroupChat, Place)
    .join(Place, Place.id == GroupChat.place_id)
    .where(
        sa.tuple_(GroupChat.channel, GroupChat.account, GroupChat.chat).in_(sa.bindparam("addresses", expanding=True))
    )
)


_COLUMNS: Final = table_of(GroupChat).c
_HEARD_IN: Final = Prepared(
    sa.select(*_COLUMNS).where(
        sa.tuple_(_COLUMNS.channel, _COLUMNS.account, _COLUMNS.chat).in_(sa.bindparam("addresses", expanding=True))
    )
)
_AT: Final = Prepared(
    sa.select(GroupChat.channel, GroupChat.account, GroupChat.chat)
    .where(GroupChat.place_id == sa.bindparam("place"), GroupChat.lost_at.is_(None))
    .order_by(GroupChat.id)
)


async def bound(session: AsyncSession, addresses: Collection[Address]) -> dict[Address, tuple[GroupChat, Place]]:
    """Those of `addresses` that are bound groups, with their places; one statement."""
    if not addresses:
        return {}
    found = await session.execute(_BOUND, {"addresses": list(addresses)})
    return {chat.address: (chat, place) for chat, place in found}


async def heard_in(session: AsyncSession, addresses: Collection[Address]) -> dict[Address, tuple[GroupChat, Place]]:
    """The same to be looked at, as long as the directory's version holds; nothing is written down first."""
    if not addresses:
        return {}
    rows = await _HEARD_IN.all(session, {"addresses": list(addresses)})
    known = await places.by_ids(session, [row.place_id for row in rows])
    return {(row.channel, row.account, row.chat): (made(GroupChat, row._asdict()), known[row.place_id]) for row in rows}


async def at(session: AsyncSession, place: PlaceId) -> list[Address]:
    """The groups bound to `place` itself in which the bot still is."""
    return [tuple(address) for address in await _AT.all(session, {"place": place})]


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
    group.place_id = place.id
    come_back(session, group)
    return news


def come_back(session: AsyncSession, group: GroupChat) -> None:
    """The bot is in the group again."""
    group = attached(session, group)
    group.lost_at, group.lost_told = None, False


async def move(session: AsyncSession, old: Address, to: str) -> None:
    """The group has a new address: its row, what waits for it, and where its tickets were reported follow."""
    channel, account, chat = old
    known = await bound(session, [old, (channel, account, to)])
    if old in known:
        group, _ = known[old]
        if (channel, account, to) in known:  # somebody has bound the new address already
            await session.delete(group)
        else:
            group.chat = to
        await session.flush()
    # What is being said just now is the sender's: it learns the new address from the channel.
    for table in (OutboxMessage, Ticket):
        moved = sa.update(table).where(table.channel == channel, table.account == account, table.chat == chat)
        if table is OutboxMessage:
            moved = moved.where(OutboxMessage.status == OutboxStatus.PENDING)
        await session.execute(moved.values(chat=to))


async def lose(session: AsyncSession, address: Address, now: datetime) -> GroupChat | None:
    """The bot is no longer in that group."""
    group, _ = (await bound(session, [address])).get(address, (None, None))
    if group is not None and group.lost_at is None:
        group.lost_at = now
    return group


async def lost(session: AsyncSession) -> Sequence[GroupChat]:
    """The groups from which the bot was removed."""
    return (await session.scalars(sa.select(GroupChat).where(GroupChat.lost_at.is_not(None)))).all()


_LOST_UNTOLD: Final = Seldom(
    sa.select(GroupChat).where(GroupChat.lost_at.is_not(None), GroupChat.lost_told.is_(False)).order_by(GroupChat.id)
)


async def lost_untold(session: AsyncSession) -> Sequence[GroupChat]:
    """Those of them whose people have not been told."""
    return await _LOST_UNTOLD.all(session)


async def of_account(session: AsyncSession, channel: str, account: str) -> Sequence[GroupChat]:
    """The groups that were ever bound on that account."""
    here = GroupChat.channel == channel, GroupChat.account == account
    return (await session.scalars(sa.select(GroupChat).where(*here).order_by(GroupChat.id))).all()


async def greeted_after(session: AsyncSession, address: Address, moment: datetime) -> bool:
    """Whether the bot introduced itself at that address, bound or not, after `moment`."""
    here = sa.tuple_(OutboxMessage.channel, OutboxMessage.account, OutboxMessage.chat) == sa.tuple_(*address)
    query = sa.select(OutboxMessage.id).where(
        here, OutboxMessage.kind == MessageKind.GREETING, OutboxMessage.created_at > moment
    )
    return await session.scalar(query.limit(1)) is not None


async def every(session: AsyncSession) -> Sequence[GroupChat]:
    """All bound groups in which the bot still is."""
    return (await session.scalars(sa.select(GroupChat).where(GroupChat.lost_at.is_(None)))).all()
