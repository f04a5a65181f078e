"""A plug-in by other hands' means: NoneBot hears by OneBot v11, and stores and commits each message in SQLite.

`python -m bench.plugin PORT FILE`. It waits for a bridge at /onebot/v11/ws and writes the id of every message that is on
disk, a line each. That is all it does: no duplicate is known, nobody is looked up, nothing is understood or answered.
"""

import os
import sys
from typing import Any

import nonebot
import sqlalchemy as sa
from nonebot.adapters.onebot.v11 import Adapter, GroupMessageEvent
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Its tables."""


class Message(Base):
    """What was said."""

    __tablename__ = "message"

    id: Mapped[int] = mapped_column(primary_key=True)
    chat: Mapped[int]
    sender: Mapped[int]
    text: Mapped[str]


class Store:
    """Its database, treated as ours is: WAL, synchronous=FULL."""

    def __init__(self, file: str) -> None:
        self._engine = create_async_engine(f"sqlite+aiosqlite:///{file}")
        sa.event.listen(self._engine.sync_engine, "connect", _prepare)
        self._sessions = async_sessionmaker[AsyncSession](self._engine, expire_on_commit=False)

    async def open(self) -> None:
        """Make the table."""
        async with self._engine.begin() as connection:
            await connection.run_sync(Base.metadata.create_all)

    async def keep(self, event: GroupMessageEvent) -> None:
        """One message, one commit."""
        async with self._sessions() as session:
            session.add(Message(chat=event.group_id, sender=event.user_id, text=event.get_plaintext()))
            await session.commit()
        os.write(sys.stdout.fileno(), f"{event.message_id}\n".encode())


def _prepare(connection: Any, _record: object) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=30000"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def main(port: int, file: str) -> None:
    """Wait for the bridge."""
    nonebot.init(driver="~fastapi", host="127.0.0.1", port=port, log_level="ERROR")
    store, driver = Store(file), nonebot.get_driver()
    driver.register_adapter(Adapter)
    driver.on_startup(store.open)

    async def keep(event: GroupMessageEvent) -> None:
        await store.keep(event)

    nonebot.on_message(handlers=[keep])
    nonebot.run()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2])
