"""Statements that are asked with every message: compiled once, and run without a detour where the file is at hand.

SQLite answers out of its page cache in a few microseconds; preparing, wrapping and unwrapping around it take fifty times
as long. So on SQLite the compiled text goes straight to the connection that the session holds, with every value converted
as its column's type says. Everywhere else the statement is run as any other.

Nothing that waits in the session is written down first: who asks about what may still wait there flushes before.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

from storage.changes import changed

MOST_AT_ONCE: Final = 64  #: rows of an insert; SQLite takes 32,766 values
_IN_PLACE: Final = "in_place"  #: in the session's info: a transaction, and how to run a statement in it

Convert = Callable[[Any], Any]
AtOnce = Callable[..., Any]  #: `at_once` of `storage/sqlite.py`


class Asked(NamedTuple):
    """What one question mark stands for: a value of that name, or the one at `at` of its list; or a constant."""

    name: str | None
    at: int | None
    convert: Convert | None
    constant: Any = None


class Prepared:
    """One statement, run many times: a question, or an insert of one row.

    Args:
        statement: What `sa.select`, an `insert` or an `update` makes; its columns' names are those of the rows that come
            back.
        columns: For an insert, the columns that are given.
    """

    def __init__(self, statement: Any, columns: Sequence[str] | None = None) -> None:
        self._statement: Final = statement.execution_options(autoflush=False)
        self._columns: Final = columns
        self._texts: Final[dict[tuple[int, ...], tuple[str, list[Asked]]]] = {}
        self._compiled: Any = None
        self._row: Any = None
        self._results: tuple[tuple[int, Convert], ...] = ()

    async def all(self, session: AsyncSession, given: Mapping[str, Any]) -> Sequence[Any]:
        """The rows; a list among the values of `given` stands for as many parameters."""
        direct = await in_place(session)
        if direct is None:
            return (await session.execute(self._statement, given)).all()
        return self._run(direct, session.get_bind().dialect, given)

    async def each(self, session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """What an insert returns for `rows`, in no order."""
        changed(session.sync_session)
        direct = await in_place(session)
        if direct is None:
            return list((await session.execute(self._statement, rows if len(rows) > 1 else rows[0])).all())
        return self._insert(direct, session.get_bind().dialect, rows)

    async def many(self, session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
        """Change a row for each of `rows`."""
        direct = await in_place(session)
        if direct is None:
            await session.execute(self._statement, rows)
            return
        sql, asked = self._text(rows[0], session.get_bind().dialect)
        direct(sql, [_values(asked, row) for row in rows], many=True)

    def add(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert `rows` from within the session's own events, which cannot wait."""
        direct = _known(session)
        if direct is None:
            session.execute(self._statement, rows)
            return
        self._insert(direct, session.get_bind().dialect, rows)

    def _insert(self, at_once: AtOnce, dialect: Dialect, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """Insert many rows with one statement, or as many as need be; what they return, in no order."""
        sql, asked = self._text(rows[0], dialect)
        returned: list[Any] = []
        for start in range(0, len(rows), MOST_AT_ONCE):
            some = rows[start : start + MOST_AT_ONCE]
            values = [value for row in some for value in _values(asked, row)]
            returned += self._rows(at_once(_for_each(sql, len(asked), len(some)), values))
        return returned

    def _run(self, at_once: AtOnce, dialect: Dialect, given: Mapping[str, Any]) -> list[Any]:
        sql, asked = self._text(given, dialect)
        return self._rows(at_once(sql, _values(asked, given)))

    def _text(self, given: Mapping[str, Any], dialect: Dialect) -> tuple[str, list[Asked]]:
        if self._compiled is None:
            self._compile(dialect)
        shape = tuple(len(value) for value in given.values() if isinstance(value, list))
        if shape not in self._texts:
            self._texts[shape] = self._spelled(given, dialect)
        return self._texts[shape]

    def _rows(self, found: Any) -> list[Any]:
        return [self._row(*self._read(row)) for row in found.fetchall()]

    def _compile(self, dialect: Dialect) -> None:
        returned = list(self._statement.exported_columns)
        names = [str(column.key) for column in returned]
        self._row = namedtuple("Row", names, rename=True)  # type: ignore[misc]
        converts = ((at, _reader(column.type, dialect)) for at, column in enumerate(returned))
        self._results = tuple((at, convert) for at, convert in converts if convert is not None)
        self._compiled = self._statement.compile(dialect=dialect, column_keys=self._columns)

    def _spelled(self, given: Mapping[str, Any], dialect: Dialect) -> tuple[str, list[Asked]]:
        """The text for lists of these lengths, and what its question marks stand for."""
        state = self._compiled.construct_expanded_state({**self._compiled.params, **given})
        lists = {name: -1 for name, value in given.items() if isinstance(value, list)}
        asked = []
        for name in state.positiontup or ():
            owner = next((each for each in lists if name.startswith(f"{each}_")), None)
            if owner is not None:
                lists[owner] += 1
                asked.append(Asked(owner, lists[owner], state.processors.get(name)))
            elif name in given:
                asked.append(Asked(name, None, _writer(self._compiled.binds[name].type, dialect)))
            else:
                asked.append(Asked(None, None, None, self._constant(name, state, dialect)))
        return state.statement, asked

    def _constant(self, name: str, state: Any, dialect: Dialect) -> Any:
        if name in state.additional_parameters:
            convert, value = state.processors.get(name), state.additional_parameters[name]
        else:
            bind = self._compiled.binds[name]
            convert, value = _writer(bind.type, dialect), bind.value
        return value if convert is None else convert(value)

    def _read(self, row: Sequence[Any]) -> Sequence[Any]:
        if not self._results:
            return row
        values = list(row)
        for at, convert in self._results:
            values[at] = convert(values[at])
        return values


async def in_place(session: AsyncSession) -> AtOnce | None:
    """How to run a statement in place in the session's transaction, which is begun; None where that cannot be."""
    transaction = session.sync_session.get_transaction()
    if transaction is None or session.info.get(_IN_PLACE, (None,))[0] is not transaction:
        opened = (await (await session.connection()).get_raw_connection()).driver_connection
        session.info[_IN_PLACE] = (session.sync_session.get_transaction(), getattr(opened, "at_once", None))
    return _known(session.sync_session)


def _known(session: Session) -> AtOnce | None:
    transaction, at_once = session.info.get(_IN_PLACE, (None, None))
    return at_once if transaction is session.get_transaction() else None


@lru_cache(maxsize=512)
def _for_each(sql: str, columns: int, rows: int) -> str:
    """An insert of one row as an insert of so many."""
    one = f"({', '.join('?' * columns)})"
    return sql.replace(one, ", ".join([one] * rows), 1)


def _values(asked: Sequence[Asked], given: Mapping[str, Any]) -> list[Any]:
    flat = {name: _flat(value) for name, value in given.items() if isinstance(value, list)}
    found = []
    for name, at, convert, constant in asked:
        value = constant if name is None else given[name] if at is None else flat[name][at]
        found.append(value if convert is None else convert(value))
    return found


def _flat(values: Sequence[Any]) -> Sequence[Any]:
    """What stands in tuples, in a row."""
    return [one for value in values for one in value] if values and isinstance(values[0], tuple) else values


def _writer(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> Convert | None:
    if isinstance(kind, sa.Enum) and kind.enum_class is not None:
        values: dict[Any, Any] = {None: None, **{member: member.value for member in kind.enum_class}}
        return values.__getitem__
    return kind.dialect_impl(dialect).bind_processor(dialect)


def _reader(kind: sa.types.TypeEngine[Any], dialect: Dialect) -> Convert | None:
    if isinstance(kind, sa.Enum) and kind.enum_class is not None:
        members: dict[Any, Any] = {None: None, **{member.value: member for member in kind.enum_class}}
        return members.__getitem__
    return kind.dialect_impl(dialect).result_processor(dialect, None)
