"""What people on duty set right: a message as it was understood and as it is, to learn from.

The text is here only because a member of staff asked for the correction. It goes with its author's data, when he takes
the message back, and in any case after a time.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once
from storage.inbox import Key
from storage.types import MemberId, Role


class Correction(Base, kw_only=True):
    """A message that was understood wrongly; the last correction of it counts.

    `predicted` and `right` are judgements as `gold` in tests/eval/FORMAT.md; `scene` is its `chat`.
    """

    __tablename__ = "correction"

    channel: Mapped[str] = mapped_column(sa.String(24), primary_key=True)
    account: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    message_id: Mapped[str] = mapped_column(sa.String(200), primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    by_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"))
    sender: Mapped[str] = mapped_column(sa.String(128))
    role: Mapped[Role]  #: the author's
    text: Mapped[str] = mapped_column(sa.Text)
    scene: Mapped[dict[str, Any]]
    predicted: Mapped[dict[str, Any]]
    right: Mapped[dict[str, Any]]
    member_id: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), default=None, index=True)


async def enter(session: AsyncSession, row: Mapping[str, Any]) -> Correction:
    """The example of that message, new or as it was; whoever comes second at the same moment waits for the first.

    `row` are the columns of a `Correction`.
    """
    await insert_once(session, Correction, [row], key=("message_id",))
    mine = (row["channel"], row["account"], row["message_id"])
    return await session.get_one(Correction, mine, with_for_update=True, populate_existing=True)


async def kept(session: AsyncSession) -> Sequence[Correction]:
    """All examples, oldest first."""
    return (await session.scalars(sa.select(Correction).order_by(Correction.at, Correction.message_id))).all()


async def count(session: AsyncSession, since: datetime | None) -> int:
    """How many messages were set right after that moment, or at all."""
    later = sa.true() if since is None else Correction.at > since
    return (await session.scalars(sa.select(sa.func.count()).select_from(Correction).where(later))).one()


async def drop(session: AsyncSession, key: Key) -> None:
    """Forget what its sender took back."""
    channel, account, message = key
    mine = Correction.channel == channel, Correction.account == account, Correction.message_id == message
    await session.execute(sa.delete(Correction).where(*mine))


async def forget(session: AsyncSession, before: datetime) -> None:
    """Drop what was set right before that moment."""
    await session.execute(sa.delete(Correction).where(Correction.at < before))
