"""Our bridges before a published bot: NoneBot takes them for real ones, in both versions."""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from tests.platforms.onebot import Bridge
from tests.platforms.onebot_town import Call, Id, Picture, WeChat
from tests.platforms.onebot_v11 import Bridge11
from tests.platforms.onebot_v12 import Bridge12
from tests.platforms.telegram_side import photo

pytest.importorskip("nonebot.adapters.onebot", reason="NoneBot is not installed: .[test] brings it")

ROOT: Final = Path(__file__).parent.parent
SOON: Final = 30  #: seconds; it takes three to start


@pytest.fixture(scope="module")
def sdk() -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    """The other bot in a process of its own, and the port at which it waits."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "tests.platforms.onebot_sdk", str(port)]
    with subprocess.Popen(command, cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, text=True) as process:
        yield port, process
        process.terminate()


async def arrive(bridge: Bridge) -> None:
    """Dial in as soon as somebody is there."""
    async with asyncio.timeout(SOON):
        while True:
            try:
                return await bridge.connect()
            except aiohttp.ClientConnectorError:
                await bridge.leave()
                await asyncio.sleep(0.05)


async def told(process: "subprocess.Popen[str]", lines: int) -> list[str]:
    """So many lines of what it understood."""
    assert process.stdout is not None
    found: list[str] = []
    async with asyncio.timeout(SOON):
        while len(found) < lines:
            line = (await asyncio.to_thread(process.stdout.readline)).strip()
            found += [line.removeprefix("heard|")] if line.startswith("heard|") else []
    return found


@pytest.mark.parametrize(
    ("make", "path", "bot", "group", "who", "first", "events"),
    [
        (
            Bridge11,
            "/onebot/v11/ws",
            10001,
            20011,
            30001,
            7712003,
            ["LifecycleMetaEvent", "HeartbeatMetaEvent", "GroupIncreaseNoticeEvent", "GroupRecallNoticeEvent"],
        ),
        (
            Bridge12,
            "/onebot/v12/",
            "wxid_bot001",
            "20011@chatroom",
            "wxid_wang",
            "7712003",
            ["GroupMemberIncreaseEvent", "GroupMessageDeleteEvent"],
        ),
    ],
    ids=["v11", "v12"],
)
async def test_a_published_bot_understands_our_bridges(
    sdk: tuple[int, "subprocess.Popen[str]"],
    make: type[Bridge],
    path: str,
    bot: Id,
    group: Id,
    who: Id,
    first: Id,
    events: list[str],
) -> None:
    port, process = sdk
    wechat = WeChat(bot=bot, first_message=first)
    wechat.person(who, "王阿姨")
    wechat.group(group)
    bridge = make(wechat, f"ws://127.0.0.1:{port}{path}")
    await arrive(bridge)
    try:
        bridge.says(group, who, Call(bot), " 没水了", Picture(photo()))
        bridge.says(None, who, "帮助")
        bridge.tells(bridge.heartbeat(interval=15), bridge.membership(group, who, member=True))
        bridge.tells(bridge.recalled(first, group))
        await bridge.sends()
        heard = await told(process, 2 + len(events))
        async with asyncio.timeout(SOON):
            while not (wechat.groups[group].heard and wechat.friends[who].heard):
                await asyncio.sleep(0.01)
    finally:
        await bridge.leave()
    assert {f"GroupMessageEvent|{who}|没水了|True", f"PrivateMessageEvent|{who}|帮助|True", *events} == set(heard)
    assert [said.called for said in wechat.groups[group].heard] == [(who,)]
    assert [said.text for said in wechat.friends[who].heard] == ["听到了"]
