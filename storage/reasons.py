"""Why a message was taken for what it was: shares and codes, never words."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.appended import append
from storage.base import Base
from storage.inbox import Key
from storage.types import Act, TicketId


class Reason(Base, kw_only=True):
    """What decided that a message does `act` to a ticket. Append-only; `codes` is made in handlers/understanding/why.py."""

    __tablename__ = "reason"
    __table_args__ = (sa.Index("ix_reason_message", "channel", "account", "message_id"),)

    id: Mapped[int] = mapped_column(primary_key=True, init=False, autoincrement=True)
    ticket_id: Mapped[TicketId] = mapped_column(sa.ForeignKey("ticket.id"), index=True)
    channel: Mapped[str] = mapped_column(sa.String(24))
    account: Mapped[str] = mapped_column(sa.String(64))
    message_id: Mapped[str] = mapped_column(sa.String(200))
    at: Mapped[datetime]
    act: Mapped[Act]
    codes: Mapped[dict[str, Any]]


def enter(session: AsyncSession, row: Mapping[str, Any]) -> None:
    """Enter a reason; `row` are the columns of a `Reason`."""
    append(session, Reason, row)


async def of_message(session: AsyncSession, key: Key) -> Sequence[Reason]:
    """Why the message was taken for what it was, the latest first."""
    channel, account, message = key
    mine = Reason.channel == channel, Reason.account == account, Reason.message_id == message
    return (await session.scalars(sa.select(Reason).where(*mine).order_by(Reason.id.desc()))).all()


async def of_opening(session: AsyncSession, ticket: TicketId) -> Reason | None:
    """Why the ticket was opened; None where somebody asked for it by a command."""
    mine = Reason.ticket_id == ticket, Reason.act == Act.OPEN
    return (await session.scalars(sa.select(Reason).where(*mine).order_by(Reason.id).limit(1))).one_or_none()
