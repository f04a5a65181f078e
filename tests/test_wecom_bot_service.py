"""The whole service through the AI bot: cards that live from the call to the last click, and two processes that share it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from bot.config import Config
from bot.joining import prepare
from handlers.understanding.decide import Reader
from storage.database import Sessions, open_database
from tests.kit.platform import Said, Saying
from tests.kit.stage import Stage, staged
from tests.kit.wecom_bot import GROUPS, PEOPLE, WecomBotPlatform
from tests.platforms.wecom_bot import WecomBotServer
from tests.platforms.wecom_bot_side import config as section
from tests.platforms.wecom_bot_wire import PATIENT
from tests.platforms.wecom_hook import WecomHookServer
from tests.platforms.wecom_hook_side import config as hook_section
from tests.test_app import running
from tests.test_wecom_bot_lease import becomes
from tests.world import MONDAY_9, settle_in

LAMP: Final = "2单元3楼的灯坏了，麻烦来修一下"


@pytest.fixture
async def stage(own_community: Sessions, tmp_path: Path, reader: Reader) -> AsyncIterator[Stage]:
    async with staged(WecomBotPlatform(), own_community, reader, tmp_path / "pictures") as stage:
        yield stage


def server(stage: Stage) -> WecomBotServer:
    assert isinstance(stage.platform, WecomBotPlatform)
    return stage.platform.server


async def cards(stage: Stage, person: str) -> list[Said]:
    return [said for said in await stage.platform.heard(person) if said.buttons or "号" in said.text]


async def test_one_card_goes_with_a_ticket_from_the_call_to_the_end(stage: Stage) -> None:
    await stage.says(stage.open("李姐", LAMP))
    (called,) = await cards(stage, "王芳")
    assert called.buttons == ("接单", "去不了")
    await stage.chooses("王芳", "接单")
    (taken,) = await cards(stage, "王芳")
    assert (taken.id, "归您了" in taken.text, taken.buttons) == (called.id, True, ("办结", "转单"))
    await stage.chooses("王芳", "办结")
    (done,) = await cards(stage, "王芳")
    assert (done.id, "办结了" in done.text, done.buttons) == (called.id, True, ())
    assert not server(stage).sent("aibot_send_msg")[0]["body"].get("markdown"), "she was called by the card alone"


async def test_a_card_of_yesterday_shows_how_things_are_when_it_is_pressed(stage: Stage) -> None:
    await stage.says(stage.open("李姐", "1单元楼道里冒烟了，有明火，快来人！"))
    stale = (await cards(stage, "周网格"))[-1]
    await stage.chooses("王芳", "接单")
    await stage.platform.presses("周网格", stale, "接单")
    await stage.settle()
    shown = next(said for said in await stage.platform.heard("周网格") if said.id == stale.id)
    assert ("已经接了" in shown.text, shown.buttons) == (True, ())
    assert len(await stage.tickets()) == 1


async def test_a_click_delivered_twice_is_one(stage: Stage) -> None:
    await stage.says(stage.open("李姐", LAMP))
    server(stage).held = held = list[str]()
    await stage.choose("王芳", "接单")
    server(stage).held = None
    for _ in range(2):
        await server(stage).tell(held[0])
    await stage.settle()
    (taken,) = await cards(stage, "王芳")
    assert "归您了" in taken.text


async def test_whoever_looks_in_is_welcomed(stage: Stage) -> None:
    await server(stage).enters(PEOPLE["王芳"])
    await stage.settle()
    (said,) = await stage.platform.heard("王芳")
    assert "待办" in said.text


async def test_a_group_that_nobody_has_bound_is_told_how_and_hears_nothing_else(stage: Stage) -> None:
    for _ in range(2):
        await server(stage).says("wrNEW", PEOPLE["李姐"], f"@楼栋助手 {LAMP}")
    async with asyncio.timeout(PATIENT):
        while not server(stage).heard("wrNEW"):
            await stage.settle()
    (said,) = server(stage).heard("wrNEW")
    assert "绑定码" in said.text
    assert "@我" in said.text
    assert not await stage.tickets()


async def test_an_answer_in_a_group_hangs_on_the_question(stage: Stage) -> None:
    for text in ("今天谁值班", LAMP, "1单元楼道里冒烟了，有明火，快来人！"):
        asked = await stage.says(Saying("李姐", text, "3栋群", calls_bot=True))
        answer = server(stage).heard(GROUPS["3栋群"])[-1]
        assert (answer.kind, answer.answers) == ("stream", asked), text


async def test_the_service_as_it_is_started_in_earnest(tmp_path: Path) -> None:
    always = {"quiet_start": "00:00", "quiet_end": "00:00"}
    async with WecomBotServer() as bots, WecomHookServer() as hooks:
        hooks.group("693a91f6-duty-group")
        channels: list[Any] = [section(bots), hook_section(hooks, account="duty")]
        told = {"data_dir": tmp_path, "port": 0, "rules": always}
        config = Config.model_validate(told).model_copy(update={"channels": tuple(channels)})
        await prepare(config)
        async with open_database(config.database_url) as sessions:
            await settle_in(sessions, MONDAY_9)
        second = config.model_copy(update={"instance": "second"})
        async with running(config):
            await bots.until(lambda: bots.live)
            await becomes(lambda: bool(hooks.heard("693a91f6-duty-group")))
            async with running(second):
                await bots.writes("wangwei", "帮助")
                await becomes(lambda: bool(bots.heard("wangwei")))
                assert bots.displaced == 0
        assert "听不到" in hooks.heard("693a91f6-duty-group")[0].text
        assert len(hooks.heard("693a91f6-duty-group")) == 1
