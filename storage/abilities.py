"""What is kept of a person about what he can do and what he can open."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage import keys, skills
from storage.keys import DoorKey
from storage.skills import MemberSkill
from storage.types import MemberId


async def of_member(session: AsyncSession, member: MemberId) -> Sequence[str]:
    """His skills, and the doors to which he has a key, as they are called."""
    can = sorted((await skills.of_members(session, [member])).get(member, ()))
    return [*can, *(f"有{opens}的钥匙" for _, opens in await keys.held_by(session, member))]


async def erase(session: AsyncSession, member: MemberId) -> None:
    """Drop all of it."""
    for own in (MemberSkill, DoorKey):
        await session.execute(sa.delete(own).where(own.member_id == member))
