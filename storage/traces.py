"""What is kept of a person about his duty, beside the lines of the roster: changes of it, and his own hours."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.checkups import ToldFlaw
from storage.duty import ToldTurn
from storage.hours import FreeHours
from storage.overrides import DutyOverride
from storage.swaps import DutySwap
from storage.types import MemberId


async def changes_of(session: AsyncSession, member: MemberId) -> int:
    """How many swaps, leaves and temporary turns concern `member`, those only asked for included."""
    return sum([await _count(session, table, mine) for table, mine in _changes(member)])


async def hours_of(session: AsyncSession, member: MemberId) -> int:
    """At how many times `member` said that he can be asked."""
    return await _count(session, FreeHours, FreeHours.member_id == member)


async def erase(session: AsyncSession, member: MemberId) -> None:
    """Drop all of it."""
    for table, mine in _changes(member):
        await session.execute(sa.delete(table).where(mine))
    for own in (ToldTurn, ToldFlaw, FreeHours):
        await session.execute(sa.delete(own).where(own.member_id == member))


def _changes(member: MemberId) -> list[tuple[Any, Any]]:
    return [
        (DutyOverride, sa.or_(DutyOverride.comes_id == member, DutyOverride.goes_id == member)),
        (DutySwap, sa.or_(DutySwap.giver_id == member, DutySwap.taker_id == member)),
    ]


async def _count(session: AsyncSession, table: Any, mine: Any) -> int:
    return (await session.scalar(sa.select(sa.func.count()).select_from(table).where(mine))) or 0
