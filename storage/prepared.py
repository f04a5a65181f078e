"""Statements that are asked with every message: compiled once, and run without a detour.

SQLite answers out of its page cache in a few microseconds, PostgreSQL in some hundred; preparing, wrapping and unwrapping
around it take many times as long. So the compiled text goes straight to the connection that the session holds, with every
value converted as its column's type says.

Nothing that waits in the session is written down first: who asks about what may still wait there flushes before.
"""

from collections.abc import Mapping, Sequence
from inspect import iscoroutine
from typing import Any, Final, NamedTuple, Protocol

from sqlalchemy.engine import Dialect
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction
from sqlalchemy.util import await_only

from storage.changes import changed
from storage.spelled import Spelled, values, values_of_each

_IN_PLACE: Final = "in_place"  #: in the session's info: its `Place`


class Direct(Protocol):
    """A connection that runs a statement as it is: those of `storage/sqlite.py` and `storage/postgres.py`."""

    def spoken(self, statement: Any) -> Any:
        """The statement in the way that suits the database best."""

    def at_once(self, text: str, given: Sequence[Any]) -> Any:
        """The rows of one statement, or what is to be awaited for them."""

    def each_at_once(self, text: str, rows: Sequence[Sequence[Any]]) -> Any:
        """What an insert of one row returns for all of `rows`, in no order; or what is to be awaited for it."""

    def many_at_once(self, text: str, rows: Sequence[Sequence[Any]]) -> Any:
        """Change something for each of `rows`; what is to be awaited, if anything is."""


class Place(NamedTuple):
    """Where statements are run: in this transaction of a session, by that connection, as that database speaks."""

    transaction: Any
    direct: Direct
    dialect: Dialect


class Prepared:
    """One statement, run many times: a question, an insert of one row, or an update.

    Args:
        statement: What `sa.select`, an `insert` or an `update` makes; its columns' names are those of the rows that come
            back.
        columns: For an insert, the columns that are given.
    """

    def __init__(self, statement: Any, columns: Sequence[str] | None = None) -> None:
        self._statement: Final = statement
        self._columns: Final = columns
        self._changes: Final = bool(statement.is_dml)
        self._by_dialect: Final[dict[str, Spelled]] = {}

    async def all(self, session: AsyncSession, given: Mapping[str, Any]) -> Sequence[Any]:
        """The rows; a list among the values of `given` stands for as many parameters."""
        if self._changes:
            changed(session.sync_session)
        place = await _in_place(session)
        spelled = self._spelled(place)
        text, asked = spelled.text(given)
        found = place.direct.at_once(text, values(asked, given))
        return spelled.rows(await found if iscoroutine(found) else found)

    async def each(self, session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> list[Any]:
        """What an insert returns for `rows`, in no order."""
        changed(session.sync_session)
        place = await _in_place(session)
        found = self._insert(place, rows)
        return self._spelled(place).rows(await found if iscoroutine(found) else found)

    async def many(self, session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
        """Change a row for each of `rows`."""
        changed(session.sync_session)
        place = await _in_place(session)
        text, asked = self._spelled(place).text(rows[0])
        doing = place.direct.many_at_once(text, values_of_each(asked, rows))
        if iscoroutine(doing):
            await doing

    def add(self, session: Session, rows: Sequence[Mapping[str, Any]]) -> Sequence[Any]:
        """What an insert or an update returns for `rows`, from within the session's own events."""
        changed(session)
        found = self._insert(_known(session) or _opened(session), rows)
        return await_only(found) if iscoroutine(found) else found

    def _insert(self, place: Place, rows: Sequence[Mapping[str, Any]]) -> Any:
        text, asked = self._spelled(place).text(rows[0])
        return place.direct.each_at_once(text, values_of_each(asked, rows))

    def _spelled(self, place: Place) -> Spelled:
        name = place.dialect.name
        if name not in self._by_dialect:
            spoken = place.direct.spoken(self._statement)
            self._by_dialect[name] = Spelled(spoken, self._columns, place.dialect)
        return self._by_dialect[name]


async def _in_place(session: AsyncSession) -> Place:
    known = _known(session.sync_session)
    return await session.run_sync(_opened) if known is None else known


def _known(session: Session) -> Place | None:
    place: Place | None = session.info.get(_IN_PLACE)
    return place if place is not None and place.transaction is _transaction(session) else None


def _opened(session: Session) -> Place:
    """The place of the session's transaction, which begins now if it has not yet."""
    connection = session.connection()
    direct: Any = connection.connection.dbapi_connection
    place = Place(_transaction(session), direct, connection.dialect)
    session.info[_IN_PLACE] = place
    return place


def _transaction(session: Session) -> SessionTransaction | None:
    """The innermost: a savepoint is made when the session's connection is first asked for in it."""
    return session.get_nested_transaction() or session.get_transaction()
