"""Who may come in as a bridge, and how it is noticed that one is gone."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import aiohttp
import pytest

from handlers.messages import Words
from tests.platforms.onebot import PATIENT, TOKEN, Bridge
from tests.platforms.onebot_side import Ears, Post, config, connected, failure, until
from tests.platforms.onebot_town import WeChat
from tests.platforms.onebot_v11 import Bridge11
from tests.platforms.onebot_v12 import Bridge12

GROUP: Final = "20011@chatroom"
CHAT: Final = f"group:{GROUP}"
WANG: Final = "wxid_wang"


def town() -> WeChat:
    wechat = WeChat()
    wechat.person(WANG, "王阿姨")
    wechat.group(GROUP, (WANG, "3-302 王"))
    return wechat


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def post(ears: Ears, tmp_path: Path) -> AsyncIterator[Post]:
    async with connected(ears, tmp_path) as post:
        yield post


@pytest.mark.parametrize(
    ("token", "in_query", "status"),
    [
        (None, False, 401),
        ("guessed", False, 403),
        ("guessed", True, 403),
        ("x" * 5000, False, 403),
        ("口令", True, 403),
    ],
)
@pytest.mark.parametrize("make", [Bridge11, Bridge12])
async def test_who_does_not_know_the_token_stays_outside(
    post: Post, make: type[Bridge], token: str | None, in_query: bool, status: int
) -> None:
    bridge = make(town(), post.address, token, in_query=in_query)
    with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
        await bridge.connect()
    await bridge.leave()
    assert (refused.value.status, post.channel.link.up) == (status, False)


@pytest.mark.parametrize("make", [Bridge11, Bridge12])
async def test_the_token_may_stand_in_the_address(post: Post, ears: Ears, make: type[Bridge]) -> None:
    async with make(town(), post.address, in_query=True) as bridge:
        bridge.says(GROUP, WANG, "没水了")
        await bridge.settled()
    assert ears.texts == ["没水了"]


async def test_only_our_own_bots_may_come_where_they_are_named(ears: Ears, tmp_path: Path) -> None:
    async with connected(ears, tmp_path, bots=["wxid_other"]) as post:
        stranger = Bridge11(town(), post.address)
        with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
            await stranger.connect()
        await stranger.leave()
        async with Bridge12(town(), post.address) as bridge:
            bridge.says(GROUP, WANG, "没水了")
            await bridge.settled()
        assert (ears.heard, post.channel.link.up) == ([], False)


async def test_a_socket_for_requests_must_say_whose_it_is(post: Post) -> None:
    bridge = Bridge11(town(), post.address)
    bridge.id_in_header = None
    with pytest.raises(aiohttp.WSServerHandshakeError, match="400"):
        await bridge.connect("API")
    await bridge.leave()


async def test_a_bridge_without_a_header_is_known_by_its_first_event(post: Post, ears: Ears) -> None:
    bridge = Bridge11(town(), post.address)
    bridge.id_in_header = None
    async with bridge:
        bridge.says(GROUP, WANG, "没水了")
        await bridge.settled()
        await post.channel.send(CHAT, Words("1 号"))
    assert (ears.texts, [said.text for said in bridge.wechat.groups[GROUP].heard]) == (["没水了"], ["1 号"])


async def test_v12_is_agreed_on_in_the_handshake(post: Post) -> None:
    async with Bridge12(town(), post.address) as bridge:
        assert bridge.sockets["Universal"].protocol == "12.localbridge"


async def test_a_page_is_no_bridge(post: Post) -> None:
    url, headers = post.address.replace("ws://", "http://"), {"Authorization": f"Bearer {TOKEN}"}
    async with aiohttp.ClientSession() as http, http.get(url, headers=headers) as answer:
        assert answer.status == 400


async def test_the_channel_is_up_while_a_bridge_is_there(post: Post) -> None:
    assert (post.channel.link.up, post.channel.link.mute, post.channel.link.since) == (False, True, None)
    async with Bridge11(town(), post.address) as bridge:
        await bridge.settled()
        assert post.channel.link.up
        assert not post.channel.link.mute
    await until(lambda: not post.channel.link.up)
    assert post.channel.link.mute
    assert (post.channel.link.reason, post.channel.link.gaps) == ("no_bridge", [])
    async with Bridge11(town(), post.address) as bridge:
        await bridge.settled()
        assert len(post.channel.link.gaps) == 1


async def test_a_bridge_that_comes_again_takes_the_place_of_its_old_line(post: Post, ears: Ears) -> None:
    async with Bridge11(town(), post.address) as old, Bridge11(old.wechat, post.address) as new:
        await until(lambda: old.sockets["Universal"].closed)
        new.says(GROUP, WANG, "没水了")
        await new.settled()
        await post.channel.send(CHAT, Words("1 号"))
        assert (ears.texts, old.times("send_group_msg"), new.times("send_group_msg")) == (["没水了"], 0, 1)
        assert post.channel.link.up


@pytest.mark.parametrize("make", [Bridge11, Bridge12])
async def test_a_bridge_without_a_heartbeat_is_hung_up_on(post: Post, make: type[Bridge]) -> None:
    async with make(town(), post.address) as bridge:
        bridge.tells(bridge.heartbeat(interval=0.03))
        await bridge.settled()
        await until(lambda: bridge.sockets["Universal"].closed)
        await until(lambda: not post.channel.link.up)


async def test_a_bridge_that_keeps_beating_is_left_alone(post: Post) -> None:
    async with Bridge11(town(), post.address) as bridge:
        for _ in range(20):
            bridge.tells(bridge.heartbeat(interval=0.1))
            await bridge.settled()
            await asyncio.sleep(0.02)
        assert not bridge.sockets["Universal"].closed


@pytest.mark.parametrize("make", [Bridge11, Bridge12])
async def test_an_account_that_was_logged_out_is_not_there(post: Post, make: type[Bridge]) -> None:
    async with make(town(), post.address) as bridge:
        for online in (False, True):
            bridge.tells(bridge.status_event(online=online))
            await bridge.settled()
            assert post.channel.link.up is online
            if not online:
                assert post.channel.link.reason == "logged_out"
                error = await failure(post.channel, Words("1 号"), CHAT)
                assert (error.permanent, error.unsure) == (False, False)


async def test_stopping_hangs_up_and_loses_nothing(ears: Ears, tmp_path: Path) -> None:
    ears.gate.clear()
    bridge = Bridge11(town(), "")

    async def serve() -> None:
        async with connected(ears, tmp_path) as post:
            bridge.address = post.address
            await bridge.connect()
            for number in range(5):
                bridge.says(GROUP, WANG, f"第 {number} 句")
            await bridge.sends()
            await ears.listening.wait()

    serving = asyncio.create_task(serve())
    await ears.listening.wait()
    await until(lambda: bridge.sockets["Universal"].closed)
    assert not serving.done()
    ears.gate.set()
    async with asyncio.timeout(PATIENT):
        await serving
    await bridge.leave()
    assert ears.texts == [f"第 {number} 句" for number in range(5)]


async def test_nothing_that_was_refused_tells_the_token(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    bridge = Bridge11(town(), post.address, "a-token-that-is-wrong", in_query=True)
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await bridge.connect()
    await bridge.leave()
    refused = [record for record in caplog.records if record.message == "onebot_refused"]
    assert [vars(record)["reason"] for record in refused] == ["wrong_token"]
    assert "a-token-that-is-wrong" not in caplog.text
    assert TOKEN not in caplog.text


async def test_looking_says_where_the_bridge_has_to_connect() -> None:
    found = await config(account="north").examine()
    assert found.ready
    assert "/onebot/north" in found.sentence
    assert TOKEN not in found.sentence


async def test_looking_finds_a_folder_that_is_none(tmp_path: Path) -> None:
    found = await config(picture_folder=tmp_path / "nowhere").examine()
    assert not found.ready
    assert "picture_folder" in found.sentence


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"token": "short"}, "token"),
        ({"picture_way": "url"}, "picture_url"),
        ({"picture_way": "pigeon"}, "picture_way"),
        ({"timeout_seconds": 60}, "timeout_seconds"),
        ({"account": "北"}, "account"),
    ],
)
def test_what_cannot_work_is_not_started(wrong: dict[str, object], told: str) -> None:
    with pytest.raises(ValueError, match=told):
        config(**wrong)
