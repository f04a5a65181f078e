"""Questions that are asked again and again, and mostly find nothing.

A clock that rings every few seconds asks some thirty of them. To load rows and to lock them takes the processor ten times
as long as a prepared statement, so that is what asks first whether there is anything; where there is nothing, that is all.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage.base import Base
from storage.changes import changes, is_pending
from storage.prepared import Prepared

_NOTHING: Final[Mapping[str, Any]] = MappingProxyType({})


class Seldom:
    """One such question.

    Args:
        query: What `sa.select` makes; what it is asked with are `sa.bindparam`s.
        lock: The table whose rows are locked; those that somebody else has locked are left out.
    """

    def __init__(self, query: sa.Select[*tuple[Any, ...]], *, lock: type[Base] | None = None) -> None:
        self._query: Final = query if lock is None else query.with_for_update(skip_locked=True, of=lock)
        one: sa.Select[Any] = query.with_only_columns(sa.literal_column("1").label("one"), maintain_column_froms=True)
        self._first: Final = Prepared(one.order_by(None).limit(1))

    async def finds(self, session: AsyncSession, given: Mapping[str, Any] = _NOTHING) -> bool:
        """Whether there is anything; true as well where the session has changes that may come to be."""
        return bool(is_pending(session) or changes(session) or await self._first.all(session, given))

    async def all(self, session: AsyncSession, given: Mapping[str, Any] = _NOTHING) -> Sequence[Any]:
        """What is found of the first, or only, thing that was selected."""
        return (await session.scalars(self._query, given)).all() if await self.finds(session, given) else ()

    async def rows(self, session: AsyncSession, given: Mapping[str, Any] = _NOTHING) -> Sequence[Any]:
        """All that was selected, row by row."""
        return (await session.execute(self._query, given)).all() if await self.finds(session, given) else ()
