"""The addresses of databases: as people write them, and as the program uses them."""

from importlib.util import find_spec
from typing import Final

import sqlalchemy as sa

DRIVERS: Final = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}


def driven(url: str) -> str:
    """The address with the driver that the program uses, whichever way it is usually written.

    Raises:
        ValueError: It is none, of another kind of database, or its driver is not installed; the message says what to do.
    """
    try:
        made = sa.make_url(url)
    except (sa.exc.ArgumentError, ValueError):
        raise ValueError("看不懂，应该像 postgresql://用户:密码@主机/库名 或 sqlite:///文件名") from None
    kind = made.get_backend_name()
    if kind not in DRIVERS:
        raise ValueError("只能用 SQLite 或 PostgreSQL，请改成 sqlite:///文件名 或 postgresql://用户:密码@主机/库名")
    if kind != "sqlite" and find_spec("asyncpg") is None:
        raise ValueError("用 PostgreSQL 要多装一个驱动：pip install 'guanjia[postgres]'，装好再启动")
    return made.set(drivername=DRIVERS[kind]).render_as_string(hide_password=False)
