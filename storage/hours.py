"""The hours that people gave: outside of them nobody counts on them."""

from collections.abc import Collection, Mapping, Sequence
from datetime import time
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from storage.base import Base, insert_once
from storage.prepared import Prepared
from storage.turns import Days
from storage.types import MemberId


class FreeHours(Base, kw_only=True):
    """On such days a member has time from `starts` to `ends`, by the community's clock, as in a line of the roster."""

    __tablename__ = "free_hours"

    member_id: Mapped[MemberId] = mapped_column(sa.ForeignKey("member.id"), primary_key=True)
    weekdays: Mapped[str] = mapped_column(sa.String(7), primary_key=True)
    days: Mapped[Days] = mapped_column(primary_key=True)
    starts: Mapped[time] = mapped_column(primary_key=True)
    ends: Mapped[time] = mapped_column(primary_key=True)


class Hours(NamedTuple):
    """Hours that somebody gave, whoever it was."""

    weekdays: str
    days: Days
    starts: time
    ends: time


_GIVEN: Final = Prepared(
    sa.select(FreeHours.member_id, FreeHours.weekdays, FreeHours.days, FreeHours.starts, FreeHours.ends)
    .where(FreeHours.member_id.in_(sa.bindparam("members", expanding=True)))
    .order_by(FreeHours.days.desc(), FreeHours.weekdays, FreeHours.starts)
)


async def given_by(session: AsyncSession, members: Collection[MemberId]) -> dict[MemberId, list[Hours]]:
    """The hours of `members`; who gave none is missing, and can always be asked."""
    found: dict[MemberId, list[Hours]] = {}
    for row in await _GIVEN.all(session, {"members": list(members)}):
        found.setdefault(row[0], []).append(Hours(*row[1:]))
    return found


async def give(session: AsyncSession, member: MemberId, hours: Sequence[Mapping[str, Any]]) -> None:
    """Put `hours` (weekdays, days, starts, ends) in the place of what `member` gave before."""
    await session.execute(sa.delete(FreeHours).where(FreeHours.member_id == member))
    rows = [dict(one, member_id=member) for one in hours]
    await insert_once(session, FreeHours, rows, key=("member_id",))
