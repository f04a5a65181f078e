"""The AI bot's connection: subscribing, hearing in order, staying alive, and never two at once."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Final

import pytest

from bot.section import Misconfigured
from handlers.messages import Happening, Words
from tests.platforms.wecom_bot import WecomBotServer
from tests.platforms.wecom_bot_rules import TOO_FAST, Obeyed
from tests.platforms.wecom_bot_side import NOON, Ears, connected, failure
from tests.platforms.wecom_bot_wire import PATIENT, SECRET

GROUP: Final = "wrDUTYGROUP1"
GONE: Final = RuntimeError("the database is away")


@pytest.fixture
async def server() -> AsyncIterator[WecomBotServer]:
    async with WecomBotServer() as server:
        yield server


async def test_a_colleague_who_mentions_the_bot_is_heard_and_others_are_not(
    server: WecomBotServer, tmp_path: Path
) -> None:
    ears = Ears()
    async with connected(server, ears, tmp_path):
        assert await server.says(GROUP, "lihua", "今天真热") is None
        frame = await server.says(GROUP, "lihua", "@楼栋助手 今天谁值班")
        (heard,) = await ears.hear(1)
    assert frame is not None
    assert (heard.message_id, heard.chat, heard.sender) == (frame["body"]["msgid"], f"group:{GROUP}", "lihua")
    assert (heard.text, heard.to_bot, heard.is_group, heard.one_to_one) == ("今天谁值班", True, True, None)
    assert heard.at == NOON


async def test_alone_everything_is_heard_and_the_way_back_is_known(server: WecomBotServer, tmp_path: Path) -> None:
    ears = Ears()
    async with connected(server, ears, tmp_path):
        await server.writes("wangwei", "待办")
        (heard,) = await ears.hear(1)
    assert (heard.text, heard.is_group, heard.one_to_one) == ("待办", False, "single:wangwei")


async def test_a_wrong_secret_stops_the_start_with_the_remedy(server: WecomBotServer, tmp_path: Path) -> None:
    wrongs: list[dict[str, Any]] = [{"secret": "guessed"}, {"bot_id": "aibOTHER"}]
    for wrong in wrongs:
        with pytest.raises(Misconfigured, match="bot_id 和 secret"):
            async with connected(server, Ears(), tmp_path, **wrong):
                pass
    assert not server.live


async def test_a_platform_out_of_reach_at_the_start_is_waited_for(server: WecomBotServer, tmp_path: Path) -> None:
    server.shut = True
    ears = Ears()
    async with connected(server, ears, tmp_path) as channel:
        assert not channel.link.up
        error = await failure(channel, Words("在吗"), f"group:{GROUP}")
        assert (error.unsure, error.permanent) == (False, False)
        server.shut = False
        await server.until(lambda: server.live)
        await server.writes("wangwei", "待办")
        await ears.hear(1)
        assert channel.link.up


async def test_who_subscribes_too_often_tries_again_later(server: WecomBotServer, tmp_path: Path) -> None:
    server.fails("aibot_subscribe", TOO_FAST, TOO_FAST)
    async with connected(server, Ears(), tmp_path) as channel:
        await server.until(lambda: server.live)
        assert len(server.sent("aibot_subscribe")) == 3
        async with asyncio.timeout(PATIENT):
            while not channel.link.up:
                await asyncio.sleep(0)


async def test_a_line_that_is_cut_is_taken_up_again(server: WecomBotServer, tmp_path: Path) -> None:
    ears = Ears()
    async with connected(server, ears, tmp_path) as channel:
        server.drop()
        await server.until(lambda: server.connections >= 2 and server.live)
        await server.writes("wangwei", "还在吗")
        await ears.hear(1)
        assert len(channel.link.gaps) == 1


async def test_a_line_on_which_two_pings_stay_unanswered_is_dead(server: WecomBotServer, tmp_path: Path) -> None:
    ears = Ears()
    async with connected(server, ears, tmp_path, ping_seconds=0.02, timeout_seconds=0.3):
        await server.until(lambda: bool(server.sent("ping")))
        server.deaf = True
        await server.until(lambda: server.connections >= 2)
        server.deaf = False
        await server.until(lambda: server.live)
        await server.writes("wangwei", "还在吗")
        await ears.hear(1)


async def test_who_is_put_out_by_a_stranger_does_not_come_back(
    server: WecomBotServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with connected(server, Ears(), tmp_path / "a") as old, connected(server, Ears(), tmp_path / "b") as new:
        await server.until(lambda: server.displaced == 1)
        async with asyncio.timeout(PATIENT):
            while old.link.up:
                await asyncio.sleep(0)
        assert new.link.up
        assert old.link.reason == "displaced"
    assert server.connections == 2
    assert "wecom_bot_given_up" in caplog.text


async def test_what_could_not_be_stored_is_handed_over_again(server: WecomBotServer, tmp_path: Path) -> None:
    ears = Ears(failures=[GONE, GONE])
    async with connected(server, ears, tmp_path):
        await server.says(GROUP, "lihua", "@楼栋助手 没水了")
        await server.says(GROUP, "wangwei", "@楼栋助手 我家也是")
        await ears.hear(2)
    assert (ears.texts, ears.tried) == (["没水了", "我家也是"], 4)


async def test_chats_do_not_wait_for_each_other(server: WecomBotServer, tmp_path: Path) -> None:
    ears = Ears()
    ears.gate.clear()
    async with connected(server, ears, tmp_path):
        for number in range(8):
            await server.writes(f"person{number}", "第一句")
            await server.writes(f"person{number}", "第二句")
        await ears.try_to_hear(8)
        ears.gate.set()
        await ears.hear(16)
    for number in range(8):
        assert [one.text for one in ears.heard if one.sender == f"person{number}"] == ["第一句", "第二句"]


async def test_stopping_finishes_what_is_being_stored(server: WecomBotServer, tmp_path: Path) -> None:
    ears = Ears()
    ears.gate.clear()

    async def serve() -> None:
        async with connected(server, ears, tmp_path):
            await server.writes("wangwei", "没水了")
            await ears.listening.wait()

    serving = asyncio.create_task(serve())
    await ears.listening.wait()
    done, _ = await asyncio.wait([serving], timeout=0.05)
    assert not done
    ears.gate.set()
    await serving
    assert ears.texts == ["没水了"]


@pytest.mark.parametrize(
    "rubbish",
    [
        "",
        "[" * 100_000,
        '{"cmd": "aibot_msg_callback"}',
        '{"cmd": "aibot_msg_callback", "headers": {"req_id": "x"}}',
        '{"cmd": "aibot_msg_callback", "headers": {"req_id": "x"}, "body": {"msgid": "M", "from": {"userid": 7}}}',
        '{"cmd": "aibot_event_callback", "headers": {"req_id": "x"}, "body": {"event": {"eventtype": "enter_chat"}}}',
        '{"cmd": "aibot_event_callback", "headers": {"req_id": "x"}, "body": {"event": {"eventtype": "unheard_of"}}}',
        '{"headers": {"req_id": "nobody_asked"}, "errcode": 0}',
        '{"headers": {"req_id": "nobody_asked"}, "errcode": "zero"}',
    ],
)
async def test_rubbish_is_let_pass(server: WecomBotServer, tmp_path: Path, rubbish: str) -> None:
    ears = Ears()
    async with connected(server, ears, tmp_path):
        await server.tell(rubbish)
        await server.writes("wangwei", "待办")
        await ears.hear(1)
    assert server.connections == 1


async def test_a_frame_that_is_far_too_large_costs_the_connection_and_no_more(
    server: WecomBotServer, tmp_path: Path
) -> None:
    ears = Ears()
    async with connected(server, ears, tmp_path):
        await server.tell("x" * 2_000_000)
        await server.until(lambda: server.connections >= 2 and server.live)
        await server.writes("wangwei", "待办")
        await ears.hear(1)


async def test_raw_control_characters_do_not_hide_a_message(server: WecomBotServer, tmp_path: Path) -> None:
    ears = Ears()
    body = '{"msgid":"M1","chattype":"single","from":{"userid":"lihua"},"msgtype":"text","text":{"content":"灯\x01坏\x0b了"}}'
    async with connected(server, ears, tmp_path):
        await server.tell('{"cmd":"aibot_msg_callback","headers":{"req_id":"r"},"body":' + body + "}")
        (heard,) = await ears.hear(1)
    assert heard.text == "灯 坏 了"


async def test_the_secret_and_the_words_stay_out_of_the_log(
    server: WecomBotServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ears = Ears(failures=[GONE])
    async with connected(server, ears, tmp_path, timeout_seconds=0.3) as channel:
        await server.writes("wangwei", "我的电话 13800001111")
        await ears.hear(1)
        server.fails("aibot_send_msg", Obeyed())
        await failure(channel, Words("你的电话 13800001111"), "single:wangwei")
        server.drop()
        await server.until(lambda: server.connections >= 2)
    assert "wecom_bot_message_not_taken" in caplog.text
    assert SECRET not in caplog.text
    assert "13800001111" not in caplog.text


async def test_looking_in_is_heard_and_is_no_way_to_write_to_anybody(server: WecomBotServer, tmp_path: Path) -> None:
    ears = Ears()
    async with connected(server, ears, tmp_path):
        await server.enters("wangwei")
        (heard,) = await ears.hear(1)
    assert (heard.happening, heard.is_group, heard.one_to_one) == (Happening.ENTERED, False, None)


async def test_the_first_word_in_a_group_tells_that_the_bot_is_there(server: WecomBotServer, tmp_path: Path) -> None:
    ears = Ears()
    async with connected(server, ears, tmp_path):
        for text in ("绑定 7F3K", "今天谁值班"):
            await server.says(GROUP, "lihua", f"@楼栋助手 {text}")
        await ears.hear(2)
        async with asyncio.timeout(PATIENT):
            while not ears.met:
                await asyncio.sleep(0)
    assert [(met.chat, met.happening) for met in ears.met] == [(f"group:{GROUP}", Happening.JOINED)]
