"""A database for every test, on SQLite and on PostgreSQL, and the small community in it."""

import asyncio
import gc
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from handlers.understanding.decide import Reader
from handlers.understanding.model import load_reader
from storage.database import Sessions, sessions_on
from tests.databases import Kept, on_postgres, on_sqlite
from tests.kit.table import cells, lines
from tests.platforms.certificates import server_side
from tests.world import World

POSTGRES = os.environ.get("GUANJIA_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")


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
async def loop() -> asyncio.AbstractEventLoop:
    """The one loop of all tests: a connection to PostgreSQL belongs to its loop, and is dear."""
    return asyncio.get_running_loop()


@pytest.fixture(autouse=True)
def _ends_with_its_test(loop: asyncio.AbstractEventLoop) -> Iterator[None]:
    """What a test has left running goes no further; it is set up first, and therefore undone last."""
    yield
    for task in (left := asyncio.all_tasks(loop)):
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))


@pytest.fixture(scope="session", autouse=True)
def _one_authority(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nobody outside is called: each new client would read for 20 ms whom it may trust, and one to trust is enough."""
    _, trusted = server_side(tmp_path_factory.mktemp("trusted"))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SSL_CERT_FILE", str(trusted))
        yield


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
def sqlite(tmp_path_factory: pytest.TempPathFactory, loop: asyncio.AbstractEventLoop) -> Iterator[Kept]:
    """The SQLite database of all tests."""
    with on_sqlite(tmp_path_factory.mktemp("sqlite") / "test.db", loop) as kept:
        yield kept


@pytest.fixture(scope="session")
def postgresql(loop: asyncio.AbstractEventLoop) -> Iterator[Kept]:
    """Their PostgreSQL database, which is this run's own, so that several runs do not meet."""
    with postgres_database("test") as url:
        name = sa.make_url(url).database
        asyncio.run(_on_server(f"ALTER DATABASE {name} SET synchronous_commit = off"))  # no test cuts the power
        with on_postgres(url, loop) as kept:
            yield kept


@pytest.fixture
def is_settled(request: pytest.FixtureRequest) -> bool:
    """Whether the test finds the small community in its database."""
    return not {"community", "own_community"}.isdisjoint(request.fixturenames)


@pytest.fixture
def own_database(sqlite: Kept, is_settled: bool) -> Sessions:
    """An empty database. Which kind makes no difference to a channel; the other tests use both."""
    sqlite.put_back(is_settled)
    return sessions_on(sqlite.engine)


@pytest.fixture
def own_community(own_database: Sessions) -> Sessions:
    """The same with the small community in it."""
    return own_database


@pytest.fixture(params=["sqlite", "postgresql"])
def sessions(request: pytest.FixtureRequest, is_settled: bool) -> Sessions:
    """Sessions on a database of either kind with all tables, and with no rows but those of `community`."""
    kept: Kept = request.getfixturevalue(request.param)
    kept.put_back(is_settled)
    return sessions_on(kept.engine)


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
