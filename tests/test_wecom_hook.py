"""The group webhook: what it says, whom it calls, and what the platform's refusals mean."""

import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any, Final

import pytest
from PIL import Image

from bot.channels.wecom_hook import WecomHook, WecomHookConfig
from bot.media import MediaStore
from handlers.messages import Mention, Words
from tests.platforms.telegram_side import stored
from tests.platforms.wecom_bot_rules import BAD_ARGUMENT, EMPTY, SYSTEM_BUSY, TOO_FAST, Obeyed
from tests.platforms.wecom_hook import WecomHookServer
from tests.platforms.wecom_hook_side import KEY, config, connected, failure

NOTICE: Final = "【石龙社区】明天停水，请提前接水。"
WANG: Final = Mention("wangwei", "王伟")


@pytest.fixture
async def server() -> AsyncIterator[WecomHookServer]:
    async with WecomHookServer() as server:
        server.group(KEY)
        yield server


@pytest.fixture
async def channel(server: WecomHookServer, tmp_path: Path) -> AsyncIterator[WecomHook]:
    async with connected(server, tmp_path) as channel:
        yield channel


async def test_a_notice_is_said_and_who_is_called_is_called(server: WecomHookServer, channel: WecomHook) -> None:
    ids = [await channel.send(channel.chat, Words(NOTICE, mentions=(WANG,))) for _ in range(2)]
    (said, _) = server.heard(KEY)
    assert (said.kind, said.text, said.called) == ("text", NOTICE, ("wangwei",))
    assert len(set(ids)) == 2


async def test_who_cannot_be_called_is_named(server: WecomHookServer, channel: WecomHook) -> None:
    await channel.send(channel.chat, Words(NOTICE, mentions=(Mention("x>@all", "老夏"), WANG)))
    (said,) = server.heard(KEY)
    assert (said.called, "@老夏" in said.text) == (("wangwei",), True)


async def test_nobody_is_called_by_what_residents_write(server: WecomHookServer, channel: WecomHook) -> None:
    for text in ("<@all> 快来", "<@all>" + "灯坏了。" * 300):
        await channel.send(channel.chat, Words(text))
    assert [said.called for said in server.heard(KEY)] == [(), ()]


async def test_long_texts_are_markdown_and_very_long_ones_several(server: WecomHookServer, channel: WecomHook) -> None:
    long, very_long = "停水通知。" * 200, "停水通知。" * 600
    await channel.send(channel.chat, Words(long, mentions=(WANG,)))
    await channel.send(channel.chat, Words(very_long, mentions=(WANG,)))
    first, *rest = server.heard(KEY)
    assert (first.kind, first.called) == ("markdown", ("wangwei",))
    assert [said.kind for said in rest] == ["markdown"] * len(rest)
    assert "".join(said.text for said in rest).replace("<@wangwei>\n", "") == very_long
    assert [said.called for said in rest] == [("wangwei",), *[()] * (len(rest) - 1)]


async def test_a_message_that_asks_for_an_answer_says_that_none_is_heard(
    server: WecomHookServer, channel: WecomHook
) -> None:
    for text in ("12 号还没人接，能去请回“接单 12”。", "有同样情况的邻居说声“我家也是”就行。"):
        await channel.send(channel.chat, Words(text))
    await channel.send(channel.chat, Words(NOTICE))
    assert ["听不到" in said.text for said in server.heard(KEY)] == [True, True, False]


async def test_pictures_follow_the_words(server: WecomHookServer, channel: WecomHook, tmp_path: Path) -> None:
    pictures = await stored(tmp_path, "red", "blue")
    await channel.send(channel.chat, Words(NOTICE, pictures=(*pictures, "0" * 64)))
    assert [said.kind for said in server.heard(KEY)] == ["text", "image", "image"]
    assert all((said.picture or b"").startswith(b"\xff\xd8") for said in server.heard(KEY)[1:])


async def test_a_picture_that_is_too_large_is_made_smaller(
    server: WecomHookServer, channel: WecomHook, tmp_path: Path
) -> None:
    noise = BytesIO()
    Image.effect_noise((2500, 2500), 200).convert("RGB").save(noise, "JPEG", quality=95)

    async def once() -> AsyncIterator[bytes]:
        yield noise.getvalue()

    kept = await MediaStore(tmp_path, 30_000_000).keep(once(), "image")
    assert kept.size > 2 * 2**20
    await channel.send(channel.chat, Words(NOTICE, pictures=(kept.digest or "",)))
    assert [said.kind for said in server.heard(KEY)] == ["text", "image"]


async def test_a_picture_that_is_refused_behind_its_words_is_left_out(
    server: WecomHookServer, channel: WecomHook, tmp_path: Path
) -> None:
    server.fails(None, BAD_ARGUMENT)
    sent = await channel.send(channel.chat, Words(NOTICE, pictures=await stored(tmp_path, "red")))
    assert ([said.text for said in server.heard(KEY)], sent.unshown) == ([NOTICE], True)


@pytest.mark.parametrize(
    ("trouble", "fate"),
    [
        (SYSTEM_BUSY, {"permanent": False, "unsure": False}),
        (EMPTY, {"permanent": True, "gone": False}),
        (TOO_FAST, {"permanent": False, "retry_after": timedelta(minutes=1)}),
        (130101, {"permanent": False, "retry_after": timedelta(minutes=1)}),
        (Obeyed(cut=True), {"permanent": False, "unsure": True}),
    ],
)
async def test_a_failure_says_what_became_of_the_message(
    server: WecomHookServer, channel: WecomHook, trouble: int | Obeyed, fate: dict[str, Any]
) -> None:
    server.fails(trouble)
    error = await failure(channel, Words(NOTICE))
    assert {name: getattr(error, name) for name in fate} == fate


async def test_a_group_that_removed_the_robot_is_gone(server: WecomHookServer, channel: WecomHook) -> None:
    server.removes(KEY)
    error = await failure(channel, Words(NOTICE))
    assert (error.permanent, error.gone, channel.link.up) == (True, True, False)


async def test_what_was_meant_for_a_former_key_is_not_said_elsewhere(
    server: WecomHookServer, channel: WecomHook
) -> None:
    error = await failure(channel, Words(NOTICE), config(server, key="former-key").chat)
    assert (error.permanent, error.gone, server.calls) == (True, True, 0)


async def test_an_answer_that_does_not_come_leaves_it_unsure(server: WecomHookServer, tmp_path: Path) -> None:
    async with connected(server, tmp_path, timeout_seconds=0.5) as channel:
        server.fails(Obeyed())
        assert (await failure(channel, Words(NOTICE))).unsure
        assert not channel.link.up
        await channel.send(channel.chat, Words(NOTICE))
        assert channel.link.up


async def test_a_platform_out_of_reach_has_certainly_not_heard(server: WecomHookServer, tmp_path: Path) -> None:
    async with connected(server, tmp_path, base_url="http://127.0.0.1:9") as channel:
        error = await failure(channel, Words(NOTICE))
        assert (error.unsure, error.permanent) == (False, False)


async def test_the_platform_counts_twenty_a_minute(server: WecomHookServer, channel: WecomHook) -> None:
    for number in range(20):
        await channel.send(channel.chat, Words(f"第 {number} 条"))
    rests = [(await failure(channel, Words("第 21 条"))).retry_after for _ in range(2)]
    assert rests == [timedelta(minutes=1), timedelta(minutes=2)]
    server.now += 60
    await channel.send(channel.chat, Words("第 21 条"))


@pytest.mark.parametrize(
    ("change", "ready", "said"),
    [("nothing", True, "key 有效"), ("removed", False, "key="), ("away", False, "443")],
)
async def test_a_check_asks_without_saying_anything(
    server: WecomHookServer, change: str, ready: bool, said: str
) -> None:
    if change == "removed":
        server.removes(KEY)
    asked = config(server, **({"base_url": "http://127.0.0.1:9"} if change == "away" else {}))
    finding = await asked.examine()
    assert (finding.ready, said in finding.sentence) == (ready, True), finding.sentence
    assert server.heard(KEY) == []


def test_the_whole_address_is_as_good_as_the_key() -> None:
    given = {"kind": "wecom_hook", "place": "3栋"}
    address = f"https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key={KEY}&debug=1"
    found = {WecomHookConfig.model_validate({**given, "key": key}).chat for key in (KEY, address, f" {KEY} ")}
    assert len(found) == 1
    assert KEY not in found.pop()


async def test_the_key_stays_out_of_the_log(
    server: WecomHookServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with connected(server, tmp_path, timeout_seconds=0.5) as channel:
        server.fails(Obeyed(), Obeyed(cut=True), SYSTEM_BUSY)
        errors = [str(await failure(channel, Words("电话 13800001111"))) for _ in range(3)]
    told = caplog.text + "".join(errors) + repr(config(server))
    assert KEY not in told
    assert "13800001111" not in told
