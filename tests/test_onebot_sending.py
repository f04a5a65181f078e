"""What becomes of a message that goes out through a bridge: its limits, its refusals, and silence."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import aiohttp
import pytest

from bot.channels.wording import pieces
from handlers.messages import Mention, Words
from tests.platforms.onebot import ActionError, Bridge, Obeyed
from tests.platforms.onebot_side import Ears, Post, connected, failure, until
from tests.platforms.onebot_town import Said, WeChat
from tests.platforms.onebot_v11 import Bridge11
from tests.platforms.onebot_v12 import Bridge12
from tests.platforms.telegram_side import stored

GROUP: Final = "20011@chatroom"
CHAT: Final = f"group:{GROUP}"
WANG: Final = "wxid_wang"
SENDS: Final = ("send_group_msg", "send_message", "send_private_msg")
HOSTILE: Final = "[CQ:at,qq=all] &#91; &amp; <b>*_`[x](y) \u202eأبجد\u202c 👨‍👩‍👧 \u200b@所有人\u2005 {0} %s \\n"

Make = Callable[..., Bridge]
BOTH: Final = pytest.mark.parametrize("make", [Bridge11, Bridge12], ids=["v11", "v12"])


def town() -> WeChat:
    wechat = WeChat()
    wechat.person(WANG, "王阿姨")
    wechat.group(GROUP, (WANG, "3-302 王"))
    wechat.group("20012@chatroom")
    return wechat


def fails(bridge: Bridge, *failures: ActionError | Obeyed | None) -> None:
    """The next messages fail, by whatever action they are said."""
    for action in SENDS:
        bridge.fails(action, *failures)


def read(bridge: Bridge) -> list[Said]:
    return bridge.wechat.groups[GROUP].heard


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with connected(Ears(), tmp_path, timeout_seconds=0.2) as post:
        yield post


# What is said


@BOTH
async def test_what_is_said_is_read_word_for_word(post: Post, make: Make) -> None:
    async with make(town(), post.address) as bridge:
        await bridge.settled()
        said = (await post.channel.send(CHAT, Words(HOSTILE))).id
        assert [(one.id, one.text, one.called) for one in read(bridge)] == [(said, HOSTILE, ())]


@BOTH
async def test_a_long_text_comes_in_order_with_its_quote_in_front(post: Post, make: Make) -> None:
    text = "明天上午九点停水，请提前储水。💧\n" * 300
    async with make(town(), post.address) as bridge:
        asked = bridge.says(GROUP, WANG, "通知")
        await bridge.settled()
        said = (await post.channel.send(CHAT, Words(text, quote=asked))).id
        texts = pieces(text, post.channel.can.longest, post.channel.can.counts)
        assert [one.text for one in read(bridge)] == texts
        assert len(texts) == 3
        assert [bool(one.quote) for one in read(bridge)] == [True, False, False]
        assert said == read(bridge)[-1].id


@pytest.mark.parametrize("quote", ["group:20012@chatroom:1", "user:x:1", "", "press:1", f"{CHAT}:"])
async def test_what_cannot_be_quoted_is_answered_without(post: Post, quote: str) -> None:
    async with Bridge11(town(), post.address) as bridge:
        await bridge.settled()
        await post.channel.send(CHAT, Words("李强", quote=quote))
        assert [(one.text, one.quote) for one in read(bridge)] == [("李强", None)]


@BOTH
async def test_a_quote_that_the_bridge_has_forgotten_costs_no_words(post: Post, make: Make) -> None:
    async with make(town(), post.address) as bridge:
        await bridge.settled()
        words = Words("请接单", mentions=(Mention(WANG, "王阿姨"),), quote=f"{CHAT}:4711")
        await post.channel.send(CHAT, words)
        assert [(one.text, one.quote) for one in read(bridge)] == [("@王阿姨 请接单", None)]


@BOTH
async def test_alone_nobody_is_called(post: Post, make: Make) -> None:
    async with make(town(), post.address) as bridge:
        await bridge.settled()
        await post.channel.send(f"user:{WANG}", Words("请接单", mentions=(Mention(WANG, "王阿姨"),)))
        assert [(one.text, one.called) for one in bridge.wechat.friends[WANG].heard] == [("@王阿姨 请接单", ())]


async def test_who_is_anonymous_is_named(post: Post) -> None:
    async with Bridge11(town(), post.address) as bridge:
        await bridge.settled()
        words = Words("请接单", mentions=(Mention("anonymous:7", "大力水手"), Mention(WANG, "王阿姨")))
        await post.channel.send(CHAT, words)
        assert [(one.text, one.called) for one in read(bridge)] == [("@3-302 王\u2005 @大力水手 请接单", (WANG,))]


@pytest.mark.parametrize("text", ["\ud800漏水", "\u0000\u0007漏水", "😀" * 4097, "停" * 10_000])
async def test_strange_text_is_said_somehow(post: Post, text: str) -> None:
    async with Bridge11(town(), post.address) as bridge:
        await bridge.settled()
        await post.channel.send(CHAT, Words(text))
        assert read(bridge)


@pytest.mark.parametrize("text", ["", " \n ", "\u3000"])
async def test_nothing_cannot_be_said(post: Post, text: str) -> None:
    async with Bridge11(town(), post.address) as bridge:
        await bridge.settled()
        assert (await failure(post.channel, Words(text), CHAT)).permanent
        assert not read(bridge)


# Pictures


@BOTH
@pytest.mark.parametrize("way", ["base64", "path"])
async def test_pictures_come_with_their_words(tmp_path: Path, make: Make, way: str) -> None:
    async with connected(Ears(), tmp_path, picture_way=way) as post, make(town(), post.address) as bridge:
        await bridge.settled()
        digests = await stored(tmp_path, "red", "blue")
        said = (await post.channel.send(CHAT, Words("修好了", pictures=digests))).id
        kept = tuple((tmp_path / digest[:2] / digest).read_bytes() for digest in digests)
        assert [(one.id, one.text, one.pictures) for one in read(bridge)] == [(said, "修好了", kept)]


@BOTH
async def test_a_picture_by_address_is_fetched_by_who_was_given_it(tmp_path: Path, make: Make) -> None:
    settings: dict[str, Any] = {"picture_way": "url", "picture_url": "http://localhost:1"}
    async with connected(Ears(), tmp_path, **settings) as post, make(town(), post.address) as bridge:
        await bridge.settled()
        (digest,) = await stored(tmp_path, "red")
        await post.channel.send(CHAT, Words("修好了", pictures=(digest,)))
        (named,) = read(bridge)[0].pictures
        here = post.address.replace("ws://", "http://").removesuffix("/onebot/main")
        url = named.decode().replace("http://localhost:1", here)
        async with aiohttp.ClientSession() as http:
            async with http.get(url) as answer:
                assert await answer.read() == (tmp_path / digest[:2] / digest).read_bytes()
            sign = url.split("/")[-2]
            for forged in (url.replace(sign, "0" * 32), url.replace(digest, "f" * 64), url.replace(digest, "..")):
                async with http.get(forged) as answer:
                    assert answer.status in (401, 404)


@BOTH
async def test_a_picture_that_is_refused_or_lost_costs_no_words(post: Post, tmp_path: Path, make: Make) -> None:
    async with make(town(), post.address) as bridge:
        await bridge.settled()
        bridge.fails("upload_file", ActionError(10003))
        bridge.fails("send_group_msg", ActionError(1400, "bad picture"))
        refused = await post.channel.send(CHAT, Words("修好了", pictures=await stored(tmp_path, "red")))
        lost = await post.channel.send(CHAT, Words("没照片了", pictures=("0" * 64,)))
        shown = await post.channel.send(CHAT, Words("换好了", pictures=await stored(tmp_path, "red")))
        assert (refused.unshown, lost.unshown, shown.unshown) == (True, True, False)
        assert [(one.text, one.pictures) for one in read(bridge)][:2] == [("修好了", ()), ("没照片了", ())]


@BOTH
async def test_a_picture_may_come_without_words(post: Post, tmp_path: Path, make: Make) -> None:
    async with make(town(), post.address) as bridge:
        await bridge.settled()
        await post.channel.send(CHAT, Words("", pictures=await stored(tmp_path, "red")))
        assert [(one.text, len(one.pictures)) for one in read(bridge)] == [("", 1)]


# What goes wrong

#: (permanent, gone, unsure, told to wait)
REFUSED: Final = (True, False, False, False)
LOST: Final = (True, True, False, False)
UNSURE: Final = (False, False, True, False)
LATER: Final = (False, False, False, False)
SLOW: Final = (False, False, False, True)


@pytest.mark.parametrize(
    ("make", "code", "told", "outcome"),
    [
        (Bridge11, 1400, "", REFUSED),
        (Bridge11, 100, "", REFUSED),
        (Bridge11, 1404, "", REFUSED),
        (Bridge11, 1401, "", LATER),
        (Bridge11, 1403, "", LATER),
        (Bridge11, 1200, "", LATER),
        (Bridge11, -1, "", LATER),
        (Bridge11, 0, "", LATER),
        (Bridge11, 1200, "Timeout: NTEvent sendMsg", UNSURE),
        (Bridge11, 1200, "发送超时", UNSURE),
        (Bridge11, 1200, "发送过于频繁", SLOW),
        (Bridge11, 1200, "群不存在", LOST),
        (Bridge11, 120, "You are not in this group", LOST),
        (Bridge12, 10001, "", REFUSED),
        (Bridge12, 10002, "", REFUSED),
        (Bridge12, 10003, "", REFUSED),
        (Bridge12, 10007, "", REFUSED),
        (Bridge12, 35001, "", REFUSED),
        (Bridge12, 10101, "", LATER),
        (Bridge12, 10102, "", LATER),
        (Bridge12, 20002, "", UNSURE),
        (Bridge12, 31001, "", LATER),
        (Bridge12, 33001, "request timeout", UNSURE),
        (Bridge12, 34001, "", LATER),
        (Bridge12, 34001, "已被移出群", LOST),
        (Bridge12, 36000, "I Am Tired", SLOW),
    ],
)
async def test_a_refusal_means_what_the_reference_says(
    post: Post, make: Make, code: int, told: str, outcome: tuple[bool, ...]
) -> None:
    async with make(town(), post.address) as bridge:
        await bridge.settled()
        bridge.without.add("get_group_list")
        fails(bridge, ActionError(code, told))
        error = await failure(post.channel, Words("你好"), CHAT)
        assert (error.permanent, error.gone, error.unsure, error.retry_after is not None) == outcome


@BOTH
async def test_a_group_that_is_on_the_list_is_not_lost_whatever_is_said(post: Post, make: Make) -> None:
    async with make(town(), post.address) as bridge:
        await bridge.settled()
        fails(bridge, ActionError(34001, "群不存在"))
        error = await failure(post.channel, Words("你好"), CHAT)
        assert (error.permanent, error.gone, error.unsure) == (False, False, False)


@BOTH
async def test_who_is_no_friend_any_more_is_out_of_reach(post: Post, make: Make) -> None:
    async with make(town(), post.address) as bridge:
        await bridge.settled()
        fails(bridge, ActionError(34001, "不是对方好友"))
        error = await failure(post.channel, Words("你好"), f"user:{WANG}")
        assert (error.permanent, error.gone) == (True, True)


async def test_slowing_down_is_a_minute(post: Post) -> None:
    async with Bridge12(town(), post.address) as bridge:
        await bridge.settled()
        fails(bridge, ActionError(36000))
        assert (await failure(post.channel, Words("你好"), CHAT)).retry_after == timedelta(minutes=1)


@BOTH
async def test_a_group_that_is_on_no_list_any_more_is_lost(post: Post, make: Make) -> None:
    async with make(town(), post.address) as bridge:
        await bridge.settled()
        bridge.wechat.groups[GROUP].bot_is_in = False  # and the bridge has told nothing
        error = await failure(post.channel, Words("你好"), CHAT)
        assert (error.permanent, error.gone) == (True, True)


@pytest.mark.parametrize("chat", ["20011@chatroom", "", "webchat-3", "group:", "grp:1", "9" * 5000])
async def test_an_address_that_is_none_is_lost(post: Post, chat: str) -> None:
    async with Bridge11(town(), post.address) as bridge:
        await bridge.settled()
        error = await failure(post.channel, Words("你好"), chat)
        assert (error.permanent, error.gone) == (True, True)


@BOTH
@pytest.mark.parametrize("trouble", [Obeyed(), Obeyed(cut=True)])
async def test_no_answer_after_the_request_has_left_is_unsure(post: Post, make: Make, trouble: Obeyed) -> None:
    async with make(town(), post.address) as bridge:
        await bridge.settled()
        fails(bridge, trouble)
        error = await failure(post.channel, Words("你好"), CHAT)
        assert (error.unsure, error.permanent, error.retry_after) == (True, False, None)
        assert len(read(bridge)) == 1


async def test_an_answer_that_comes_too_late_is_no_trouble(post: Post) -> None:
    async with Bridge11(town(), post.address) as bridge:
        await until(lambda: bridge.times("get_group_list") == 1)
        await bridge.settled()
        bridge.slow.clear()
        assert (await failure(post.channel, Words("一"), CHAT)).unsure
        bridge.slow.set()
        assert (await post.channel.send(CHAT, Words("二"))).id == read(bridge)[-1].id


@BOTH
async def test_what_never_left_is_simply_tried_again(post: Post, make: Make) -> None:
    async with make(town(), post.address) as bridge:
        await bridge.settled()
    await until(lambda: not post.channel.link.up)
    error = await failure(post.channel, Words("你好"), CHAT)
    assert (error.untried, error.unsure, error.permanent, error.gone) == (True, False, False, False)


async def test_half_a_message_is_not_said_twice(post: Post) -> None:
    async with Bridge11(town(), post.address) as bridge:
        await bridge.settled()
        for trouble in (ActionError(1400), ActionError(1200, "群不存在"), ActionError(1200, "频繁"), Obeyed(cut=True)):
            if not post.channel.link.up:
                await bridge.open("Universal")
                await until(lambda: post.channel.link.up)
            fails(bridge, None, trouble)
            error = await failure(post.channel, Words("停" * 3000), CHAT)
            for action in SENDS:
                bridge.forgive(action)
            assert (error.unsure, error.permanent, error.retry_after) == (True, False, None)


async def test_a_bridge_that_only_takes_it_on_has_said_it(post: Post) -> None:
    async with Bridge11(town(), post.address) as bridge:
        await bridge.settled()
        bridge.promises = True
        said = [(await post.channel.send(CHAT, Words(text))).id for text in ("一", "二")]
        assert len(set(said)) == 2
        assert [one.text for one in read(bridge)] == ["一", "二"]


async def test_a_failure_tells_neither_the_token_nor_the_words(post: Post) -> None:
    async with Bridge11(town(), post.address) as bridge:
        await bridge.settled()
        fails(bridge, ActionError(1200, "13800001111 not allowed"))
        error = await failure(post.channel, Words("你的电话 13800001111"), CHAT)
        assert "13800001111" not in "".join(traceback.format_exception_only(error))


async def test_many_at_once_get_each_its_own_answer(post: Post) -> None:
    async with Bridge11(town(), post.address) as bridge:
        await bridge.settled()
        chats = [CHAT, "group:20012@chatroom", f"user:{WANG}"] * 20
        said = await asyncio.gather(*(post.channel.send(chat, Words(f"第 {n}")) for n, chat in enumerate(chats)))
        places = {CHAT: bridge.wechat.groups[GROUP], f"user:{WANG}": bridge.wechat.friends[WANG]}
        for number, chat in enumerate(chats):
            if chat in places:
                assert (said[number].id, f"第 {number}") in [(one.id, one.text) for one in places[chat].heard]
