"""Databases that last for a whole run, and that every test finds as if they were new.

A connection that is new has to be told of all tables, and to prepare every statement: that takes longer than most tests.
So connections stay from test to test, which takes one loop for all of them, and what is in the tables is put back by one
more connection, which is there for nothing else.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, NamedTuple

import asyncpg
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

import storage.tables  # noqa: F401 -- every table is there whichever tests are run
from storage.base import Base
from storage.database import make_engine, sessions_on
from tests.world import MONDAY_9, settle_in

#: What refers to another comes after it.
TABLES: Final = [table.name for table in Base.metadata.sorted_tables]
#: Which of them hold anything: few, and to ask takes less than to delete nothing from all.
HOLDING: Final = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM {name})" for name in TABLES)  # noqa: S608 -- our own names
NUMBERS_ANEW: Final = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
PATIENCE: Final = 30  #: seconds to wait for what a test has left undone, after which the next one fails and says so


class Kept(NamedTuple):
    """A database that lasts.

    Attributes:
        engine: What opens it.
        put_back: Leaves nothing in it; or nothing but the small community, if that is wanted.
    """

    engine: AsyncEngine
    put_back: Callable[[bool], None]


@contextmanager
def on_sqlite(file: Path, loop: asyncio.AbstractEventLoop) -> Iterator[Kept]:
    """One in `file`, for as long as the block lasts."""
    engine = make_engine(f"sqlite+aiosqlite:///{file}")
    sa.event.listen(engine.sync_engine, "connect", _hurry)
    loop.run_until_complete(_fill(engine))
    with closing(sqlite3.connect(file, isolation_level=None, timeout=PATIENCE)) as beside:
        beside.execute("PRAGMA synchronous = OFF")
        every = {name: beside.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES}  # noqa: S608 -- as above
        settled = {name: rows for name, rows in every.items() if rows}

        def put_back(is_settled: bool) -> None:
            with beside:
                beside.execute("BEGIN IMMEDIATE")
                for (name,) in beside.execute(HOLDING).fetchall():
                    beside.execute(f"DELETE FROM {name}")  # noqa: S608 -- as above
                for name, rows in settled.items() if is_settled else ():
                    beside.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)  # noqa: S608 -- as above

        yield Kept(engine, put_back)
    loop.run_until_complete(engine.dispose())


@contextmanager
def on_postgres(url: str, loop: asyncio.AbstractEventLoop) -> Iterator[Kept]:
    """The empty one at `url`, for as long as the block lasts."""
    engine = make_engine(url)
    loop.run_until_complete(_fill(engine))
    settling = loop.run_until_complete(_put_by(engine))
    beside = loop.run_until_complete(_beside(url))

    async def put_back(is_settled: bool) -> None:
        holding = {name for (name,) in await beside.fetch(HOLDING)}
        emptied = [f"DELETE FROM {name}" for name in reversed(TABLES) if name in holding]  # noqa: S608 -- as above
        await beside.execute(";".join((*emptied, NUMBERS_ANEW, *(settling if is_settled else ()))))

    yield Kept(engine, lambda is_settled: loop.run_until_complete(put_back(is_settled)))
    loop.run_until_complete(engine.dispose())
    loop.run_until_complete(beside.close())


async def _fill(engine: AsyncEngine) -> None:
    """Make all tables, and let the small community move in."""
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await settle_in(sessions_on(engine), MONDAY_9)


def _hurry(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")  # no test cuts the power
    cursor.close()


async def _put_by(engine: AsyncEngine) -> list[str]:
    """Keep what is there in a schema of its own; the statements that bring it back from there."""
    back = []
    async with engine.begin() as connection:
        await connection.execute(sa.text("CREATE SCHEMA settled"))
        for table in Base.metadata.sorted_tables:
            kept = await connection.execute(sa.text(f"CREATE TABLE settled.{table.name} AS TABLE {table.name}"))
            if kept.rowcount:
                back.append(f"INSERT INTO {table.name} SELECT * FROM settled.{table.name}")  # noqa: S608 -- as above
            if kept.rowcount and "id" in table.columns:
                number = f"pg_get_serial_sequence('{table.name}', 'id')"
                back.append(f"SELECT setval({number}, max(id)) FROM {table.name}")  # noqa: S608 -- as above
    return back


async def _beside(url: str) -> Any:
    """A connection for what is put back, which does not look what refers to what: as a whole it is right.

    To look takes six times as long, and is all that is left to somebody who is no superuser of the server.
    """
    address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(address, server_settings={"lock_timeout": f"{PATIENCE}s"})
    if await connection.fetchval("SHOW is_superuser") == "on":
        await connection.execute("SET session_replication_role = replica")
    return connection
