"""The database's shape: what the migrations make is what the models say, and nothing is lost on the way."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import storage.tables  # noqa: F401 -- names every table
from storage.base import Base
from storage.database import make_engine, open_database
from storage.migrations import Shape, UnknownShape, shape_of, upgrade
from storage.places import Place, add
from storage.types import PlaceKind
from tests.conftest import postgres_database


@pytest.fixture(params=["sqlite", "postgresql"])
def bare_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A database without a single table."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path / 'bare 100%.db'}"
    else:
        with postgres_database("bare") as url:
            yield url


async def differences(url: str) -> list[Any]:
    """What would have to be changed for the database to be as the models say."""
    engine = make_engine(url)
    async with engine.connect() as connection:
        found = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync), Base.metadata)
        )
    await engine.dispose()
    return list(found)


async def columns(url: str) -> dict[str, list[str]]:
    """Every table with its columns, their types and whether they may be empty."""
    engine = make_engine(url)
    async with engine.connect() as connection:
        found = await connection.run_sync(_columns)
    await engine.dispose()
    return found


def _columns(connection: sa.Connection) -> dict[str, list[str]]:
    inspector = sa.inspect(connection)
    return {
        table: [f"{c['name']} {c['type']!r} {c['nullable']}" for c in inspector.get_columns(table)]
        for table in inspector.get_table_names()
        if table != "alembic_version"
    }


async def test_the_migrations_make_what_the_models_say(bare_url: str) -> None:
    await upgrade(bare_url)
    assert await differences(bare_url) == []


async def test_the_migrations_and_the_models_agree_to_the_letter(bare_url: str, tmp_path: Path) -> None:
    await upgrade(bare_url)
    migrated = await columns(bare_url)
    engine = make_engine(bare_url)
    async with engine.begin() as connection:
        await connection.run_sync(Base.metadata.drop_all)
        await connection.run_sync(Base.metadata.create_all)
    await engine.dispose()
    assert migrated == await columns(bare_url)


async def test_upgrading_twice_changes_nothing_and_loses_nothing(bare_url: str) -> None:
    await upgrade(bare_url)
    async with open_database(bare_url) as sessions:
        async with sessions.begin() as session:
            await add(session, PlaceKind.COMMUNITY, "石龙社区")
        await upgrade(bare_url)
        async with sessions() as session:
            assert [place.name for place in await session.scalars(sa.select(Place))] == ["石龙社区"]


async def test_two_that_start_at_once_wait_for_each_other(bare_url: str) -> None:
    engine = make_engine(bare_url)
    assert (
        await shape_of(engine) is Shape.OLDER
    )  # SQLite's file is there from now on; making it is one process's business
    await engine.dispose()
    await asyncio.gather(*(upgrade(bare_url) for _ in range(4)))
    assert await differences(bare_url) == []


async def test_whether_a_database_is_current_can_be_asked(bare_url: str) -> None:
    engine = make_engine(bare_url)
    assert await shape_of(engine) is Shape.OLDER
    await engine.dispose()
    await upgrade(bare_url)
    assert await shape_of(engine) is Shape.CURRENT
    await engine.dispose()


async def test_a_database_of_a_newer_version_is_left_alone(bare_url: str) -> None:
    await upgrade(bare_url)
    engine = make_engine(bare_url)
    async with engine.begin() as connection:
        await connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    assert await shape_of(engine) is Shape.NEWER
    await engine.dispose()
    with pytest.raises(UnknownShape, match="更新版本"):
        await upgrade(bare_url)
