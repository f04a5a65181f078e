"""What people wrote and showed about tickets: kept because it belongs to one, and gone when a person asks for it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once, table_of
from storage.inbox import Key
from storage.prepared import Prepared
from storage.tickets import Ticket
from storage.types import Act, MemberId, TicketId


class TicketMessage(Base, kw_only=True):
    """Words that belong to a ticket, under the channel's id of the message that brought them."""

    __tablename__ = "ticket_message"
    __table_args__ = (sa.Index("ix_ticket_message_heard", "channel", "account", "message_id"),)

    ticket_id: Mapped[TicketId] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True)
    channel: Mapped[str] = mapped_column(sa.String(24), primary_key=True)
    account: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    message_id: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    at: Mapped[datetime]
    act: Mapped[Act]
    sender: Mapped[str] = mapped_column(sa.String(128))
    text: Mapped[str] = mapped_column(sa.Text)
    member_id: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), default=None, index=True)


class Picture(Base, kw_only=True):
    """A picture that belongs to a ticket; the bytes are kept under their digest."""

    __tablename__ = "picture"

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    ticket_id: Mapped[TicketId] = mapped_column(sa.ForeignKey("ticket.id"), primary_key=True)
    at: Mapped[datetime]
    size: Mapped[int]
    member_id: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), default=None, index=True)


_SAID: Final = Prepared(
    sa.select(*table_of(TicketMessage).c)
    .where(TicketMessage.ticket_id.in_(sa.bindparam("tickets", expanding=True)))
    .order_by(TicketMessage.at, TicketMessage.message_id)
)


async def said_about(session: AsyncSession, tickets: Collection[TicketId]) -> Sequence[Any]:
    """Everything said about `tickets`, in order: rows with the columns of a `TicketMessage`."""
    if not tickets:
        return ()
    return await _SAID.all(session, {"tickets": list(tickets)})


async def keep(session: AsyncSession, words: Mapping[str, Any]) -> None:
    """Keep what a message said about a ticket; `words` are the columns of a `TicketMessage`. Repeating it is harmless."""
    await insert_once(session, TicketMessage, [words], key=("ticket_id",))


async def keep_picture(session: AsyncSession, picture: Mapping[str, Any]) -> None:
    """Let a picture belong to a ticket; `picture` are the columns of a `Picture`. Repeating it is harmless."""
    await insert_once(session, Picture, [picture], key=("ticket_id",))


_HOLDING: Final = Prepared(
    sa.select(TicketMessage.ticket_id)
    .where(
        TicketMessage.channel == sa.bindparam("of_channel"),
        TicketMessage.account == sa.bindparam("of_account"),
        TicketMessage.message_id == sa.bindparam("message"),
    )
    .order_by(TicketMessage.ticket_id.desc())
    .limit(1)
)


async def holding(session: AsyncSession, message: Key) -> TicketId | None:
    """Which ticket the message belongs to; of several the last."""
    channel, account, heard = message
    found = await _HOLDING.all(session, {"of_channel": channel, "of_account": account, "message": heard})
    return found[0].ticket_id if found else None


async def opened_by(session: AsyncSession, channel: str, account: str, message: str) -> Sequence[Ticket]:
    """The tickets that this message opened."""
    query = sa.select(Ticket).join(TicketMessage, TicketMessage.ticket_id == Ticket.id)
    mine = (
        TicketMessage.channel == channel,
        TicketMessage.account == account,
        TicketMessage.message_id == message,
        TicketMessage.act == Act.OPEN,
    )
    return (await session.scalars(query.where(*mine).order_by(Ticket.id))).all()


async def pictures_of(session: AsyncSession, ticket: TicketId) -> Sequence[Picture]:
    """Its pictures, in order."""
    query = sa.select(Picture).where(Picture.ticket_id == ticket).order_by(Picture.at, Picture.digest)
    return (await session.scalars(query)).all()


async def drop(session: AsyncSession, channel: str, account: str, message: str) -> None:
    """Forget what a message said that its sender took back."""
    mine = (
        TicketMessage.channel == channel,
        TicketMessage.account == account,
        TicketMessage.message_id == message,
    )
    await session.execute(sa.delete(TicketMessage).where(*mine))
