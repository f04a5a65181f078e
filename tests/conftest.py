"""A database of its own for every test, on SQLite and on PostgreSQL, and the small community in it."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from handlers.understanding.decide import Reader
from handlers.understanding.model import load_reader
from storage.base import Base
from storage.database import Sessions, make_engine, open_database
from tests.world import MONDAY_9, World, settle_in

POSTGRES = os.environ.get("GUANJIA_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each reason why something was skipped, however many tests that was."""
    for reason, tests in Counter(_reason(report) for report in terminalreporter.stats.get("skipped", ())).items():
        terminalreporter.write_line(f"{tests} skipped: {reason}", yellow=True)


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
        yield url


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty database with all tables."""
    if request.param == "sqlite":
        url = f"sqlite+aiosqlite:///{tmp_path / 'test.db'}"
    else:
        url = str(request.getfixturevalue("postgres_url"))
    asyncio.run(_prepare(url))
    return url


async def _prepare(url: str) -> None:
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(_empty)
    await engine.dispose()


def _empty(connection: sa.Connection) -> None:
    """All tables, without rows. Emptying PostgreSQL's is a tenth of the time of making them anew."""
    there = set(sa.inspect(connection).get_table_names())
    if not set(Base.metadata.tables) <= there:
        Base.metadata.drop_all(connection)
        Base.metadata.create_all(connection)
    elif connection.dialect.name == "postgresql":
        names = ", ".join(f'"{name}"' for name in Base.metadata.tables)
        connection.execute(sa.text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))


@pytest.fixture
async def sessions(database_url: str) -> AsyncIterator[Sessions]:
    """Sessions on an empty database."""
    async with open_database(database_url) as sessions:
        yield sessions


@pytest.fixture
async def world(sessions: Sessions, reader: Reader) -> AsyncIterator[World]:
    """The small community, on a Monday at nine."""
    await settle_in(sessions, MONDAY_9)
    world = World(sessions, reader)
    yield world
    await world.receiver.close()
