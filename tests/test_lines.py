"""What `guanjia check` learns from the service that is running."""

import socket
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.config import Config
from bot.lines import lines
from tests.platforms.onebot import TOKEN
from tests.platforms.onebot_town import WeChat
from tests.platforms.onebot_v11 import Bridge11
from tests.test_app import running


@pytest.fixture
def config(tmp_path: Path) -> Config:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    channels = [{"kind": "webchat"}, {"kind": "onebot", "token": TOKEN}]
    return Config.model_validate({"data_dir": tmp_path / "data", "port": port, "channels": channels})


async def said_of(config: Config) -> list[str]:
    return [str(finding) for finding in await lines(config)]


async def test_nothing_is_said_of_a_service_that_does_not_run(config: Config) -> None:
    assert await said_of(config) == []


async def test_a_bridge_that_is_missing_is_told_with_what_to_do(config: Config) -> None:
    async with running(config) as address:
        page, bridge = await said_of(config)
        assert page.startswith("✓")
        assert bridge.startswith("✗")
        assert "打开桥接软件" in bridge
        async with Bridge11(WeChat(), f"{address.replace('http', 'ws')}/onebot/main") as there:
            await there.settled()
            assert [line[0] for line in await said_of(config)] == ["✓", "✓"]
            there.tells(there.status_event(online=False))
            await there.settled()
            assert "重新登录" in (await said_of(config))[1]


@pytest.mark.parametrize("body", [b"", b"<html>", b"[]", b'{"channels": 7}', b'{"channels": [7, {"name": "mail:x"}]}'])
async def test_another_program_at_that_port_is_left_alone(config: Config, body: bytes) -> None:
    async def answer(_: Any) -> web.Response:
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.router.add_get("/healthz", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", config.port).start()
    try:
        assert await said_of(config) == []
    finally:
        await runner.cleanup()


async def test_one_that_does_not_speak_our_language_is_left_alone(config: Config) -> None:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", config.port))
        assert await said_of(config) == []
