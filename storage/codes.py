"""One-time codes: to bind a group, to become a member, to link a second identity, to enter the web chat."""

import hashlib
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base
from storage.identities import Who
from storage.types import MemberId, PlaceId


class Purpose(StrEnum):
    """What a code opens."""

    BIND = "bind"  #: a group to `place_id`
    ADMIN = "admin"  #: makes who says it an admin of `place_id`
    LINK = "link"  #: joins who says it with `member_id`
    ENTER = "enter"  #: the web chat, as `member_id`
    EXPORT = "export"  #: a roster as a file, of the places of which `member_id` is an admin
    PAPER = "paper"  #: a file about notices, of what `member_id` may see
    READ = "read"  #: lets `member_id` say that he has read a notice
    SESSION = "session"  #: the web chat's cookie; used again and again until it expires


class OneTimeCode(Base, kw_only=True):
    """A code, kept as a digest only."""

    __tablename__ = "one_time_code"

    digest: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    purpose: Mapped[Purpose]
    expires_at: Mapped[datetime]
    place_id: Mapped[PlaceId | None] = mapped_column(sa.ForeignKey("place.id"), default=None)
    member_id: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), default=None)
    used_at: Mapped[datetime | None] = mapped_column(default=None)


class WrongCode(Base, kw_only=True):
    """A guess: too many of them in an hour are not listened to. Nothing of what was said is kept."""

    __tablename__ = "wrong_code"

    id: Mapped[int] = mapped_column(primary_key=True, init=False, autoincrement=True)
    channel: Mapped[str] = mapped_column(sa.String(24))
    account: Mapped[str] = mapped_column(sa.String(64))
    sender: Mapped[str] = mapped_column(sa.String(128))
    chat: Mapped[str] = mapped_column(sa.String(128))
    at: Mapped[datetime] = mapped_column(index=True)


def digest_of(code: str) -> str:
    """What is stored of a code: capitals and blanks do not matter."""
    return hashlib.sha256("".join(code.split()).upper().encode()).hexdigest()


async def issue(
    session: AsyncSession,
    code: str,
    purpose: Purpose,
    expires_at: datetime,
    *,
    place: PlaceId | None = None,
    member: MemberId | None = None,
) -> None:
    """Remember that `code` opens `purpose` until `expires_at`."""
    session.add(
        OneTimeCode(digest=digest_of(code), purpose=purpose, expires_at=expires_at, place_id=place, member_id=member)
    )
    await session.flush()


async def redeem(session: AsyncSession, code: str, purpose: Purpose, now: datetime) -> OneTimeCode | None:
    """The code, now used up; None where it is unknown, used or too old. Two at once: one of them gets it."""
    redeemed = (
        sa.update(OneTimeCode)
        .where(
            OneTimeCode.digest == digest_of(code),
            OneTimeCode.purpose == purpose,
            OneTimeCode.used_at.is_(None),
            OneTimeCode.expires_at > now,
        )
        .values(used_at=now)
        .returning(OneTimeCode)
    )
    return (await session.scalars(redeemed)).one_or_none()


async def standing(session: AsyncSession, code: str, purpose: Purpose, now: datetime) -> OneTimeCode | None:
    """The code without using it up."""
    found = await session.get(OneTimeCode, digest_of(code))
    return found if found and found.purpose == purpose and not found.used_at and found.expires_at > now else None


async def withdraw(session: AsyncSession, purpose: Purpose, member: MemberId) -> None:
    """Let the codes that `member` was given before open nothing any more."""
    older = sa.delete(OneTimeCode).where(OneTimeCode.member_id == member, OneTimeCode.purpose == purpose)
    await session.execute(older.where(OneTimeCode.used_at.is_(None)))


async def is_taken(session: AsyncSession, code: str) -> bool:
    """Whether there has been such a code, used or not, that is still remembered."""
    return await session.get(OneTimeCode, digest_of(code)) is not None


async def guessed(session: AsyncSession, who: Who, chat: str, now: datetime) -> None:
    """Remember that somebody said a code that opens nothing."""
    channel, account, sender = who
    session.add(WrongCode(channel=channel, account=account, sender=sender, chat=chat, at=now))
    await session.flush()


async def guesses(session: AsyncSession, who: Who, chat: str, since: datetime) -> int:
    """How many wrong codes were said after `since` by that identity or in that chat."""
    channel, account, sender = who
    here = (WrongCode.channel == channel, WrongCode.account == account)
    query = sa.select(sa.func.count()).where(*here, WrongCode.at > since)
    found = await session.scalar(query.where(sa.or_(WrongCode.sender == sender, WrongCode.chat == chat)))
    return found or 0


async def forget(session: AsyncSession, *, expired_before: datetime, guessed_before: datetime) -> None:
    """Drop codes that expired and guesses that were made before these moments."""
    await session.execute(sa.delete(OneTimeCode).where(OneTimeCode.expires_at < expired_before))
    await session.execute(sa.delete(WrongCode).where(WrongCode.at < guessed_before))
