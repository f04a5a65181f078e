"""Rows that are only ever added: written together, one statement a table, before anybody asks or the transaction ends.

What the session itself adds is brought into order, numbered and watched, row by row. History, audit and outbox need none
of that: nobody changes such a row in the transaction that makes it.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction

from storage.base import Base, table_of
from storage.changes import changed
from storage.prepared import Prepared

_ROWS: Final = "appended"  #: in the session's info: table → rows


def append(session: AsyncSession, table: type[Base], row: Mapping[str, Any]) -> None:
    """Add a row in the transaction that is under way.

    Args:
        row: Every column that may not be null; the rows of a table all give the same ones.
    """
    session.info.setdefault(_ROWS, {}).setdefault(table, []).append(row)
    changed(session.sync_session)


def waiting(session: AsyncSession, table: type[Base]) -> Sequence[Mapping[str, Any]]:
    """The rows that are not written yet."""
    found: Sequence[Mapping[str, Any]] = session.info.get(_ROWS, {}).get(table, ())
    return found


def _write(session: Session) -> None:
    rows: dict[type[Base], list[Mapping[str, Any]]] = session.info.pop(_ROWS, {})
    if rows:
        session.flush()  # what they point to
    for table, added in rows.items():
        _insert(table, tuple(added[0])).add(session, added)


@cache
def _insert(table: type[Base], columns: tuple[str, ...]) -> Prepared:
    return Prepared(sa.insert(table_of(table)), columns)


@sa.event.listens_for(Session, "do_orm_execute")
def _before_asking(state: ORMExecuteState) -> None:
    if _ROWS in state.session.info and state.execution_options.get("autoflush", True):
        _write(state.session)
    if not state.is_select:
        changed(state.session)


@sa.event.listens_for(Session, "after_flush")
def _flushed(session: Session, _context: UOWTransaction) -> None:
    changed(session)


@sa.event.listens_for(Session, "before_commit")
def _before_the_end(session: Session) -> None:
    _write(session)


@sa.event.listens_for(Session, "after_transaction_create")
def _begun(session: Session, begun: SessionTransaction) -> None:
    if begun.nested:
        session.info[begun] = {table: list(rows) for table, rows in session.info.get(_ROWS, {}).items()}


@sa.event.listens_for(Session, "after_soft_rollback")
def _undone(session: Session, ended: SessionTransaction) -> None:
    """What was added before a savepoint outlives it."""
    session.info.pop(_ROWS, None)
    if ended in session.info:
        session.info[_ROWS] = session.info.pop(ended)
