"""What was already told of what is wrong with the rota, so that only what is new is told."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once
from storage.types import MemberId

LOOKED: Final = "looked"  #: the subject of the row that says when the rota was last looked at


class ToldFlaw(Base, kw_only=True):
    """Something wrong with the rota, of which the admins know. When it is mended, its row goes."""

    __tablename__ = "told_flaw"

    subject: Mapped[str] = mapped_column(sa.String(80), primary_key=True)
    starts: Mapped[datetime] = mapped_column(primary_key=True)
    ends: Mapped[datetime]
    seen_until: Mapped[datetime]  #: how far ahead was looked when it was seen last
    member_id: Mapped[MemberId | None] = mapped_column(sa.ForeignKey("member.id"), default=None, index=True)


class Seen(NamedTuple):
    """What is wrong now; `occurs`: when it begins, each time."""

    subject: str
    starts: datetime
    ends: datetime
    occurs: tuple[datetime, ...]
    member: MemberId | None = None

    def is_told_by(self, told: ToldFlaw) -> bool:
        """Whether it is the same, or the same going on beyond what could be seen then."""
        new = any(told.ends <= at < told.seen_until for at in self.occurs)
        return not new and self.subject == told.subject and self.starts <= told.ends and told.starts <= self.ends


async def was_looked_at(session: AsyncSession, due: datetime) -> bool:
    """Whether the rota was looked at since it was due."""
    return await session.get(ToldFlaw, (LOOKED, due)) is not None


async def looked_at(session: AsyncSession, due: datetime) -> bool:
    """Note that the rota is looked at, as was due then; two clocks at once: one of them looks."""
    row = dict(subject=LOOKED, starts=due, ends=due, seen_until=due, member_id=None)
    new = bool(await insert_once(session, ToldFlaw, [row], key=("subject",)))
    await session.execute(sa.delete(ToldFlaw).where(ToldFlaw.subject == LOOKED, ToldFlaw.starts < due))
    return new


async def tell_once(session: AsyncSession, seen: Sequence[Seen], until: datetime) -> list[Seen]:
    """Note that these are told, seen by looking ahead until then; those of them that were not told before."""
    known = (await session.scalars(sa.select(ToldFlaw).where(ToldFlaw.subject != LOOKED))).all()
    new = []
    for one in seen:
        same = [told for told in known if one.is_told_by(told)]
        for told in same:
            told.ends, told.seen_until = max(told.ends, one.ends), until
        if not same:
            new.append(one)
    for told in known:
        if told.seen_until != until:
            await session.delete(told)
    await session.flush()
    rows = [dict(subject=n.subject, starts=n.starts, ends=n.ends, seen_until=until, member_id=n.member) for n in new]
    await insert_once(session, ToldFlaw, rows, key=("subject", "starts"))
    return new
