"""What a chat without buttons was offered under which number, so that somebody may answer with the number alone."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, table_of
from storage.chats import Address
from storage.entities import attached, made
from storage.prepared import Prepared
from storage.types import MemberId

STANDS_FOR: Final = timedelta(days=1)
#: Who is impatient says his number twice: until then it is not given to anything else.
USED_FOR: Final = timedelta(minutes=10)
HIGHEST: Final = 99


class Offer(Base, kw_only=True):
    """In that chat, `number` stands for saying `words`; it was offered to `member_id`, where he is known."""

    __tablename__ = "offer"

    channel: Mapped[str] = mapped_column(sa.String(24), primary_key=True)
    account: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    chat: Mapped[str] = mapped_column(sa.String(128), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    label: Mapped[str] = mapped_column(sa.String(100))
    words: Mapped[str] = mapped_column(sa.String(200))
    until: Mapped[datetime] = mapped_column(index=True)
    said_at: Mapped[datetime]
    member_id: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), default=None)


async def make(
    session: AsyncSession,
    address: Address,
    buttons: Sequence[tuple[str, str]],
    now: datetime,
    member: MemberId | None = None,
) -> int | None:
    """Number `buttons` (label, words) onwards from what still stands in that chat; the first number, None if too high."""
    here = _at(address)
    await session.execute(sa.delete(Offer).where(*here, Offer.until <= now))
    first = (await session.scalar(sa.select(sa.func.max(Offer.number)).where(*here)) or 0) + 1
    if first + len(buttons) - 1 > HIGHEST:
        return None
    channel, account, chat = address
    common: dict[str, Any] = dict(channel=channel, account=account, chat=chat, member_id=member)
    times: dict[str, Any] = dict(said_at=now, until=now + STANDS_FOR)
    for number, (label, words) in enumerate(buttons, first):
        session.add(Offer(number=number, label=label, words=words, **common, **times))
    return first


_COLUMNS: Final = table_of(Offer).c
_STANDING: Final = Prepared(
    sa.select(*_COLUMNS).where(
        sa.tuple_(_COLUMNS.channel, _COLUMNS.account, _COLUMNS.chat).in_(sa.bindparam("chats", expanding=True)),
        _COLUMNS.until > sa.bindparam("now", type_=_COLUMNS.until.type),
    )
)


async def standing(session: AsyncSession, chats: Collection[Address], now: datetime) -> dict[Address, dict[int, Offer]]:
    """What stands for what in these chats, by number, to be looked at; one statement."""
    await session.flush()
    found: dict[Address, dict[int, Offer]] = {}
    for row in await _STANDING.all(session, {"chats": list(chats), "now": now}):
        found.setdefault((row.channel, row.account, row.chat), {})[row.number] = made(Offer, row._asdict())
    return found


def use(session: AsyncSession, offer: Offer, now: datetime) -> None:
    """Somebody has said the number."""
    attached(session, offer).until = min(offer.until, now + USED_FOR)


async def forget(session: AsyncSession, now: datetime) -> None:
    """Drop what no longer stands."""
    await session.execute(sa.delete(Offer).where(Offer.until <= now))


def _at(address: Address) -> tuple[Any, ...]:
    channel, account, chat = address
    return Offer.channel == channel, Offer.account == account, Offer.chat == chat
