"""SQLite's connection for an event loop: what is quick is done in place, what may wait is done in a thread.

A statement on a file in the page cache takes microseconds, and handing it to a thread and back ten times as long. So
statements run where they are asked for, and only two things go to a thread: the commit, which waits for the disk, and
whatever finds the file locked by another process.

The shape of the classes is that of `aiosqlite`, which SQLAlchemy's dialect of that name speaks to.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Final

BUSY_MS: Final = 30_000  #: how long another process may hold the file


class InPlaceCursor:
    """A cursor whose methods are awaited but seldom wait."""

    arraysize: int = 1

    def __init__(self, connection: "InPlaceConnection") -> None:
        self._connection = connection
        self._cursor = connection.driver.cursor()

    async def __aenter__(self) -> "InPlaceCursor":
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> None:
        """Run one statement."""
        await self._connection.now(self._cursor.execute, statement, parameters)

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> None:
        """Run one statement for each of `parameters`."""
        await self._connection.now(self._cursor.executemany, statement, parameters)

    async def fetchone(self) -> Any:
        """The next row, or None."""
        return self._cursor.fetchone()

    async def fetchmany(self, size: int = 1) -> list[Any]:
        """The next rows, at most `size`."""
        return self._cursor.fetchmany(size)

    async def fetchall(self) -> list[Any]:
        """The rest of the rows."""
        return self._cursor.fetchall()

    async def close(self) -> None:
        """Let the rows go."""
        self._cursor.close()

    @property
    def description(self) -> Any:
        """The columns of the last statement, None where it gives no rows."""
        return self._cursor.description

    @property
    def rowcount(self) -> int:
        """How many rows the last statement changed."""
        return self._cursor.rowcount

    @property
    def lastrowid(self) -> int | None:
        """The row that the last insert made."""
        return self._cursor.lastrowid


class InPlaceConnection:
    """One connection. Whoever holds it has it to himself, as the pool sees to."""

    isolation_level: None = None  #: SQLAlchemy begins transactions itself

    def __init__(self, file: str, *, uri: bool = False) -> None:
        self.driver: Final = sqlite3.connect(file, timeout=0, isolation_level=None, check_same_thread=False, uri=uri)
        self._connection: sqlite3.Connection | None = self.driver  #: the dialect looks here whether it is open

    def cursor(self) -> InPlaceCursor:
        """A new cursor."""
        return InPlaceCursor(self)

    async def now(self, call: Callable[..., Any], *args: Any) -> Any:
        """Do `call` in place; where another process holds the file, in a thread that waits for it."""
        try:
            return call(*args)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            return await asyncio.to_thread(self._patiently, call, *args)

    def _patiently(self, call: Callable[..., Any], *args: Any) -> Any:
        self.driver.execute(f"PRAGMA busy_timeout = {BUSY_MS}")
        try:
            return call(*args)
        finally:
            self.driver.execute("PRAGMA busy_timeout = 0")

    async def commit(self) -> None:
        """End the transaction; returns when it is on disk, even where the one who waits is cancelled meanwhile."""
        committing = asyncio.get_running_loop().run_in_executor(None, self.driver.commit)
        try:
            await asyncio.shield(committing)
        except asyncio.CancelledError:
            await committing
            raise

    async def rollback(self) -> None:
        """Undo the transaction."""
        self.driver.rollback()

    async def create_function(self, *args: Any, **kwargs: Any) -> None:
        """Let statements call a Python function."""
        self.driver.create_function(*args, **kwargs)

    async def close(self) -> None:
        """Let the file go."""
        self.stop()

    def stop(self) -> None:
        """Let the file go, outside of any loop."""
        self.driver.close()
        self._connection = None


async def connect(file: str, *, uri: bool = False, **_: Any) -> InPlaceConnection:
    """Open `file`."""
    return InPlaceConnection(file, uri=uri)
