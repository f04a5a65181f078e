"""In which tickets a person has a hand with others: called in, coming to help, or asked to take one over."""

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.crews import Helper
from storage.handoffs import Handoff
from storage.parties import Party
from storage.types import MemberId


async def count(session: AsyncSession, member: MemberId) -> int:
    """How many tickets these are."""
    mine = (
        sa.select(Party.ticket_id).where(Party.member_id == member),
        sa.select(Helper.ticket_id).where(Helper.member_id == member),
        sa.select(Handoff.ticket_id).where(_concerns(member)),
    )
    return await session.scalar(sa.select(sa.func.count()).select_from(sa.union(*mine).subquery())) or 0


async def forget(session: AsyncSession, member: MemberId) -> None:
    """He has a hand in nothing any more; what is in his own hands is no question of this."""
    for table in (Party, Helper):
        await session.execute(sa.delete(table).where(table.member_id == member))
    await session.execute(sa.delete(Handoff).where(_concerns(member)))


def _concerns(member: MemberId) -> sa.ColumnElement[bool]:
    return sa.or_(Handoff.giver_id == member, Handoff.taker_id == member, Handoff.asker_id == member)
