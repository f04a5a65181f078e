"""Whose name is said: what goes out of the house must not name anybody."""

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import UNFLUSHED
from storage.members import Member

_SAID: Final = (
    sa.select(Member.name)
    .where(
        Member.gone_at.is_(None),
        sa.func.length(Member.name) > 1,
        sa.bindparam("text", type_=sa.Text).contains(Member.name),
    )
    .distinct()
    .execution_options(**UNFLUSHED)
)


async def names_in(session: AsyncSession, text: str) -> Sequence[str]:
    """The members' names that stand anywhere in `text`."""
    return (await session.scalars(_SAID, {"text": text})).all()
