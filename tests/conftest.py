"""A database of its own for every test, on SQLite and on PostgreSQL, and the small community in it."""

import asyncio
import os
import shutil
import socket
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

POSTGRES = os.environ.get("GUANJIA_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/test")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that must be complete and is not; `.ci/run` asks for that."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("GUANJIA_TEST_ALL") and reporter is not None and reporter.stats.get("skipped"):
        reporter.write_line("GUANJIA_TEST_ALL is set, and something was skipped: that is a failure", red=True)
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _postgres_is_there() -> bool:
    url = sa.make_url(POSTGRES)
    try:
        with socket.create_connection((url.host or "127.0.0.1", url.port or 5432), timeout=1):
            return True
    except OSError:
        return False


@pytest.fixture(scope="session")
def reader() -> Reader:
    """The shipped weights, loaded once."""
    return load_reader()


@contextmanager
def postgres_database(name: str) -> Iterator[str]:
    """An empty PostgreSQL database for as long as the block lasts; its URL."""
    if not _postgres_is_there():
        pytest.skip(f"no PostgreSQL at {sa.make_url(POSTGRES).host}: its half of the tests is not run")
    name = f"guanjia_{name}_{os.getpid()}"
    asyncio.run(_on_server(f"CREATE DATABASE {name}"))
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


@pytest.fixture(scope="session")
def chromium() -> str:
    """The program that drives the browser tests: the Chromium that is installed."""
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("no Chromium: the browser tests are not run")
    return found


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
