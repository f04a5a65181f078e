"""Who is called what: nicknames in the group, which are the only place where residents write their room number."""

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from tests.platforms.onebot import Bridge
from tests.platforms.onebot_side import Ears, connected
from tests.platforms.onebot_town import Call, WeChat
from tests.platforms.onebot_v11 import Bridge11
from tests.platforms.onebot_v12 import Bridge12
from tests.platforms.telegram_side import NOON

GROUP: Final = "20011@chatroom"
WANG: Final = "wxid_wang"
LI: Final = "wxid_li"
LISTS: Final = {"get_group_member_list", "get_group_member_info", "get_user_info", "get_stranger_info"}

Make = Callable[..., Bridge]
BOTH: Final = pytest.mark.parametrize("make", [Bridge11, Bridge12], ids=["v11", "v12"])


@pytest.fixture
def wechat() -> WeChat:
    wechat = WeChat()
    wechat.person(WANG, "王阿姨")
    wechat.person(LI, "李强")
    wechat.group(GROUP, (WANG, "3-302 王"), (wechat.bot, "3栋小助手"))
    return wechat


@pytest.fixture
def ears() -> Ears:
    return Ears()


class Time:
    """What time it is."""

    now = NOON


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
async def address(ears: Ears, tmp_path: Path, time: Time) -> AsyncIterator[str]:
    async with connected(ears, tmp_path, clock=lambda: time.now, names=["红管家"]) as post:
        yield post.address


async def test_v12_is_asked_for_names_once_a_group(wechat: WeChat, ears: Ears, address: str) -> None:
    async with Bridge12(wechat, address) as bridge:
        for who in (WANG, LI, WANG):
            bridge.says(GROUP, who, "没水了")
        await bridge.settled()
        assert [heard.sender_name for heard in ears.heard] == ["3-302 王", "李强", "3-302 王"]
        assert (bridge.times("get_group_member_list"), bridge.times("get_group_member_info")) == (1, 0)


async def test_who_has_come_since_is_asked_for_alone(wechat: WeChat, ears: Ears, address: str) -> None:
    async with Bridge12(wechat, address) as bridge:
        bridge.says(GROUP, WANG, "没水了")
        await bridge.settled()
        wechat.person("wxid_new", "新来的")
        wechat.groups[GROUP].cards["wxid_new"] = "3-101 新"
        bridge.says(GROUP, "wxid_new", "大家好")
        await bridge.settled()
        assert ears.heard[-1].sender_name == "3-101 新"
        assert bridge.times("get_group_member_info") == 1


@BOTH
async def test_a_new_nickname_counts_after_an_hour_at_the_latest(
    wechat: WeChat, ears: Ears, address: str, time: Time, make: Make
) -> None:
    async with make(wechat, address) as bridge:
        bridge.says(GROUP, LI, Call(WANG, plain=True), "好")
        await bridge.settled()
        wechat.groups[GROUP].cards[WANG] = "3-303 王"
        time.now += timedelta(hours=1, seconds=1)
        bridge.says(GROUP, LI, Call(WANG, plain=True), "好")
        await bridge.settled()
        assert [heard.mentions for heard in ears.heard] == [(WANG,), (WANG,)]
        assert ears.texts == ["@3-302 王 好", "@3-303 王 好"]
        assert bridge.times("get_group_member_list") == 2


async def test_a_bridge_that_tells_of_a_new_nickname_is_believed_at_once(
    wechat: WeChat, ears: Ears, address: str
) -> None:
    async with Bridge11(wechat, address) as bridge:
        bridge.says(GROUP, LI, Call(WANG), " 好")
        await bridge.settled()
        wechat.groups[GROUP].cards[WANG] = "3-303 王"
        bridge.tells(bridge.renamed(GROUP, WANG))
        bridge.says(GROUP, LI, Call(WANG), " 好")
        await bridge.settled()
        assert ears.texts == ["@3-302 王 好", "@3-303 王 好"]


async def test_who_has_left_is_called_nothing_any_more(wechat: WeChat, ears: Ears, address: str) -> None:
    async with Bridge11(wechat, address) as bridge:
        bridge.says(GROUP, WANG, "再见")
        bridge.says(GROUP, LI, Call(WANG), " 好")
        bridge.tells(bridge.membership(GROUP, WANG, member=False))
        bridge.says(GROUP, LI, "@3-302 王\u2005还在吗")
        await bridge.settled()
        assert [heard.mentions for heard in ears.heard] == [(), (WANG,), ("3-302 王",)]


@BOTH
async def test_a_bridge_without_lists_costs_no_words(
    wechat: WeChat, ears: Ears, address: str, time: Time, make: Make
) -> None:
    bridge = make(wechat, address)
    bridge.without = LISTS
    async with bridge:
        for _ in range(3):
            bridge.says(GROUP, LI, Call(WANG), " 没水了")
        await bridge.settled()
        assert [heard.mentions for heard in ears.heard] == [(WANG,)] * 3
        assert sum(bridge.times(action) for action in LISTS) <= 2
        bridge.without = set()
        time.now += timedelta(hours=1, seconds=1)
        bridge.says(GROUP, LI, Call(WANG), " 没水了")
        await bridge.settled()
        assert (ears.heard[-1].sender_name, ears.texts[-1]) == ("李强", "@3-302 王 没水了")


@BOTH
@pytest.mark.parametrize("name", ["楼栋小助手", "3栋小助手", "红管家"])
async def test_the_bot_goes_by_its_own_name_its_nickname_there_and_what_it_was_named(
    wechat: WeChat, ears: Ears, address: str, make: Make, name: str
) -> None:
    async with make(wechat, address) as bridge:
        bridge.says(GROUP, WANG, f"@{name}\u2005帮助")
        bridge.says(GROUP, WANG, f"@{name} 帮助")
        await bridge.settled()
    assert [(heard.text, heard.to_bot) for heard in ears.heard] == [("帮助", True)] * 2


@pytest.mark.parametrize("number", ["0", 0, -1, "", None, "9" * 500])
async def test_a_bridge_that_numbers_no_messages_is_heard_all_the_same(
    wechat: WeChat, ears: Ears, address: str, number: str | int | None
) -> None:
    async with Bridge11(wechat, address) as bridge:
        for text in ("没水了", "没水了", "来水了"):
            event = bridge.message(wechat.message(WANG, []), GROUP) | {"message_id": number, "message": text}
            bridge.tells(event, event)
        timeless = {key: value for key, value in event.items() if key != "time"}
        bridge.tells(timeless, timeless)
        await bridge.settled()
    ids = [heard.message_id for heard in ears.heard]
    assert [ids.count(id) for id in ids] == [2] * 6 + [1] * 2
