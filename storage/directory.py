"""Who is who and what is where changes seldom: one number says whether what was read of it before still holds.

Places, groups, members, their identities and roles are needed with every message that is heard. Whoever changes any of
them raises the number in the same transaction, the last thing before it ends, so that nobody waits for another's.
People who are new raise nothing: what nobody knew, nobody remembers.
"""

from itertools import chain
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, UOWTransaction, mapped_column

from storage.base import Base, table_of
from storage.prepared import Prepared

WATCHED: Final = frozenset({"place", "group_chat", "member", "identity", "role_grant"})
NEW_PEOPLE: Final = frozenset({"member", "identity"})
_CHANGED: Final = "directory"  #: in the session's info: whether the transaction has changed any of it


class Directory(Base, kw_only=True):
    """The number; a table of one row, and of none before anything was entered."""

    __tablename__ = "directory"

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    version: Mapped[int] = mapped_column(default=1)


_VERSION: Final = Prepared(sa.select(table_of(Directory).c.version))


async def version(session: AsyncSession) -> int:
    """The number; to be asked for before what it stands for is read."""
    rows = await _VERSION.all(session, {})
    return int(rows[0].version) if rows else 0


def _raised(dialect: str) -> sa.Insert:
    insert: Any = postgresql.insert if dialect == "postgresql" else sqlite.insert
    bare = table_of(Directory)
    raised: sa.Insert = insert(bare).values(id=1, version=1)
    return raised.on_conflict_do_update(index_elements=["id"], set_={"version": bare.c.version + 1})  # type: ignore[attr-defined, no-any-return]


@sa.event.listens_for(Session, "after_flush")
def _flushed(session: Session, _context: UOWTransaction) -> None:
    for row in chain(session.new, session.deleted, filter(session.is_modified, session.dirty)):
        if row.__tablename__ in WATCHED:
            session.info[_CHANGED] = True


@sa.event.listens_for(Session, "do_orm_execute")
def _executed(state: ORMExecuteState) -> None:
    if state.is_select:
        return
    name = getattr(getattr(state.statement, "table", None), "name", None)
    if name in WATCHED and not (state.is_insert and name in NEW_PEOPLE):
        state.session.info[_CHANGED] = True


@sa.event.listens_for(Session, "before_commit")
def _before_the_end(session: Session) -> None:
    session.flush()
    if session.info.pop(_CHANGED, False):
        session.execute(_raised(session.get_bind().dialect.name))
