"""The whole service through OneBot: a bridge that dials in, real frames, a real database."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.channels.onebot.intake import MOST_WAITING
from bot.config import Config
from handlers.understanding.decide import Reader
from storage.database import Sessions, open_database
from storage.outbox import OutboxMessage
from storage.types import OutboxStatus, TicketStatus
from tests.kit.onebot import GROUPS, PEOPLE, OneBotPlatform
from tests.kit.stage import Stage, staged
from tests.platforms.onebot import TOKEN, Bridge, Obeyed
from tests.platforms.onebot_side import Ears, connected, until
from tests.platforms.onebot_town import Call, Picture, Piece, Quote, Thing, WeChat
from tests.platforms.onebot_v11 import Bridge11
from tests.platforms.telegram_side import photo
from tests.test_app import running

GROUP = GROUPS["3栋群"]
LAMP = "2单元3楼的灯坏了，麻烦来修一下"
LONG = "停" * 1000
MANY = MOST_WAITING + 1500


@pytest.fixture(params=[11, 12], ids=["v11", "v12"])
async def here(
    request: pytest.FixtureRequest, own_community: Sessions, reader: Reader, tmp_path: Path
) -> AsyncIterator[Stage]:
    async with staged(OneBotPlatform(request.param), own_community, reader, tmp_path / "pictures") as stage:
        yield stage


def bridge_of(stage: Stage) -> Bridge:
    assert isinstance(stage.platform, OneBotPlatform)
    return stage.platform.bridge


async def says(stage: Stage, person: str, *pieces: Piece | str) -> str:
    """Somebody writes into the group of building 3."""
    said = bridge_of(stage).says(GROUP, PEOPLE[person], *pieces)
    await stage.settle()
    return said


async def test_what_is_taken_back_is_withdrawn(here: Stage) -> None:
    said = await says(here, "李姐", LAMP)
    assert len(await here.tickets()) == 1
    bridge = bridge_of(here)
    bridge.tells(*[bridge.recalled(said.rpartition(":")[2], GROUP)] * 2)
    await here.settle()
    assert [ticket.status for ticket in await here.tickets()] == [TicketStatus.CANCELLED]


async def test_a_ticket_is_answered_to_by_quoting_the_bot(here: Stage) -> None:
    await says(here, "李姐", LAMP)
    (note,) = await here.platform.heard("3栋群")
    await says(here, "冉幺妹", Quote(note.id.rpartition(":")[2]), "我家也是")
    assert len(await here.tickets()) == 1


async def test_a_call_by_name_is_a_word_to_the_bot(here: Stage) -> None:
    await here.forget()
    await says(here, "李姐", Call(bridge_of(here).wechat.bot, plain=True), "今天谁值班")
    assert "王芳" in (await here.new("3栋群"))[-1].text


async def test_a_picture_stays_with_its_ticket(here: Stage, tmp_path: Path) -> None:
    await says(here, "李姐", LAMP, Picture(photo()))
    await here.forget()
    bridge_of(here).says(None, PEOPLE["王芳"], "工单 1")
    await here.settle()
    (shown,) = bridge_of(here).wechat.friends[PEOPLE["王芳"]].heard[-1].pictures
    assert shown.startswith(b"\xff\xd8")


async def test_a_file_that_is_no_picture_costs_no_ticket(here: Stage) -> None:
    await says(here, "李姐", LAMP, Picture(b"MZ" + bytes(1000), "base64"))
    assert len(await here.tickets()) == 1
    assert any("不是图片" in said.text for said in await here.new("李姐"))


async def test_a_bot_that_is_added_to_a_strange_group_asks_who_binds_it(here: Stage) -> None:
    bridge = bridge_of(here)
    bridge.wechat.group("29999@chatroom")
    bridge.tells(*[bridge.membership("29999@chatroom", bridge.wechat.bot, member=True)] * 2)
    await here.settle()
    (asked,) = bridge.wechat.groups["29999@chatroom"].heard
    assert "绑定" in asked.text


async def test_neighbours_may_come_and_go(here: Stage) -> None:
    bridge = bridge_of(here)
    for member in (True, False):
        bridge.tells(bridge.membership(GROUP, PEOPLE["老夏"], member=member))
    await here.settle()
    assert await here.new("3栋群") == []


async def test_a_group_is_told_at_most_once_what_may_have_been_said(here: Stage) -> None:
    bridge = bridge_of(here)
    for action in ("send_group_msg", "send_message"):
        bridge.fails(action, Obeyed(cut=True))
    bridge.says(GROUP, PEOPLE["李姐"], LAMP)
    await here.platform.settle()
    while await here.sender.round() or here.sender._flying:
        await asyncio.sleep(0)
    await here.platform.reconnects()
    await here.wait(timedelta(minutes=1))
    await here.wait(timedelta(minutes=20))
    async with here.sessions() as session:
        kinds = list(await session.scalars(sa.select(OutboxMessage.status).where(OutboxMessage.is_group)))
    texts = [said.text for said in await here.platform.heard("3栋群")]
    assert len(texts) == len(set(texts))
    assert OutboxStatus.PENDING not in kinds


async def test_strange_text_is_silence_or_an_answer(here: Stage) -> None:
    bot = bridge_of(here).wechat.bot
    strange: list[list[Piece | str]] = [
        ["😀" * 2000],
        ["\u202eأبجد"],
        ["\u200b"],
        [Call(bot)],
        ["灯" * 4096],
        ["[CQ:at,qq=all]"],
        [Thing("new_in_2027", {"deep": {"er": []}})],
        ["\u2005@\u2005@"],
    ]
    for pieces in strange:
        await says(here, "李姐", *pieces)
        bridge_of(here).says(None, PEOPLE["小邓"], *pieces)
        await here.settle()
    assert not [said for said in await here.new("小邓") if "没处理好" in said.text]
    await says(here, "李姐", LAMP)
    assert [ticket.category for ticket in await here.tickets()][-1] == "lighting"


async def test_what_could_not_be_stored_is_stored_later(here: Stage) -> None:
    bridge = bridge_of(here)
    assert isinstance(here.platform, OneBotPlatform)
    here.platform.failures += [RuntimeError("the database is away")] * 3
    bridge.says(GROUP, PEOPLE["李姐"], LAMP)
    bridge.says(GROUP, PEOPLE["冉幺妹"], "我家也是")
    await here.settle()
    assert len(await here.tickets()) == 1


async def test_the_service_as_it_is_started_in_earnest(tmp_path: Path) -> None:
    """The door is on the service's own port, and what is being said when it is stopped is said to its end."""
    section = {"kind": "onebot", "token": TOKEN, "hesitation_seconds": 0}
    config = Config.model_validate({"data_dir": tmp_path / "data", "port": 0, "channels": [section]})
    wechat = WeChat()
    wechat.person("wxid_wang", "王阿姨")
    wechat.group(GROUP)
    async with running(config) as address:
        bridge = Bridge11(wechat, f"{address.replace('http', 'ws')}/onebot/main")
        await bridge.connect()
        await bridge.settled()
        bridge.slow.clear()
        bridge.says(None, "wxid_wang", "帮助")
        await bridge.settled()
        await until(lambda: bridge.times("send_private_msg") == 1)
        asyncio.get_running_loop().call_later(0.05, bridge.slow.set)
    await bridge.leave()
    async with open_database(config.database_url) as sessions, sessions() as session:
        assert list(await session.scalars(sa.select(OutboxMessage.status))) == [OutboxStatus.SENT]
    assert len(wechat.friends["wxid_wang"].heard) == 1


async def test_more_than_can_wait_is_not_even_read(tmp_path: Path) -> None:
    """While nothing can be stored the socket is left alone, and then everything is there, each group in its order."""
    ears = Ears()
    ears.gate.clear()
    wechat = WeChat()
    wechat.person("wxid_wang", "王阿姨")
    groups = [f"{number}@chatroom" for number in range(10)]
    for group in groups:
        wechat.group(group)
    async with connected(ears, tmp_path) as post, Bridge11(wechat, post.address) as bridge:
        await bridge.settled()
        for number in range(MANY):
            bridge.says(groups[number % 10], "wxid_wang", f"{number} {LONG}")
        sending = asyncio.create_task(bridge.sends())
        await ears.listening.wait()
        done, _ = await asyncio.wait([sending], timeout=1)
        assert not done, "the line is full, because nobody reads it"
        ears.gate.set()
        await sending
        await ears.hear(MANY)
    for group in groups:
        numbers = [int(heard.text.split()[0]) for heard in ears.heard if heard.chat == f"group:{group}"]
        assert numbers == sorted(numbers)
        assert len(numbers) == MANY // 10
