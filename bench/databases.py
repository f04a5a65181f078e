"""Empty databases for a bench, with all tables: a SQLite file, and PostgreSQL where it runs."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import create_async_engine

from storage.base import Base
from storage.database import make_engine

POSTGRES: Final = os.environ.get("GUANJIA_TEST_POSTGRES", "postgresql+asyncpg://postgres@127.0.0.1:5432/postgres")


@asynccontextmanager
async def postgres(name: str) -> AsyncIterator[str | None]:
    """The URL of an empty PostgreSQL database for as long as the block lasts; None where there is no PostgreSQL."""
    name = f"guanjia_{name}_{os.getpid()}"
    try:
        await _on_server(f"CREATE DATABASE {name}")
    except (OSError, sa.exc.DBAPIError):
        yield None
        return
    try:
        yield sa.make_url(POSTGRES).set(database=name).render_as_string(hide_password=False)
    finally:
        await _on_server(f"DROP DATABASE {name} WITH (FORCE)")


async def create_tables(url: str) -> None:
    """All tables, empty."""
    engine = make_engine(url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all)
    await engine.dispose()


async def _on_server(statement: str) -> None:
    server = create_async_engine(POSTGRES, isolation_level="AUTOCOMMIT")
    try:
        async with server.connect() as connection:
            await connection.execute(sa.text(statement))
    finally:
        await server.dispose()
