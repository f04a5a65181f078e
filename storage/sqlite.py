"""SQLite for an event loop: what is quick is done in place, what may wait is done in a thread.

A statement on a file in the page cache takes microseconds, and handing it to a thread and back ten times as long. So
statements run where they are asked for, and only two things go to a thread: the commit of what was written, which waits
for the disk, and whatever finds the file locked by another process.

SQLAlchemy's dialect of the name `aiosqlite` is given this module's connections instead of that library's.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from itertools import chain
from typing import Any, Final

import aiosqlite
from sqlalchemy.dialects.sqlite.aiosqlite import AsyncAdapt_aiosqlite_dbapi
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.util import await_only
from typing_extensions import override

MOST_WAITING: Final = 32
#: Those of the loop look up names as well, for half a minute each when the network is gone: no commit waits for that.
THREADS: Final = ThreadPoolExecutor(MOST_WAITING, "sqlite")
BUSY_MS: Final = 30_000  #: how long another process may hold the file
#: A reader that becomes a writer half-way would be refused without waiting.
BEGIN: Final = "BEGIN IMMEDIATE"
STATEMENTS: Final = 500  #: that a connection remembers; lists of other lengths make others of one
MOST_AT_ONCE: Final = 64  #: rows of an insert; SQLite takes 32,766 values


class InPlaceCursor(sqlite3.Cursor):
    """A cursor that waits only for other processes."""

    connection: "InPlaceConnection"

    @override
    def execute(self, statement: str, parameters: Any = ()) -> "InPlaceCursor":
        """Run one statement."""
        try:
            return super().execute(statement, parameters)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return self.connection.patiently(super().execute, statement, parameters)

    async def _async_soft_close(self) -> None:
        """Rows not yet fetched stay at hand: fetching them waits for nothing."""


class InPlaceConnection(sqlite3.Connection):
    """One connection. Whoever holds it has it to himself, as the pool sees to."""

    busy_ms = BUSY_MS
    _on_disk = 0  #: how many rows had been written, ever, when the last transaction ended

    @override
    def cursor(self, *_: Any, **__: Any) -> Any:
        """A new cursor of ours."""
        await_only(_nothing())  # SQLAlchemy takes a driver that never waits for one that blocks
        return super().cursor(InPlaceCursor)

    def start(self) -> None:
        """Begin a transaction, straight away: what SQLAlchemy does around a statement takes longer than this one."""
        try:
            super().cursor(InPlaceCursor).execute(BEGIN)
        except sqlite3.OperationalError as error:
            raise OperationalError(BEGIN, None, error) from error

    @override
    def commit(self) -> None:
        """End the transaction; returns when it is on disk, which is at once where no row was written."""
        if self.total_changes == self._on_disk:
            super().commit()
        elif self.in_transaction:
            await_only(_finished(super().commit))
            self._on_disk = self.total_changes

    def spoken(self, statement: Any) -> Any:
        """The statement as it is."""
        return statement

    def at_once(self, text: str, given: Sequence[Any]) -> list[Any]:
        """The rows of one statement, within a transaction that holds the file: nobody has to be waited for."""
        return self._run(text, given).fetchall()

    def each_at_once(self, text: str, rows: Sequence[Sequence[Any]]) -> list[Any]:
        """What an insert of one row returns for all of `rows`: one statement, or as many as need be."""
        found: list[Any] = []
        most = MOST_AT_ONCE if text.startswith("INSERT") else 1
        for start in range(0, len(rows), most):
            some = rows[start : start + most]
            found += self.at_once(_for_each(text, len(some[0]), len(some)), list(chain.from_iterable(some)))
        return found

    def many_at_once(self, text: str, rows: Sequence[Sequence[Any]]) -> None:
        """Run the statement once for each of `rows`."""
        self._run(text, rows, many=True)

    def _run(self, text: str, given: Sequence[Any], *, many: bool = False) -> sqlite3.Cursor:
        cursor = super().cursor(sqlite3.Cursor)
        try:
            return cursor.executemany(text, given) if many else cursor.execute(text, given)
        except sqlite3.IntegrityError as error:
            raise IntegrityError(text, None, error) from error

    def patiently(self, call: Callable[..., InPlaceCursor], *args: Any) -> InPlaceCursor:
        """Do `call` in a thread that waits for whoever holds the file."""
        found: InPlaceCursor = await_only(_finished(self._waiting, call, *args))
        return found

    def _waiting(self, call: Callable[..., InPlaceCursor], *args: Any) -> InPlaceCursor:
        wait: Callable[[str], object] = super().cursor().execute
        wait(f"PRAGMA busy_timeout = {self.busy_ms}")
        try:
            return call(*args)
        finally:
            wait("PRAGMA busy_timeout = 0")

    @property
    def driver_connection(self) -> "InPlaceConnection":
        """Itself: nothing stands in between."""
        return self

    _connection = driver_connection  # the dialect's name for it

    def terminate(self) -> None:
        """Let the file go at once."""
        self.close()


@lru_cache(maxsize=512)
def _for_each(text: str, columns: int, rows: int) -> str:
    """An insert of one row as an insert of so many."""
    one = f"({', '.join('?' * columns)})"
    return text.replace(one, ", ".join([one] * rows), 1)


async def _nothing() -> None:
    """Something to wait for."""


async def _finished(call: Callable[..., Any], *args: Any) -> Any:
    """What `call` gives, in a thread; even where the one who waits is cancelled meanwhile, it is finished first."""
    doing = asyncio.get_running_loop().run_in_executor(THREADS, call, *args)
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await doing
        raise


class InPlace(AsyncAdapt_aiosqlite_dbapi):
    """The module that the dialect takes its connections from."""

    def __init__(self, busy_ms: int) -> None:
        super().__init__(aiosqlite, sqlite3)
        self._busy_ms = busy_ms

    @override
    def connect(self, file: str, *, uri: bool = False, **_: Any) -> Any:
        """Open `file`. SQLAlchemy begins transactions itself, and `InPlaceConnection` waits itself."""
        opened = sqlite3.connect(
            file,
            uri=uri,
            timeout=0,
            isolation_level=None,
            check_same_thread=False,
            factory=InPlaceConnection,
            cached_statements=STATEMENTS,
        )
        opened.busy_ms = self._busy_ms
        return opened
