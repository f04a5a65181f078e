"""Whom a channel may still answer, how often and until when; and up to where it has heard what a platform keeps."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.chats import Address


class AllowanceRow(Base, kw_only=True):
    """What something that a person did allows in his chat; see `bot/channels/window.py`."""

    __tablename__ = "allowance"

    channel: Mapped[str] = mapped_column(sa.String(24), primary_key=True)
    account: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    chat: Mapped[str] = mapped_column(sa.String(128), primary_key=True)
    occasion: Mapped[str] = mapped_column(sa.String(24), primary_key=True)
    since: Mapped[datetime]
    by: Mapped[str] = mapped_column(sa.String(200))
    until: Mapped[datetime] = mapped_column(index=True)
    left: Mapped[int]
    code: Mapped[str | None] = mapped_column(sa.String(200), default=None)


class Position(Base, kw_only=True):
    """Up to where a stream of messages was heard, in the platform's own words."""

    __tablename__ = "position"

    channel: Mapped[str] = mapped_column(sa.String(24), primary_key=True)
    account: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    stream: Mapped[str] = mapped_column(sa.String(128), primary_key=True)
    reached: Mapped[str] = mapped_column(sa.String(200))


async def in_chat(session: AsyncSession, address: Address) -> Sequence[AllowanceRow]:
    """What is allowed in that chat; nobody else changes it until the transaction ends."""
    query = sa.select(AllowanceRow).where(*_at(address)).order_by(AllowanceRow.occasion)
    return (await session.scalars(query.with_for_update())).all()


async def forget(session: AsyncSession, before: datetime) -> None:
    """Drop what was over by then. What still may be delivered again must be known until it is not."""
    await session.execute(sa.delete(AllowanceRow).where(AllowanceRow.until < before))


async def forget_chat(session: AsyncSession, address: Address) -> None:
    """Drop everything about a chat."""
    await session.execute(sa.delete(AllowanceRow).where(*_at(address)))


async def position(session: AsyncSession, channel: str, account: str, stream: str) -> str:
    """Up to where `stream` was heard; empty where nothing was."""
    found = await session.get(Position, (channel, account, stream))
    return found.reached if found else ""


async def reach(session: AsyncSession, channel: str, account: str, stream: str, reached: str) -> None:
    """`stream` is heard up to there."""
    found = await session.get(Position, (channel, account, stream))
    if found is None:
        session.add(Position(channel=channel, account=account, stream=stream, reached=reached))
    else:
        found.reached = reached


def _at(address: Address) -> tuple[sa.ColumnElement[bool], ...]:
    channel, account, chat = address
    return AllowanceRow.channel == channel, AllowanceRow.account == account, AllowanceRow.chat == chat
