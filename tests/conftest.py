"""A database of its own for every test, on SQLite and on PostgreSQL, and the small community in it."""

import asyncio
import gc
import os
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine

import storage.tables  # noqa: F401 -- every table is there whichever tests are run
from handlers.understanding.decide import Reader
from handlers.understanding.model import load_reader
from storage.base import Base
from storage.database import Sessions, make_engine, open_database, sessions_on
from tests.kit.table import cells, lines
from tests.world import MONDAY_9, World, settle_in

POSTGRES = os.environ.get("GUANJIA_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")

#: What is in the database.
Rows = dict[sa.Table, list[dict[str, Any]]]


def pytest_collection_finish() -> None:
    """Thousands of tests were found, and stay: nobody need look through them for garbage again and again."""
    gc.collect()
    gc.freeze()


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
def sqlite_engine(empty_file: Path) -> AsyncEngine:
    """What opens `test.db` beside `empty_file`. One for all tests: what SQLAlchemy has compiled for one serves the next."""
    return make_engine(f"sqlite+aiosqlite:///{empty_file.with_name('test.db')}")


@pytest.fixture(scope="session")
def postgres_engine(postgres_url: str) -> AsyncEngine:
    """As for SQLite."""
    return make_engine(postgres_url)


@pytest.fixture
def own_engine(sqlite_engine: AsyncEngine, empty_file: Path) -> AsyncEngine:
    """What opens an empty SQLite database; the one before is not written over, for somebody may still hold it."""
    for left in empty_file.parent.glob("test.db*"):
        left.unlink()
    shutil.copy(empty_file, empty_file.with_name("test.db"))
    return sqlite_engine


@pytest.fixture
async def own_database(own_engine: AsyncEngine) -> AsyncIterator[Sessions]:
    """An empty database. Which kind makes no difference to a channel; the other tests use both."""
    yield sessions_on(own_engine)
    await own_engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> AsyncEngine:
    """What opens an empty database with all tables."""
    if request.param == "sqlite":
        return cast("AsyncEngine", request.getfixturevalue("own_engine"))
    asyncio.run(_empty(request.getfixturevalue("postgres_url")))
    return cast("AsyncEngine", request.getfixturevalue("postgres_engine"))


async def _prepare(url: str) -> None:
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await engine.dispose()


async def _empty(url: str) -> None:
    """Take all rows out of PostgreSQL and let the numbers begin anew; TRUNCATE would take ten times as long."""
    rows = [str(sa.delete(table)) for table in reversed(Base.metadata.sorted_tables)]
    numbers = "SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relkind = 'S'"
    engine = make_engine(url)
    async with engine.connect() as connection:
        driver: Any = (await connection.get_raw_connection()).driver_connection
        await driver.execute(";".join((*rows, numbers)))
    await engine.dispose()


@pytest.fixture
async def sessions(engine: AsyncEngine) -> AsyncIterator[Sessions]:
    """Sessions on an empty database."""
    yield sessions_on(engine)
    await engine.dispose()


@pytest.fixture(scope="session")
def settled(empty_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """The rows of the small community, found once: entering them is most of the work of a test."""
    copy = shutil.copy(empty_file, tmp_path_factory.mktemp("settled") / "settled.db")
    return asyncio.run(_settled(f"sqlite+aiosqlite:///{copy}"))


async def _settled(url: str) -> Rows:
    async with open_database(url) as sessions:
        await settle_in(sessions, MONDAY_9)
        async with sessions() as session:
            tables = [(table, await session.execute(sa.select(table))) for table in Base.metadata.sorted_tables]
            return {table: [dict(row) for row in found.mappings()] for table, found in tables}


async def _move_in(session: AsyncSession, settled: Rows) -> None:
    for table, rows in settled.items():
        if rows:
            await session.execute(sa.insert(table), sorted(rows, key=lambda row: row.get("id", 0)))
        if rows and "id" in table.columns and session.get_bind().dialect.name == "postgresql":
            sequence = sa.func.pg_get_serial_sequence(table.name, "id")
            await session.execute(sa.select(sa.func.setval(sequence, max(row["id"] for row in rows))))


@pytest.fixture
async def world(sessions: Sessions, reader: Reader, settled: Rows) -> AsyncIterator[World]:
    """The small community, on a Monday at nine."""
    async with sessions.begin() as session:
        await _move_in(session, settled)
    world = World(sessions, reader)
    yield world
    await world.receiver.close()
