"""Opening the database: SQLite as it wants to be treated, PostgreSQL by its address."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from storage import sqlite

Sessions = async_sessionmaker[AsyncSession]


@asynccontextmanager
async def open_database(url: str, busy_ms: int = sqlite.BUSY_MS) -> AsyncIterator[Sessions]:
    """Sessions on the database at `url`, for as long as the block lasts; SQLite waits for who holds its file at most so long."""
    engine = make_engine(url, busy_ms)
    try:
        yield sessions_on(engine)
    finally:
        await engine.dispose()


def sessions_on(engine: AsyncEngine) -> Sessions:
    """Sessions that come from `engine`."""
    return async_sessionmaker(engine, expire_on_commit=False)


def make_engine(url: str, busy_ms: int = sqlite.BUSY_MS) -> AsyncEngine:
    """An engine for `sqlite+aiosqlite:///file` or `postgresql+asyncpg://…`."""
    if sa.make_url(url).get_backend_name() != "sqlite":
        return _on_server(url)
    # One connection: transactions queue in order instead of polling the file's lock.
    engine = create_async_engine(
        url,
        poolclass=sa.AsyncAdaptedQueuePool,
        pool_size=1,
        max_overflow=0,
        module=sqlite.InPlace(busy_ms),
        hide_parameters=True,  # an error must not say what people wrote
    )
    sa.event.listen(engine.sync_engine, "connect", _prepare)
    sa.event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _on_server(url: str) -> AsyncEngine:
    from storage.postgres import InPlace  # its driver is optional

    return create_async_engine(
        url, pool_size=8, max_overflow=4, pool_pre_ping=True, hide_parameters=True, module=InPlace()
    )


def _prepare(connection: Any, _record: object) -> None:
    # SQLAlchemy emits BEGIN itself (below), so that savepoints work.
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "cache_size=-16000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin(connection: sa.Connection) -> None:
    own: Any = connection.connection.dbapi_connection
    own.start()
