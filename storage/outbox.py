"""What is to be said, and what became of it. The row of a message is also its receipt."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.appended import append, waiting
from storage.base import Base, only
from storage.prepared import Prepared
from storage.types import BroadcastId, MemberId, MessageKind, OutboxStatus, TicketId

WAITING: Final = (OutboxStatus.PENDING, OutboxStatus.SENDING)
UNSAID: Final = (*WAITING, OutboxStatus.GATHERING, OutboxStatus.HELD)
# What a message lacks that was said all the same.
INCOMPLETE: Final = "a picture or a file of it was gone"
UNSHOWN: Final = "a picture or a file of it was refused"
NOTICES: Final = (MessageKind.BROADCAST, MessageKind.WARNING)
#: Danger, then talk, then what is told to all: of that a warning before a notice.
_RANK: Final = "CASE kind WHEN 'emergency' THEN 0 WHEN 'warning' THEN 2 WHEN 'broadcast' THEN 3 ELSE 1 END"


class OutboxMessage(Base, kw_only=True):
    """One message to one chat. `key` makes repeating the change that caused it harmless."""

    __tablename__ = "outbox"
    __table_args__ = (
        sa.Index("ix_outbox_waiting", "channel", "account", "chat", "id", **only("status IN ('pending', 'sending')")),
        sa.Index("ix_outbox_held", "channel", "account", "chat", "id", **only("status = 'held'")),
        sa.Index("ix_outbox_platform", "channel", "account", "platform_id"),
        sa.Index("ix_outbox_next", "rank", "due_at", "id", "channel", "account", **only("status = 'pending'")),
        sa.Index("ix_outbox_leased", "lease_until", **only("status = 'sending'")),
    )

    id: Mapped[int] = mapped_column(sa.Integer, primary_key=True, init=False, autoincrement=True)
    key: Mapped[str] = mapped_column(sa.String(300), unique=True)
    channel: Mapped[str] = mapped_column(sa.String(24))
    account: Mapped[str] = mapped_column(sa.String(64))
    chat: Mapped[str] = mapped_column(sa.String(128))
    is_group: Mapped[bool]
    kind: Mapped[MessageKind]
    rank: Mapped[int] = mapped_column(sa.Computed(_RANK, persisted=True), init=False)  #: the lowest goes first
    body: Mapped[dict[str, Any]]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    status: Mapped[OutboxStatus] = mapped_column(default=OutboxStatus.PENDING)
    attempts: Mapped[int] = mapped_column(default=0)
    lease_until: Mapped[datetime | None] = mapped_column(default=None)
    leased_by: Mapped[str | None] = mapped_column(sa.String(64), default=None)
    sent_at: Mapped[datetime | None] = mapped_column(default=None)
    platform_id: Mapped[str | None] = mapped_column(sa.String(200), default=None)
    good_until: Mapped[datetime | None] = mapped_column(default=None)  #: it is of no use from then on
    #: the message with which its words went out
    folded_into: Mapped[int | None] = mapped_column(sa.ForeignKey("outbox.id"), default=None, index=True)
    error: Mapped[str | None] = mapped_column(sa.String(200), default=None)
    doubt_told: Mapped[bool] = mapped_column(default=False)  #: its group's people know that it is unsure
    ticket_id: Mapped[TicketId | None] = mapped_column(sa.ForeignKey("ticket.id"), default=None, index=True)
    broadcast_id: Mapped[BroadcastId | None] = mapped_column(sa.ForeignKey("broadcast.id"), default=None, index=True)
    member_id: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), default=None, index=True)
    #: the platform's ids of all that it went out in, where that is not the one of `platform_id`
    parts: Mapped[list[str] | None] = mapped_column(sa.JSON(none_as_null=True), default=None)


def put(session: AsyncSession, row: Mapping[str, Any], *, dead: str | None = None, gathers: bool = False) -> None:
    """Let a message wait to be sent; `row` are the columns that say what and to whom.

    Args:
        dead: Why it cannot be sent at all: only its receipt is kept.
        gathers: It waits to become part of a later message.
    """
    status = OutboxStatus.GATHERING if gathers else OutboxStatus.PENDING
    status = status if dead is None else OutboxStatus.DEAD
    append(
        session,
        OutboxMessage,
        dict({"good_until": None}, **row, status=status, error=dead, attempts=0, doubt_told=False),
    )


CALLS: Final = (MessageKind.CALL, MessageKind.EMERGENCY)
_CALLED: Final = Prepared(
    sa.select(OutboxMessage.member_id)
    .where(
        OutboxMessage.ticket_id == sa.bindparam("ticket"),
        OutboxMessage.kind.in_(CALLS),
        OutboxMessage.member_id.is_not(None),
    )
    .distinct()
)


async def called_about(session: AsyncSession, ticket: TicketId) -> Sequence[MemberId]:
    """Who was called about the ticket so far."""
    found = {member for (member,) in await _CALLED.all(session, {"ticket": ticket})}
    just_now = (row for row in waiting(session, OutboxMessage) if row["ticket_id"] == ticket and row["kind"] in CALLS)
    return sorted({*found, *(row["member_id"] for row in just_now if row["member_id"] is not None)})
