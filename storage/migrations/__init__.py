"""Bringing a database to the shape that this version of the program wants.

One transaction: an upgrade that fails half-way leaves the database as it was. Two processes that upgrade at once wait for
each other, on SQLite by the write lock and on PostgreSQL by an advisory one.
"""

from enum import StrEnum
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.ext.asyncio import AsyncEngine

from storage.database import make_engine

_LOCK: Final = 0x6775616E6A6961  #: "guanjia", the number under which PostgreSQL lets one process upgrade at a time


class UnknownShape(Exception):  # noqa: N818 -- a sentence for the person who starts the program
    """The database was brought to its shape by a newer version of the program."""

    def __init__(self) -> None:
        super().__init__(
            "数据库是更新版本的红管家用过的，这个版本认不得。请换成那个版本（或更新的）再启动，数据没有动过。"
        )


async def upgrade(url: str) -> None:
    """Bring the database at `url` to the newest shape, making SQLite's file and its folder where there are none.

    Raises:
        UnknownShape: It is newer than this program.
    """
    engine = make_engine(url)
    if engine.dialect.name == "sqlite":
        if engine.url.database:
            Path(engine.url.database).parent.mkdir(parents=True, exist_ok=True)
        sa.event.listen(engine.sync_engine, "connect", _loosen)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


class Shape(StrEnum):
    """How a database compares with what this program wants."""

    OLDER = "older"  #: or empty
    CURRENT = "current"
    NEWER = "newer"


async def shape_of(engine: AsyncEngine) -> Shape:
    """The shape that the database has; nothing is changed."""
    async with engine.connect() as connection:
        return await connection.run_sync(_shape)


def _shape(connection: sa.Connection) -> Shape:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision == _scripts().get_current_head():
        return Shape.CURRENT
    known = {script.revision for script in _scripts().walk_revisions()}
    return Shape.OLDER if revision is None or revision in known else Shape.NEWER


def _upgrade(connection: sa.Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
    if _shape(connection) is Shape.NEWER:
        raise UnknownShape
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
    if connection.dialect.name == "sqlite":
        loose = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        if loose:
            raise RuntimeError(f"{len(loose)} rows point nowhere after the upgrade")


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent).replace("%", "%%"))
    return config


def _loosen(connection: Any, _record: object) -> None:
    # SQLite changes a table by making it anew; dropping the old one would take along what points to it. This must be
    # said before the transaction begins; `_upgrade` looks at its end whether everything still points somewhere.
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=OFF")
    cursor.close()
