"""SQLite in place: quick statements in the loop, commits and waiting for another process in a thread."""

import asyncio
import sqlite3
from concurrent.futures import wait
from contextlib import closing
from pathlib import Path
from threading import Event

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError

from storage.database import open_database
from storage.sqlite import MOST_WAITING, THREADS


async def test_what_is_committed_is_on_disk_for_others(tmp_path: Path) -> None:
    async with open_database(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}") as sessions:
        async with sessions.begin() as session:
            await session.execute(sa.text("CREATE TABLE t (x INTEGER)"))
            await session.execute(sa.text("INSERT INTO t VALUES (:x)"), [{"x": 1}, {"x": 2}])
        assert seen(tmp_path) == [1, 2]


async def test_whoever_finds_the_file_held_waits_and_holds_up_nobody(tmp_path: Path) -> None:
    file = tmp_path / "a.db"
    async with open_database(f"sqlite+aiosqlite:///{file}") as sessions:
        async with sessions.begin() as session:
            await session.execute(sa.text("CREATE TABLE t (x INTEGER)"))
        other = sqlite3.connect(file, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        async def write() -> None:
            async with sessions.begin() as session:
                await session.execute(sa.text("INSERT INTO t VALUES (1)"))

        writing = asyncio.create_task(write())
        done, _ = await asyncio.wait([writing], timeout=0.05)  # the loop goes on meanwhile
        assert not done
        other.execute("COMMIT")
        other.close()
        await writing
        async with sessions() as session:
            assert await session.scalar(sa.text("SELECT count(*) FROM t")) == 1


async def test_whoever_finds_the_file_held_for_too_long_is_told_by_the_databases_own_error(
    tmp_path: Path,
) -> None:
    file = tmp_path / "a.db"
    async with open_database(f"sqlite+aiosqlite:///{file}", busy_ms=1) as sessions:
        async with sessions.begin() as session:
            await session.execute(sa.text("CREATE TABLE t (x INTEGER)"))
        with closing(sqlite3.connect(file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(OperationalError, match="locked"):
                async with sessions.begin() as session:
                    await session.execute(sa.text("INSERT INTO t VALUES (1)"))
        async with sessions.begin() as session:
            await session.execute(sa.text("INSERT INTO t VALUES (2)"))
        assert seen(tmp_path) == [2]


async def test_an_error_is_the_databases_own(tmp_path: Path) -> None:
    async with open_database(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}") as sessions:
        async with sessions.begin() as session:
            await session.execute(sa.text("CREATE TABLE t (x INTEGER PRIMARY KEY)"))
            await session.execute(sa.text("INSERT INTO t VALUES (1)"))
        with pytest.raises(IntegrityError):
            async with sessions.begin() as session:
                await session.execute(sa.text("INSERT INTO t VALUES (1)"))
        async with sessions() as session:
            assert await session.scalar(sa.text("SELECT count(*) FROM t")) == 1


async def test_a_commit_that_nobody_waits_for_any_more_is_finished(tmp_path: Path) -> None:
    async with open_database(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}") as sessions:
        async with sessions.begin() as session:
            await session.execute(sa.text("CREATE TABLE t (x INTEGER)"))
        session = sessions()
        await session.execute(sa.text("INSERT INTO t VALUES (7)"))
        committing = asyncio.create_task(session.commit())
        await asyncio.sleep(0)
        committing.cancel()
        await asyncio.wait([committing])
        assert seen(tmp_path) == [7]
        await session.close()


async def test_a_commit_does_not_wait_until_names_are_looked_up(tmp_path: Path) -> None:
    loop, done = asyncio.get_running_loop(), Event()
    lookups = [loop.run_in_executor(None, done.wait) for _ in range(64)]
    try:
        async with asyncio.timeout(10), open_database(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}") as sessions:
            async with sessions.begin() as session:
                await session.execute(sa.text("CREATE TABLE t (x INTEGER)"))
                await session.execute(sa.text("INSERT INTO t VALUES (3)"))
            assert seen(tmp_path) == [3]
    finally:
        done.set()
        await asyncio.gather(*lookups)


async def test_who_only_reads_waits_for_no_thread(tmp_path: Path) -> None:
    done = Event()
    async with open_database(f"sqlite+aiosqlite:///{tmp_path / 'a.db'}") as sessions:
        async with sessions.begin() as session:
            await session.execute(sa.text("CREATE TABLE t (x INTEGER)"))
            await session.execute(sa.text("INSERT INTO t VALUES (1)"))
        held = [THREADS.submit(done.wait) for _ in range(MOST_WAITING)]
        try:
            async with asyncio.timeout(10), sessions.begin() as session:
                assert await session.scalar(sa.text("SELECT count(*) FROM t")) == 1
        finally:
            done.set()
            wait(held)


def seen(folder: Path) -> list[int]:
    """What another process finds."""
    with closing(sqlite3.connect(folder / "a.db")) as other:
        return [x for (x,) in other.execute("SELECT x FROM t ORDER BY x")]
