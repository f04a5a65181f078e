"""How channels know people: an identity is somebody on one channel."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.prepared import Prepared
from storage.types import MemberId

#: channel, account, sender
Who = tuple[str, str, str]


class Identity(Base, kw_only=True):
    """How one channel knows a member. `one_to_one` is the chat in which he can be written to alone, once known."""

    __tablename__ = "identity"

    channel: Mapped[str] = mapped_column(sa.String(24), primary_key=True)
    account: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    sender: Mapped[str] = mapped_column(sa.String(128), primary_key=True)
    member_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), index=True)
    one_to_one: Mapped[str | None] = mapped_column(sa.String(128), default=None)
    seen_at: Mapped[datetime | None] = mapped_column(default=None)


#: One account's identities, by what `among` gives: SQLite looks up many pairs by reading all that there are.
AMONG: Final = (
    Identity.channel == sa.bindparam("of_channel"),
    Identity.account == sa.bindparam("of_account"),
    Identity.sender.in_(sa.bindparam("senders", expanding=True)),
)
_IDENTITIES: Final = (
    sa.select(Identity)
    .where(Identity.member_id.in_(sa.bindparam("members", expanding=True)))
    .order_by(Identity.seen_at.desc().nulls_last(), Identity.channel, Identity.sender)
)
_WAYS: Final = Prepared(
    sa.select(Identity.member_id, Identity.channel, Identity.account, Identity.one_to_one)
    .where(Identity.member_id.in_(sa.bindparam("members", expanding=True)), Identity.one_to_one.is_not(None))
    .order_by(Identity.seen_at.desc().nulls_last(), Identity.channel, Identity.sender)
)


def among(people: Iterable[Who]) -> list[dict[str, Any]]:
    """What to ask for to find `people`, once for each account."""
    senders: dict[tuple[str, str], list[str]] = {}
    for channel, account, sender in people:
        senders.setdefault((channel, account), []).append(sender)
    return [dict(of_channel=c, of_account=a, senders=some) for (c, a), some in senders.items()]


async def of_members(session: AsyncSession, members: Collection[MemberId]) -> Sequence[Identity]:
    """How the channels know `members`, last seen first."""
    return (await session.scalars(_IDENTITIES, {"members": list(members)})).all()


async def ways_to(session: AsyncSession, members: Collection[MemberId]) -> Sequence[Any]:
    """Where `members` can be written to alone, last seen first: `member_id`, `channel`, `account`, `one_to_one`."""
    return await _WAYS.all(session, {"members": list(members)})


async def lose_way(session: AsyncSession, way: tuple[str, str, str]) -> None:
    """Nobody can be written to alone there any more: he blocked the bot, or left. His next word opens it again."""
    channel, account, chat = way
    there = Identity.channel == channel, Identity.account == account, Identity.one_to_one == chat
    await session.execute(sa.update(Identity).where(*there).values(one_to_one=None))
