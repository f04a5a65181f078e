"""The program itself with a channel that may only answer: what it knows of its people outlives it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa

from bot.app import run
from bot.config import Config
from handlers.messages import Words
from handlers.moment import Moment
from storage.database import open_database
from storage.outbox import WAITING, OutboxMessage
from storage.types import MessageKind, OutboxStatus
from tests.platforms.official import OfficialServer
from tests.platforms.official_side import config as official
from tests.platforms.telegram_side import PATIENT
from tests.platforms.wecom_service import WecomServiceServer
from tests.platforms.wecom_service_side import config as service

HELP: Final = "帮助"


def configured(folder: Path, section: Any) -> Config:
    return Config.model_validate({"data_dir": folder, "port": 0, "channels": [section]})


@asynccontextmanager
async def running(config: Config, server: Any) -> AsyncIterator[None]:
    """The program with one channel, at which the server calls."""
    (section,) = config.channels
    stop, opened = asyncio.Event(), asyncio.get_running_loop().create_future()
    program = asyncio.create_task(run(config, stop, server.clock, opened=opened.set_result))
    try:
        async with asyncio.timeout(PATIENT):
            server.hooked((await opened).rstrip("/") + getattr(section, "hook_path", ""))
        yield
    finally:
        stop.set()
        await program


async def until(number: int, said: list[Any]) -> None:
    async with asyncio.timeout(PATIENT):
        while len(said) < number:
            await asyncio.sleep(0.01)


async def tell(config: Config, server: Any, chat: str, number: int) -> None:
    """The bot has so many things to say to somebody while it is not running."""
    async with open_database(config.database_url) as sessions, sessions.begin() as session:
        moment = Moment(session=session, now=server.clock(), house=config.house(), reach={})
        for one in range(number):
            to = (config.channels[0].kind, "main", chat)
            moment.say(to, Words(f"第{one}句"), MessageKind.PERSONAL, key=f"{one}", is_group=False)


async def statuses(config: Config) -> list[OutboxStatus]:
    async with open_database(config.database_url) as sessions, sessions() as session:
        return [row.status for row in await session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))]


@pytest.mark.parametrize("kind", ["wecom_service", "official"])
async def test_it_answers_and_after_a_restart_knows_how_often_it_has(kind: str, tmp_path: Path) -> None:
    server: Any = WecomServiceServer() if kind == "wecom_service" else OfficialServer()
    async with server:
        section: Any = service(server) if kind == "wecom_service" else official(server)
        chat = "oLI"
        if kind == "wecom_service":
            server.resident("oLI", "李姐")
            chat = "wkDUTY-2026/oLI"
        config = configured(tmp_path, section)
        async with running(config, server):
            await server.says("oLI", HELP)
            await until(1, server.heard("oLI"))
        await tell(config, server, chat, 6)
        async with running(config, server):
            await until(5, server.heard("oLI"))
            async with asyncio.timeout(PATIENT):
                while set(WAITING) & set(await statuses(config)):
                    await asyncio.sleep(0.01)
    assert HELP in server.heard("oLI")[0].text
    assert [said.text for said in server.heard("oLI")[1:]] == [f"第{one}句" for one in range(4)]
    assert await statuses(config) == [OutboxStatus.SENT] * 5 + [OutboxStatus.HELD] * 2
