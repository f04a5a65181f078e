"""What the members are called: nothing that goes out of the house may name them."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import UNFLUSHED
from storage.members import Member

_NAMES: Final = (
    sa.select(Member.name)
    .where(Member.gone_at.is_(None), sa.func.length(Member.name) > 1)
    .distinct()
    .execution_options(**UNFLUSHED)
)


async def all_names(session: AsyncSession) -> frozenset[str]:
    """Every member's name of more than one character."""
    return frozenset((await session.scalars(_NAMES)).all())
