"""Groups that a platform tells of though nobody can speak to the bot in them: an admin binds them by their names."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.chats import Address, GroupChat


@dataclass(frozen=True, slots=True)
class Listing:
    """What a platform tells of a group.

    `owner` is the member who confirms what is said there, in the platform's ids; `states` are the words that were put
    into the codes by which its members joined.
    """

    name: str
    owner: str
    owner_name: str
    members: int
    states: tuple[str, ...] = ()


class ListedGroup(Base, kw_only=True):
    """A group as it was last told of; who is in it is not kept. Its id is the number that an admin says."""

    __tablename__ = "listed_group"
    __table_args__ = (sa.UniqueConstraint("channel", "account", "chat"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False, autoincrement=True)
    channel: Mapped[str] = mapped_column(sa.String(24))
    account: Mapped[str] = mapped_column(sa.String(64))
    chat: Mapped[str] = mapped_column(sa.String(128))
    name: Mapped[str] = mapped_column(sa.String(200))
    owner: Mapped[str] = mapped_column(sa.String(128))
    owner_name: Mapped[str] = mapped_column(sa.String(200))
    members: Mapped[int]

    @property
    def address(self) -> Address:
        """Where to say something."""
        return (self.channel, self.account, self.chat)


async def learn(session: AsyncSession, address: Address, told: Listing) -> ListedGroup:
    """Keep what was told of a group."""
    found = (await at(session, [address])).get(address)
    if found is None:
        channel, account, chat = address
        found = ListedGroup(channel=channel, account=account, chat=chat, name="", owner="", owner_name="", members=0)
        session.add(found)
    found.name, found.owner, found.owner_name = told.name, told.owner, told.owner_name
    found.members = told.members
    await session.flush()
    return found


async def lose(session: AsyncSession, address: Address) -> None:
    """The group was dissolved: nothing of it is kept."""
    channel, account, chat = address
    here = ListedGroup.channel == channel, ListedGroup.account == account, ListedGroup.chat == chat
    await session.execute(sa.delete(ListedGroup).where(*here))


async def at(session: AsyncSession, addresses: Collection[Address]) -> dict[Address, ListedGroup]:
    """Those of `addresses` that were told of."""
    here = sa.tuple_(ListedGroup.channel, ListedGroup.account, ListedGroup.chat)
    found = await session.scalars(sa.select(ListedGroup).where(here.in_(list(addresses)))) if addresses else ()
    return {group.address: group for group in found}


async def every(session: AsyncSession) -> Sequence[tuple[ListedGroup, GroupChat | None]]:
    """All groups, with what they are bound to; those that are bound to nothing come first."""
    same = sa.and_(
        GroupChat.channel == ListedGroup.channel,
        GroupChat.account == ListedGroup.account,
        GroupChat.chat == ListedGroup.chat,
    )
    query = sa.select(ListedGroup, GroupChat).outerjoin(GroupChat, same)
    found = await session.execute(query.order_by(GroupChat.id.is_not(None), ListedGroup.id))
    return [(listed, group) for listed, group in found]
