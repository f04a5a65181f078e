"""Notices to the groups below a place."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, aliased, mapped_column

from storage.base import Base
from storage.outbox import OutboxMessage
from storage.types import BroadcastId, BroadcastStatus, MemberId, OutboxStatus, PlaceId

NEVER: Final = datetime(9000, 1, 1, tzinfo=UTC)  #: when what is held is due


class Broadcast(Base, kw_only=True):
    """A notice. With `repeat` it starts again at its next time after every round."""

    __tablename__ = "broadcast"
    __table_args__ = (sa.Index("ix_broadcast_due", "status", "due_at"),)

    id: Mapped[BroadcastId] = mapped_column(primary_key=True, init=False, autoincrement=True)
    community_id: Mapped[PlaceId] = mapped_column(sa.ForeignKey("place.id"), index=True)
    audience: Mapped[list[PlaceId]] = mapped_column(sa.JSON)  #: every group at one of these places or below one
    author_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), index=True)
    text: Mapped[str] = mapped_column(sa.Text)
    pictures: Mapped[list[str]] = mapped_column(sa.JSON)  #: digests
    created_at: Mapped[datetime]
    shown_at: Mapped[datetime]  #: when its author was last asked whether it may go
    due_at: Mapped[datetime]
    channel: Mapped[str] = mapped_column(sa.String(24))  #: where its author wrote it, and hears what became of it
    account: Mapped[str] = mapped_column(sa.String(64))
    chat: Mapped[str] = mapped_column(sa.String(128))
    in_group: Mapped[bool]
    at_once: Mapped[bool] = mapped_column(default=False)  #: goes when it is confirmed, whenever that is
    warning: Mapped[bool] = mapped_column(default=False)  #: goes at night, too
    status: Mapped[BroadcastStatus] = mapped_column(default=BroadcastStatus.DRAFT)
    repeat: Mapped[dict[str, Any] | None] = mapped_column(default=None)
    doubt: Mapped[dict[str, Any] | None] = mapped_column(default=None)  #: which times may be meant, until that is said
    unknown_years: Mapped[list[int]] = mapped_column(sa.JSON, default_factory=list)  #: counted without their notice
    rounds: Mapped[int] = mapped_column(default=0)  #: how often it has started
    wait_told: Mapped[int] = mapped_column(default=0)  #: the round of which its author knows that members must confirm
    exclusions: Mapped[list[PlaceId]] = mapped_column(sa.JSON, default_factory=list)  #: no group at or below these
    #: [role, place]: who holds that role for that place is told alone
    roles: Mapped[list[list[Any]]] = mapped_column(sa.JSON, default_factory=list)
    files: Mapped[list[str]] = mapped_column(sa.JSON, default_factory=list)  #: digest/name
    issuer: Mapped[str | None] = mapped_column(sa.String(60), default=None)  #: who signs it, where not its author
    source: Mapped[str | None] = mapped_column(sa.String(60), default=None)  #: whose words these are: 区医保局
    link: Mapped[str | None] = mapped_column(sa.String(500), default=None)  #: where they can be read
    template: Mapped[str | None] = mapped_column(sa.String(20), default=None)
    system: Mapped[str | None] = mapped_column(sa.String(60), default=None)  #: which other system has started it
    asks_back: Mapped[bool] = mapped_column(default=False)  #: households are to answer that they have read it
    reminded_at: Mapped[datetime | None] = mapped_column(default=None)  #: when those who had not answered were reminded
    expires_at: Mapped[datetime | None] = mapped_column(default=None)  #: it is of no use from then on
    same_day: Mapped[bool] = mapped_column(default=False)  #: each round is of use on its own day only
    paused: Mapped[bool] = mapped_column(default=False)
    approved_by: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), default=None, index=True)
    edits: Mapped[int] = mapped_column(default=0)
    edited_by: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), default=None, index=True)
    resends: Mapped[int] = mapped_column(default=0)  #: how often the last round was sent again where it had failed
    corrects_id: Mapped[BroadcastId | None] = mapped_column(sa.ForeignKey("broadcast.id"), default=None, index=True)
    version: Mapped[int] = mapped_column(default=1, nullable=False)
    #: after how many edits its author was told that a picture of it was refused
    unshown_told: Mapped[int | None] = mapped_column(default=None)

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 -- SQLAlchemy's own name and shape

    @property
    def round_key(self) -> str:
        """The beginning of the outbox keys of the round that started last."""
        return f"broadcast:{self.id}:{self.rounds}:"


_CORRECTION: Final = aliased(Broadcast)


async def by_id(session: AsyncSession, broadcast: BroadcastId) -> Broadcast | None:
    """The notice of that number."""
    return await session.get(Broadcast, broadcast)


async def last_of(session: AsyncSession, author: MemberId) -> Broadcast | None:
    """The notice that `author` wrote last."""
    query = sa.select(Broadcast).where(Broadcast.author_id == author).order_by(Broadcast.id.desc()).limit(1)
    return (await session.scalars(query)).one_or_none()


async def drafts_of(session: AsyncSession, author: MemberId) -> Sequence[Broadcast]:
    """What `author` has not confirmed yet, newest first."""
    query = sa.select(Broadcast).where(Broadcast.author_id == author, Broadcast.status == BroadcastStatus.DRAFT)
    return (await session.scalars(query.order_by(Broadcast.id.desc()))).all()


async def ahead(session: AsyncSession, community: PlaceId, limit: int) -> Sequence[Broadcast]:
    """The notices of a community that are not over, those due first first."""
    over = (BroadcastStatus.SENT, BroadcastStatus.CANCELLED)
    query = sa.select(Broadcast).where(Broadcast.community_id == community, Broadcast.status.not_in(over))
    return (await session.scalars(query.order_by(Broadcast.due_at, Broadcast.id).limit(limit))).all()


async def is_there(session: AsyncSession, community: PlaceId, text: str, audience: list[PlaceId]) -> bool:
    """Whether a notice of these words to these places waits or is out already."""
    same = Broadcast.community_id == community, Broadcast.text == text, Broadcast.status != BroadcastStatus.CANCELLED
    return audience in (await session.scalars(sa.select(Broadcast.audience).where(*same))).all()


async def began_at(session: AsyncSession, broadcast: Broadcast) -> datetime | None:
    """When the last round was put into the outbox, or None where it reached nobody."""
    query = sa.select(sa.func.max(OutboxMessage.created_at)).where(OutboxMessage.broadcast_id == broadcast.id)
    found: datetime | None = await session.scalar(query)
    return found


async def not_sent(session: AsyncSession, broadcast: Broadcast) -> Sequence[OutboxMessage]:
    """The messages of the last round that did not go out, or perhaps did not."""
    failed = OutboxMessage.status.in_((OutboxStatus.DEAD, OutboxStatus.UNSURE))
    return (await session.scalars(sa.select(OutboxMessage).where(*_round(broadcast), failed))).all()


async def take_back(session: AsyncSession, broadcast: Broadcast, why: str) -> int:
    """Drop those messages of the last round whose sending has not begun; how many there were.

    Those that a member has before him are dead: whoever asked him takes the task away.
    """
    waiting = OutboxMessage.status.in_((OutboxStatus.PENDING, OutboxStatus.GATHERING))
    dropped = sa.delete(OutboxMessage).where(*_round(broadcast), waiting).returning(OutboxMessage.id)
    asked = sa.update(OutboxMessage).where(*_round(broadcast), OutboxMessage.status == OutboxStatus.CONFIRMING)
    stopped = asked.values(status=OutboxStatus.DEAD, error=why).returning(OutboxMessage.id)
    return sum([len((await session.execute(change)).all()) for change in (dropped, stopped)])


async def give_up(session: AsyncSession, broadcast: Broadcast, now: datetime, why: str) -> None:
    """Let those messages of the last round be dead that are of no use any more, and whose sending has not begun."""
    waiting = OutboxMessage.status.in_((OutboxStatus.PENDING, OutboxStatus.GATHERING)), OutboxMessage.good_until <= now
    late = sa.update(OutboxMessage).where(*_round(broadcast), *waiting)
    await session.execute(late.values(status=OutboxStatus.DEAD, error=why))


async def hold(session: AsyncSession, broadcast: Broadcast) -> int:
    """Let those messages of the last round wait whose sending has not begun; how many there are."""
    waiting = OutboxMessage.status.in_((OutboxStatus.PENDING, OutboxStatus.GATHERING))
    going = sa.update(OutboxMessage).where(*_round(broadcast), waiting)
    held = going.values(due_at=NEVER, attempts=0, good_until=broadcast.expires_at)
    return len((await session.execute(held.returning(OutboxMessage.id))).all())


async def let_go(session: AsyncSession, broadcast: Broadcast, due_at: datetime, good_until: datetime) -> int:
    """Let what was held go at `due_at`; how many messages there are."""
    held = sa.update(OutboxMessage).where(*_round(broadcast), OutboxMessage.due_at == NEVER)
    freed = held.values(due_at=due_at, good_until=good_until)
    return len((await session.execute(freed.returning(OutboxMessage.id))).all())


def _round(broadcast: Broadcast) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        OutboxMessage.broadcast_id == broadcast.id,
        OutboxMessage.key.startswith(broadcast.round_key, autoescape=True),
    )
