"""The same machine's raw rate: one committed insert a message, as a plug-in would do it that stores what it hears."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Protocol

import asyncpg
import sqlalchemy as sa
from typing_extensions import override

WORDS = "早上好，今天天气真好，广场舞几点开始？"


class Raw(Protocol):
    """A database that takes one committed insert after the other."""

    async def rate(self, seconds: float) -> float:
        """Inserts a second."""


class RawSqlite(Raw):
    """Plain sqlite3 in a file of its own: WAL, synchronous=FULL."""

    def __init__(self, file: Path) -> None:
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.execute("CREATE TABLE message (id INTEGER PRIMARY KEY, chat TEXT, sender TEXT, text TEXT)")

    @override
    async def rate(self, seconds: float) -> float:
        began, count = perf_counter(), 0
        while perf_counter() - began < seconds:
            self._database.execute("INSERT INTO message (chat, sender, text) VALUES ('g1', 'u1', ?)", (WORDS,))
            count += 1
        return count / (perf_counter() - began)

    def close(self) -> None:
        """Let the file go."""
        self._database.close()


class RawPostgres(Raw):
    """Plain asyncpg, one connection, a statement a transaction."""

    def __init__(self, url: str) -> None:
        self._url = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)

    @override
    async def rate(self, seconds: float) -> float:
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute(
                "CREATE TABLE IF NOT EXISTS raw_message (id SERIAL PRIMARY KEY, chat TEXT, sender TEXT, text TEXT)"
            )
            began, count = perf_counter(), 0
            while perf_counter() - began < seconds:
                await connection.execute("INSERT INTO raw_message (chat, sender, text) VALUES ('g1', 'u1', $1)", WORDS)
                count += 1
            return count / (perf_counter() - began)
        finally:
            await connection.close()


@contextmanager
def raw_sqlite(file: Path) -> Iterator[RawSqlite]:
    """For as long as the block lasts."""
    raw = RawSqlite(file)
    try:
        yield raw
    finally:
        raw.close()
