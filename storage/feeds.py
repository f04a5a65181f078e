"""The secret addresses at which people's calendars fetch their turns of duty. What is kept of a secret is its digest."""

import hmac
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.duty import DutyShift
from storage.outbox import OutboxMessage
from storage.overrides import DutyOverride
from storage.seldom import Seldom
from storage.types import MemberId, OutboxStatus, PlaceId


class CalendarFeed(Base, kw_only=True):
    """One address a member; a new one takes the place of the old one."""

    __tablename__ = "calendar_feed"

    member_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    digest: Mapped[str] = mapped_column(sa.String(64), unique=True)
    made_at: Mapped[datetime]
    #: what was last fetched, as a digest, and since when it is so
    content: Mapped[str] = mapped_column(sa.String(64), default="")
    changed_at: Mapped[datetime]
    #: the message that tells the address, until it was said and its words are taken back
    told_by: Mapped[str | None] = mapped_column(sa.String(300), default=None, index=True)


def digest_of(secret: str) -> str:
    """What is stored of a secret."""
    return sha256(secret.encode()).hexdigest()


async def renew(session: AsyncSession, member: MemberId, secret: str, now: datetime, told_by: str) -> bool:
    """Let `secret` be the address of `member` from now on, and no other one; whether there was another one.

    Two at once: the member's key makes the second one fail, and its transaction is run again.
    """
    had_one = await stop(session, member)
    session.add(CalendarFeed(member_id=member, digest=digest_of(secret), made_at=now, changed_at=now, told_by=told_by))
    await session.flush()
    return had_one


async def stop(session: AsyncSession, member: MemberId) -> bool:
    """Let the address of `member` lead nowhere; whether there was one."""
    gone = sa.delete(CalendarFeed).where(CalendarFeed.member_id == member).returning(CalendarFeed.member_id)
    return bool((await session.execute(gone)).all())


async def behind(session: AsyncSession, secret: str) -> CalendarFeed | None:
    """Whose address that is; compared in constant time, so that nobody feels his way to it."""
    digest = digest_of(secret)
    found: CalendarFeed | None = await session.scalar(sa.select(CalendarFeed).where(CalendarFeed.digest == digest))
    return found if found is not None and hmac.compare_digest(found.digest, digest) else None


async def places_of(session: AsyncSession, member: MemberId, since: datetime) -> Sequence[PlaceId]:
    """Where `member` is on the roster, or has been put on duty beside it at some time after `since`."""
    lines = sa.select(DutyShift.place_id).where(DutyShift.member_id == member)
    comes = (DutyOverride.comes_id == member, DutyOverride.ends > since, DutyOverride.place_id.is_not(None))
    return sorted(
        {*await session.scalars(lines), *await session.scalars(sa.select(DutyOverride.place_id).where(*comes))}
    )


async def changed(session: AsyncSession, feed: CalendarFeed, content: str, now: datetime) -> None:
    """Note that what is fetched there is another from now on; who notes the same at once finds it noted."""
    mine = (CalendarFeed.digest == feed.digest, CalendarFeed.content != content)
    await session.execute(sa.update(CalendarFeed).where(*mine).values(content=content, changed_at=now))


_OVER: Final = (OutboxStatus.SENT, OutboxStatus.FOLDED, OutboxStatus.DEAD, OutboxStatus.UNSURE)
_SAID: Final = Seldom(
    sa.select(CalendarFeed, OutboxMessage)
    .join(OutboxMessage, OutboxMessage.key == CalendarFeed.told_by)
    .where(OutboxMessage.status.in_(_OVER))
)


async def forget_said(session: AsyncSession) -> None:
    """Take back the words of addresses that were told: the secret is with its owner, and nowhere else."""
    for feed, message in await _SAID.rows(session):
        message.body, feed.told_by = {"text": ""}, None
