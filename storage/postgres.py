"""PostgreSQL for statements that are run often: compiled once, and handed to the driver as they are.

A statement that goes through the session takes the processor three times as long as the server takes to answer it. So
what `storage/prepared.py` has compiled goes straight to the driver, in the transaction that the session is in. A list is
one array and not a parameter for each of its values, so that its length makes no other statement of it.

SQLAlchemy's dialect of the name `asyncpg` is given this module's connections instead of its own.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, NoReturn

import asyncpg
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_connection, AsyncAdapt_asyncpg_dbapi
from sqlalchemy.sql import operators, visitors
from sqlalchemy.util import await_only
from typing_extensions import override

STATEMENTS: Final = 500  #: that a connection remembers


class InPlaceConnection(AsyncAdapt_asyncpg_connection):
    """One connection, with a shorter way to the server."""

    __slots__ = ()

    @override
    async def _async_ping(self) -> None:
        """Ask whether the server is there: one way there and back, and not three."""
        await self._connection.fetchrow(";")

    def spoken(self, statement: Any) -> Any:
        """The statement with an array for every list of single values that it asks about."""
        return visitors.replacement_traverse(statement, {}, _as_array)

    async def at_once(self, text: str, given: Sequence[Any]) -> Any:
        """The rows of one statement."""
        return await self._asked(text, lambda prepared: prepared.fetch(*given))

    async def each_at_once(self, text: str, rows: Sequence[Sequence[Any]]) -> Any:
        """What an insert of one row returns for all of `rows`, which are sent together."""
        return await self._asked(text, lambda prepared: prepared.fetchmany(rows))

    async def many_at_once(self, text: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run the statement once for each of `rows`, which are sent together."""
        await self._asked(text, lambda prepared: prepared.executemany(rows))

    async def _asked(self, text: str, ask: Callable[[Any], Awaitable[Any]]) -> Any:
        """What the statement gives, in the transaction that is under way or begins with it."""
        try:
            async with self._execute_mutex:
                if self._transaction is None:
                    await self._start_transaction()  # type: ignore[no-untyped-call]
                prepared, _ = await self._prepare(text, 0)  # type: ignore[no-untyped-call]
                return await ask(prepared)
        except Exception as error:  # noqa: BLE001 -- it is raised again as what it is here
            self._refuse(text, error)

    def _refuse(self, text: str, error: Exception) -> NoReturn:
        """Raise what SQLAlchemy would raise. What the tables looked like may have changed: nothing stays prepared."""
        self._prepared_statement_cache.clear()
        lost = self._connection.is_closed()
        try:
            self._handle_exception(error)
        except self.dbapi.Error as known:
            raise sa.exc.DBAPIError.instance(
                text, None, known, self.dbapi.Error, hide_parameters=True, connection_invalidated=lost
            ) from error


class InPlace(AsyncAdapt_asyncpg_dbapi):
    """The module that the dialect takes its connections from."""

    def __init__(self) -> None:
        super().__init__(asyncpg)  # type: ignore[no-untyped-call]

    @override
    def connect(self, *args: Any, **given: Any) -> Any:
        """Open a connection."""
        opening = asyncpg.connect(*args, **given)
        return await_only(InPlaceConnection.create(self, opening, prepared_statement_cache_size=STATEMENTS))


def _as_array(element: Any, **_: Any) -> Any:
    if not isinstance(element, sa.BinaryExpression) or element.operator is not operators.in_op:
        return None
    given = element.right
    is_list = isinstance(given, sa.BindParameter) and given.expanding and given.required  # and not a constant one
    if not is_list or isinstance(element.left, sa.Tuple):
        return None
    return element.left == sa.any_(sa.bindparam(given.key, type_=sa.ARRAY(element.left.type)))
