"""Sessions of the web chat, each kept under the SHA-256 of what the browser holds."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.codes import OneTimeCode, Purpose
from storage.types import MemberId


async def remember(session: AsyncSession, digest: str, member: MemberId, until: datetime) -> None:
    """Let that digest stand for `member` until then."""
    session.add(OneTimeCode(digest=digest, purpose=Purpose.SESSION, expires_at=until, member_id=member))
    await session.flush()


async def owner(session: AsyncSession, digest: str, now: datetime) -> MemberId | None:
    """Whose session it is, if it is one and not over."""
    found = await session.get(OneTimeCode, digest)
    if found is None or found.purpose is not Purpose.SESSION or found.expires_at <= now:
        return None
    return found.member_id


async def forget(session: AsyncSession, digest: str) -> None:
    """End a session; an unknown one is fine."""
    mine = OneTimeCode.digest == digest, OneTimeCode.purpose == Purpose.SESSION
    await session.execute(sa.delete(OneTimeCode).where(*mine))
