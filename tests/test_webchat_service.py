"""The whole program through the web chat's own requests: a database, an outbox, a page."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from bot.config import Config
from storage.tickets import Ticket
from tests.conftest import postgres_database
from tests.test_media import picture
from tests.webchat_service import Page, config, looking_into, served, settled_in
from tests.world import MONDAY_9

LAMP: Final = "2单元3楼的灯坏了，麻烦来修一下"
SMOKE: Final = "1单元楼道里冒烟了，有明火，快来人！"
GROUP: Final = "3栋群"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that is ready to be copied: migrating takes longer than a test."""
    folder = tmp_path_factory.mktemp("template")
    asyncio.run(settled_in(config(f"sqlite:///{folder / 'guanjia.db'}", folder)))
    return folder / "guanjia.db"


@pytest.fixture
def settings(template: Path, tmp_path: Path) -> Config:
    shutil.copy(template, tmp_path / "guanjia.db")
    return config(f"sqlite:///{tmp_path / 'guanjia.db'}", tmp_path)


@pytest.fixture
async def page(settings: Config) -> AsyncIterator[Page]:
    async with served(settings) as page:
        yield page


@pytest.fixture(params=["sqlite", "postgresql"])
def on_both(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Config]:
    if request.param == "sqlite":
        yield request.getfixturevalue("settings")
        return
    with postgres_database("web") as url:
        own = config(url, tmp_path)
        asyncio.run(settled_in(own))
        yield own


async def numbers(settings: Config) -> list[int]:
    async with looking_into(settings) as sessions, sessions() as session:
        return list(await session.scalars(sa.select(Ticket.number).order_by(Ticket.number)))


async def test_a_ticket_lives_from_report_to_rating(on_both: Config) -> None:
    async with served(on_both) as page:
        first = await page.says("李姐", LAMP, group=GROUP)
        await page.hears("李姐", "1 号", "王芳", group=GROUP)
        await page.says("冉幺妹", "我家也是", group=GROUP, quote=first)
        call = await page.hears("王芳", "灯坏了")
        assert await page.presses("王芳", call, "接单") == 200
        await page.hears("王芳", "归您了")
        await page.hears("李姐", "王芳接单了", group=GROUP)
        await page.says("王芳", "办结 1 换了灯管")
        for who in ("李姐", "冉幺妹"):
            asked = await page.hears(who, "满意")
        await page.presses("冉幺妹", asked, "满意")
        await page.hears("冉幺妹", "谢谢")
        lines = await page.visitor("李姐").sees(GROUP)
        assert sum(line["sender"] == "bot" for line in lines) == 3


async def test_of_two_who_press_at_once_one_gets_it(page: Page) -> None:
    await page.says("李姐", SMOKE, group=GROUP)
    calls = {who: await page.hears(who, "紧急") for who in ("王芳", "周网格", "陈书记")}
    pressed = [page.presses(who, call, "接单") for who, call in calls.items()]
    assert await asyncio.gather(*pressed) == [200] * 3
    won = [who for who in calls if await page.answer(who, "归您了", "已经接了") == "归您了"]
    assert len(won) == 1


async def test_sent_twice_it_is_one_ticket(page: Page, settings: Config) -> None:
    said = [page.says("李姐", LAMP, group=GROUP, key="0123456789abcdef") for _ in range(5)]
    await asyncio.gather(*said)
    await page.hears("李姐", "1 号", group=GROUP)
    assert await numbers(settings) == [1]


async def test_a_picture_stays_with_its_ticket(page: Page) -> None:
    status, brought = await page.uploads("李姐", picture())
    assert status == 200
    await page.says("李姐", LAMP, group=GROUP, pictures=[brought["digest"]])
    await page.hears("王芳", "灯坏了")
    await page.says("王芳", "工单 1")
    shown = await page.hears("王芳", "1 张照片")
    assert shown["pictures"] == [brought["digest"]]
    assert (await page.visitor("王芳").get(f"/chat/pictures/{brought['digest']}")).status == 200


async def test_what_is_no_picture_or_too_large_is_refused_with_the_reason(page: Page) -> None:
    assert await page.uploads("李姐", b"MZ" + bytes(100)) == (422, {"say": "这不是图片，请发照片。"})
    status, answer = await page.uploads("李姐", bytes(2**20 + 1))
    assert (status, answer["say"]) == (413, "这张图片超过 1 MB，请发小一点的。")


async def test_forged_and_stale_buttons_are_answered_or_met_with_silence(page: Page) -> None:
    assert [await page.sends("王芳", "nowhere", payload) for payload in ("", "0|接单 1", "1|\0", "9" * 200)] == [
        200
    ] * 4
    await page.hears("王芳", "过期", times=3)


async def test_a_message_taken_back_withdraws_its_ticket(page: Page, settings: Config) -> None:
    said = await page.says("李姐", LAMP, group=GROUP)
    await page.hears("王芳", "灯坏了")
    assert (await page.visitor("李姐").post("/chat/recalls", {"chat": GROUP, "message": said})).status == 200
    await page.hears("王芳", "撤回")


async def test_strange_text_leaves_the_page_alive(page: Page) -> None:
    for text in ("😀" * 5000, "<script>alert(1)</script>", "\u202eأبجد", "报修 \0\ud800", "接单 " + "9" * 5000):
        await page.says("李姐", text, group=GROUP)
        await page.says("李姐", text)
    await page.says("李姐", "工单 98765")
    await page.hears("李姐", "没有 98765 号")


async def test_a_notice_goes_out_after_a_restart(settings: Config) -> None:
    async with served(settings) as page:
        await page.says("陈书记", "通知 明天上午9点 全体：停水一天")
        draft = await page.hears("陈书记", "停水一天")
        await page.presses("陈书记", draft, draft["buttons"][0]["label"])
        await page.hears("陈书记", "定好了")
    for _ in range(2):
        async with served(settings, lambda: MONDAY_9.astimezone(UTC) + timedelta(days=1, minutes=1)) as page:
            await page.hears("李姐", "停水一天", group=GROUP)


async def test_what_waits_at_a_stop_is_said_after_the_start(settings: Config) -> None:
    async with served(settings) as page:
        await page.says("李姐", LAMP, group=GROUP)
    async with served(settings, lambda: datetime.now(UTC).replace(year=2026, month=5, day=11, hour=1)) as page:
        await page.hears("王芳", "灯坏了")
        await page.hears("李姐", "1 号", group=GROUP)
    assert await numbers(settings) == [1]


async def test_the_staff_set_right_what_was_made_of_a_message(page: Page) -> None:
    first = await page.says("李姐", LAMP, group=GROUP)
    await page.hears("李姐", "1 号", group=GROUP)
    await page.says("王芳", "为什么 1")
    await page.hears("王芳", "像报事", "类别照明")
    await page.says("王芳", "改类别 1 供电", group=GROUP)
    await page.hears("李姐", "改好了", "供电", group=GROUP)
    await page.says("王芳", "改地点 1 3栋1单元", group=GROUP)
    await page.hears("李姐", "改好了", "1单元", group=GROUP)
    second = await page.says("冉幺妹", "我家也是", group=GROUP, quote=first)
    await page.says("王芳", "拆开", group=GROUP, quote=second)
    await page.hears("李姐", "单独登记为 2 号", group=GROUP)
    await page.says("王芳", "并入 2 1", group=GROUP)
    await page.hears("李姐", "2 号并到 1 号", group=GROUP)
    await page.says("王芳", "不是工单", group=GROUP, quote=first)
    await page.hears("李姐", "1 号撤下了", group=GROUP)
    await page.says("王芳", "这是工单", group=GROUP, quote=first)
    await page.hears("李姐", "3 号", "照明", group=GROUP)
    await page.says("李姐", "我的工单")
    await page.hears("李姐", "3 号（")
