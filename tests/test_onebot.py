"""OneBot: what people say in WeChat is heard, and what the bot says is read there, through bridges of both versions."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

import pytest

from handlers.messages import Mention, Words
from tests.platforms.onebot import Bridge
from tests.platforms.onebot_side import Ears, Post, connected
from tests.platforms.onebot_town import BOT, NICKNAME, Call, Quote, WeChat
from tests.platforms.onebot_v11 import Bridge11
from tests.platforms.onebot_v12 import Bridge12

GROUP: Final = "20011@chatroom"
CHAT: Final = f"group:{GROUP}"
WANG: Final = "wxid_wang"
LI: Final = "wxid_li"


@pytest.fixture
def wechat() -> WeChat:
    wechat = WeChat()
    wechat.person(WANG, "王阿姨")
    wechat.person(LI, "李强")
    wechat.group(GROUP, (WANG, "3-302 王"))
    return wechat


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def post(ears: Ears, tmp_path: Path) -> AsyncIterator[Post]:
    async with connected(ears, tmp_path) as post:
        yield post


@pytest.fixture(params=[Bridge11, Bridge12], ids=["v11", "v12"])
async def bridge(request: pytest.FixtureRequest, wechat: WeChat, post: Post) -> AsyncIterator[Bridge]:
    make: Callable[[WeChat, str], Bridge] = request.param
    async with make(wechat, post.address) as bridge:
        await bridge.settled()
        yield bridge


async def test_a_neighbours_words_are_heard(bridge: Bridge, ears: Ears) -> None:
    said = bridge.says(GROUP, WANG, "3栋2单元没水了")
    await bridge.settled()
    (heard,) = ears.heard
    assert (heard.channel, heard.account, heard.chat, heard.message_id) == ("onebot", "main", CHAT, said)
    assert (heard.sender, heard.sender_name, heard.text) == (WANG, "3-302 王", "3栋2单元没水了")
    assert (heard.is_group, heard.to_bot, heard.one_to_one) == (True, False, None)


async def test_who_has_no_nickname_in_the_group_goes_by_his_own(bridge: Bridge, ears: Ears) -> None:
    bridge.says(GROUP, LI, "没水了")
    await bridge.settled()
    assert ears.heard[0].sender_name == "李强"


async def test_alone_everything_is_for_the_bot(bridge: Bridge, ears: Ears) -> None:
    bridge.says(None, LI, "帮助")
    await bridge.settled()
    (heard,) = ears.heard
    assert (heard.chat, heard.one_to_one, heard.is_group, heard.to_bot) == (f"user:{LI}", f"user:{LI}", False, True)
    assert heard.sender_name == "李强"


@pytest.mark.parametrize("plain", [False, True])
async def test_a_call_to_the_bot_is_heard_and_taken_off(bridge: Bridge, ears: Ears, plain: bool) -> None:
    bridge.says(GROUP, WANG, Call(BOT, plain=plain), " 3单元电梯坏了")
    await bridge.settled()
    assert [(heard.text, heard.to_bot, heard.mentions) for heard in ears.heard] == [("3单元电梯坏了", True, ())]


@pytest.mark.parametrize("plain", [False, True])
async def test_a_call_to_a_neighbour_is_heard_by_name(bridge: Bridge, ears: Ears, plain: bool) -> None:
    bridge.says(GROUP, LI, Call(WANG, plain=plain), " 你家也停了吗")
    await bridge.settled()
    (heard,) = ears.heard
    assert heard.text == "@3-302 王 你家也停了吗"
    assert (heard.to_bot, heard.mentions) == (False, (WANG,))


async def test_what_the_bot_says_is_read(bridge: Bridge, wechat: WeChat, post: Post) -> None:
    said = (await post.channel.send(CHAT, Words("明天停水"))).id
    alone = (await post.channel.send(f"user:{LI}", Words("请接单"))).id
    assert [(one.id, one.text) for one in wechat.groups[GROUP].heard] == [(said, "明天停水")]
    assert [(one.id, one.text) for one in wechat.friends[LI].heard] == [(alone, "请接单")]


async def test_an_answer_hangs_under_the_question_and_rings_at_its_author(
    bridge: Bridge, wechat: WeChat, ears: Ears, post: Post
) -> None:
    asked = bridge.says(GROUP, WANG, "今天谁值班")
    await bridge.settled()
    await post.channel.send(CHAT, Words("李强", mentions=(Mention(WANG, "王阿姨"),), quote=asked))
    (heard,) = wechat.groups[GROUP].heard
    assert (heard.called, f"{CHAT}:{heard.quote}") == ((WANG,), asked)
    assert heard.text == "@3-302 王\u2005 李强"


async def test_a_quote_of_the_bot_is_a_word_to_it(bridge: Bridge, wechat: WeChat, ears: Ears, post: Post) -> None:
    said = (await post.channel.send(CHAT, Words("12 号办好了"))).id
    bridge.says(GROUP, WANG, Quote(said.removeprefix(f"{CHAT}:")), "没好")
    await bridge.settled()
    assert [(heard.to_bot, heard.reply_to, heard.text) for heard in ears.heard] == [(True, said, "没好")]


async def test_the_bot_does_not_hear_itself(bridge: Bridge, ears: Ears) -> None:
    bridge.says(GROUP, BOT, "我在")
    bridge.says(GROUP, WANG, "在吗")
    await bridge.settled()
    assert ears.texts == ["在吗"]


async def test_the_name_of_the_bot_in_the_middle_stays(bridge: Bridge, ears: Ears) -> None:
    bridge.says(GROUP, WANG, "问一下 ", Call(BOT), " 今天谁值班")
    await bridge.settled()
    assert (ears.heard[0].text, ears.heard[0].to_bot) == (f"问一下 @{NICKNAME} 今天谁值班", True)
