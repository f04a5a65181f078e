"""A database of its own for every test, on SQLite and on PostgreSQL, and the small community in it."""

import asyncio
import gc
import os
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, cast

import asyncpg
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

import storage.tables  # noqa: F401 -- every table is there whichever tests are run
from handlers.understanding.decide import Reader
from handlers.understanding.model import load_reader
from storage.base import Base
from storage.database import Sessions, make_engine, open_database, sessions_on
from tests.kit.table import cells, lines
from tests.world import MONDAY_9, World, settle_in

POSTGRES = os.environ.get("GUANJIA_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")


class Postgres(NamedTuple):
    """What opens a PostgreSQL database, and what leaves nothing in it, or nothing but the small community."""

    engine: AsyncEngine
    clear: Callable[[], object]
    settle: Callable[[], object]


def pytest_collection_finish() -> None:
    """Thousands of tests were found, and stay: nobody need look through them for garbage again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)  # and in what a single test leaves there is little


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each reason why something was skipped, however many tests that was; and what channels can do."""
    for reason, tests in Counter(_reason(report) for report in terminalreporter.stats.get("skipped", ())).items():
        terminalreporter.write_line(f"{tests} skipped: {reason}", yellow=True)
    reports = (report for found in terminalreporter.stats.values() for report in found)
    for line in lines(cells(reports)):
        terminalreporter.write_line(line)


def _reason(report: pytest.TestReport) -> str:
    told = report.longrepr
    return str(told[2] if isinstance(told, tuple) else told).removeprefix("Skipped: ")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that must be complete and is not; `.ci/run` asks for that."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("GUANJIA_TEST_ALL") and reporter is not None and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        reporter.write_line("\nGUANJIA_TEST_ALL is set: nothing may be skipped, so this run has failed", red=True)


@pytest.fixture(scope="session")
def reader() -> Reader:
    """The shipped weights, loaded once."""
    return load_reader()


@contextmanager
def postgres_database(name: str) -> Iterator[str]:
    """An empty PostgreSQL database for as long as the block lasts; its URL."""
    name = f"guanjia_{name}_{os.getpid()}"
    try:
        asyncio.run(_on_server(f"CREATE DATABASE {name}"))
    except (OSError, sa.exc.DBAPIError) as error:
        reason = f"no PostgreSQL for us at {sa.make_url(POSTGRES).host} ({type(error).__name__})"
        pytest.skip(f"{reason}: its half of the tests is not run; GUANJIA_TEST_POSTGRES names another one")
    try:
        yield sa.make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    finally:
        asyncio.run(_on_server(f"DROP DATABASE {name} WITH (FORCE)"))


async def _on_server(statement: str) -> None:
    server = create_async_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    async with server.connect() as connection:
        await connection.execute(sa.text(statement))
    await server.dispose()


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL database of this run's own, so that several runs do not meet."""
    with postgres_database("test") as url:
        name = sa.make_url(url).database
        asyncio.run(_on_server(f"ALTER DATABASE {name} SET synchronous_commit = off"))  # no test cuts the power
        asyncio.run(_prepare(url))
        yield url


@pytest.fixture(scope="session")
def empty_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite database with all tables and no rows, to be copied."""
    path = tmp_path_factory.mktemp("empty") / "empty.db"
    asyncio.run(_prepare(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def settled_file(empty_file: Path) -> Path:
    """One with the small community in it, to be copied: entering it is most of the work of a test."""
    path = empty_file.with_name("settled.db")
    asyncio.run(_settle(f"sqlite+aiosqlite:///{shutil.copy(empty_file, path)}"))
    return path


@pytest.fixture(scope="session")
def sqlite_engine(empty_file: Path) -> AsyncEngine:
    """What opens `test.db` beside `empty_file`. One for all tests: what SQLAlchemy has compiled for one serves the next."""
    engine = make_engine(f"sqlite+aiosqlite:///{empty_file.with_name('test.db')}")
    sa.event.listen(engine.sync_engine, "connect", _hurry)
    return engine


@pytest.fixture(scope="session")
def postgres(postgres_url: str) -> Iterator[Postgres]:
    """As for SQLite, and what puts everything back to how a test wants to find it.

    One connection does that for all tests: to each that is new the server explains all tables anew.
    """
    anew, back = _anew(), asyncio.run(_put_by(postgres_url))
    address = sa.make_url(postgres_url).set(drivername="postgresql").render_as_string(hide_password=False)
    with asyncio.Runner(loop_factory=asyncio.new_event_loop) as beside:
        connection = beside.run(asyncpg.connect(address))

        def run(script: str) -> None:
            beside.run(connection.execute(script))

        yield Postgres(make_engine(postgres_url), partial(run, anew), partial(run, f"{anew};{back}"))
        beside.run(connection.close())


@pytest.fixture
def is_settled(request: pytest.FixtureRequest) -> bool:
    """Whether the test finds the small community in its database."""
    return not {"community", "own_community"}.isdisjoint(request.fixturenames)


@pytest.fixture
def own_engine(sqlite_engine: AsyncEngine, request: pytest.FixtureRequest, is_settled: bool) -> AsyncEngine:
    """What opens a fresh SQLite database; the one before is not written over, for somebody may still hold it."""
    origin: Path = request.getfixturevalue("settled_file" if is_settled else "empty_file")
    for left in origin.parent.glob("test.db*"):
        left.unlink()
    shutil.copy(origin, origin.with_name("test.db"))
    return sqlite_engine


@pytest.fixture
async def own_database(own_engine: AsyncEngine) -> AsyncIterator[Sessions]:
    """An empty database. Which kind makes no difference to a channel; the other tests use both."""
    yield sessions_on(own_engine)
    await own_engine.dispose()


@pytest.fixture
def own_community(own_database: Sessions) -> Sessions:
    """The same with the small community in it."""
    return own_database


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> AsyncEngine | Postgres:
    """The database of the test, of either kind."""
    name = "own_engine" if request.param == "sqlite" else "postgres"
    return cast("AsyncEngine | Postgres", request.getfixturevalue(name))


@pytest.fixture
def engine(database: AsyncEngine | Postgres, is_settled: bool) -> AsyncEngine:
    """What opens it, as the test wants to find it."""
    if not isinstance(database, Postgres):
        return database
    (database.settle if is_settled else database.clear)()
    return database.engine


@pytest.fixture
async def sessions(engine: AsyncEngine) -> AsyncIterator[Sessions]:
    """Sessions on a database with all tables, and with no rows but those of `community`."""
    yield sessions_on(engine)
    await engine.dispose()


async def _prepare(url: str) -> None:
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await engine.dispose()


async def _settle(url: str) -> None:
    async with open_database(url) as sessions:
        await settle_in(sessions, MONDAY_9)


def _hurry(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA synchronous=OFF")  # as for PostgreSQL
    cursor.close()


def _anew() -> str:
    """What takes all rows out and lets the numbers begin anew; TRUNCATE would take ten times as long."""
    rows = [str(sa.delete(table)) for table in reversed(Base.metadata.sorted_tables)]
    return ";".join((*rows, "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"))


async def _put_by(url: str) -> str:
    """Keep the small community in a schema of its own; what brings it back from there."""
    await _settle(url)
    engine, back = make_engine(url), []
    async with engine.begin() as connection:
        await connection.execute(sa.text("CREATE SCHEMA settled"))
        for table in Base.metadata.sorted_tables:
            kept = await connection.execute(sa.text(f"CREATE TABLE settled.{table.name} AS TABLE {table.name}"))
            if kept.rowcount:
                back.append(f"INSERT INTO {table.name} SELECT * FROM settled.{table.name}")  # noqa: S608 -- our own names
            if kept.rowcount and "id" in table.columns:
                number = f"pg_get_serial_sequence('{table.name}', 'id')"
                back.append(f"SELECT setval({number}, max(id)) FROM {table.name}")  # noqa: S608 -- as above
    await engine.dispose()
    return ";".join(back)


@pytest.fixture
def community(sessions: Sessions) -> Sessions:
    """Sessions on a database with the small community in it, entered on a Monday at nine."""
    return sessions


@pytest.fixture
async def world(community: Sessions, reader: Reader) -> AsyncIterator[World]:
    """The small community, on that Monday at nine."""
    world = World(community, reader)
    yield world
    await world.receiver.close()
