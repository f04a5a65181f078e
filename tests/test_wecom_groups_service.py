"""The service with customer groups, started as it is started in earnest, stopped, and started again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa
from aiohttp import ClientSession
from sqlalchemy.ext.asyncio import AsyncSession

from bot.app import run
from bot.config import Config
from bot.demo import settle
from bot.joining import prepare
from bot.transact import transact
from bot.wall import utc_now
from handlers.messages import Words
from storage import outbox
from storage.confirmations import Confirmation
from storage.database import open_database
from storage.listings import ListedGroup
from storage.outbox import OutboxMessage
from storage.types import MessageKind, OutboxStatus
from tests.platforms.wecom_groups import WecomGroupsServer
from tests.platforms.wecom_groups_side import config as channel

SOON: Final = 20  #: seconds; far more than anything here takes


@pytest.fixture
async def server() -> AsyncIterator[WecomGroupsServer]:
    async with WecomGroupsServer(utc_now) as server:
        server.owner("lihua", "李华")
        server.group("wrB3", "5栋居民群", "lihua")
        yield server


@pytest.fixture
def config(server: WecomGroupsServer, tmp_path: Path) -> Config:
    here = channel(server)
    return Config.model_validate({"data_dir": tmp_path / "data", "port": 0, "channels": [{"kind": "webchat"}, here]})


@asynccontextmanager
async def running(config: Config, server: WecomGroupsServer) -> AsyncIterator[str]:
    """The service; yields its address. Its stop is part of the block."""
    stop, opened = asyncio.Event(), asyncio.get_running_loop().create_future()
    task = asyncio.create_task(run(config, stop, opened=opened.set_result))
    await asyncio.wait({task, opened}, timeout=SOON, return_when=asyncio.FIRST_COMPLETED)
    try:
        address = (await opened).rstrip("/")
        server.hooked(f"{address}/hook/wecom_groups/main")
        yield address
    finally:
        stop.set()
        async with asyncio.timeout(SOON):
            await task


async def count(config: Config, table: type[ListedGroup | Confirmation], number: int) -> None:
    """Wait until there are so many rows."""
    async with open_database(config.database_url) as sessions, asyncio.timeout(SOON):
        while True:
            async with sessions() as session:
                if await session.scalar(sa.select(sa.func.count()).select_from(table)) == number:
                    return
            await asyncio.sleep(0.05)


async def put_notice(config: Config) -> None:
    """Let a notice wait for the group."""
    row = {
        "key": "broadcast:1:1:wrB3",
        "channel": "wecom_groups",
        "account": "main",
        "chat": "wrB3",
        "is_group": True,
        "kind": MessageKind.BROADCAST,
        "body": Words("明天停水").to_body(),
        "created_at": utc_now(),
        "due_at": utc_now(),
        "ticket_id": None,
        "broadcast_id": None,
        "member_id": None,
    }

    async def change(session: AsyncSession) -> None:
        outbox.put(session, row)

    async with open_database(config.database_url) as sessions:
        await transact(sessions, change)


async def test_it_knows_groups_asks_their_owner_and_goes_on_after_a_restart(
    config: Config, server: WecomGroupsServer
) -> None:
    await prepare(config)
    async with open_database(config.database_url) as sessions:
        await transact(sessions, lambda session: settle(session, config.house(), utc_now()))
    async with running(config, server) as address, ClientSession() as http:
        await count(config, ListedGroup, 1)
        assert await server.creates("wrB4", "6栋居民群", "lihua") == [200]
        await count(config, ListedGroup, 2)
        async with http.get(f"{address}/healthz") as answer:
            told = {one["name"]: one["up"] for one in (await answer.json())["channels"]}
            assert told["wecom_groups:main"]
    await put_notice(config)
    async with running(config, server) as address, ClientSession() as http:
        await count(config, Confirmation, 1)
        async with http.get(f"{address}/healthz") as answer:
            assert (await answer.json())["outbox"]["confirming"] == 1
    assert [job.text for job in server.jobs.values()] == ["明天停水"]
    async with open_database(config.database_url) as sessions, sessions() as session:
        assert list(await session.scalars(sa.select(OutboxMessage.status).where(OutboxMessage.chat == "wrB3"))) == [
            OutboxStatus.CONFIRMING
        ]
