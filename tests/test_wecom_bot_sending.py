"""What the AI bot says: answers by the callback, pushes, cards that change under the finger, and what goes wrong."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from bot.channels.wecom_bot import WecomBot
from handlers.messages import Button, Happening, Inbound, Words
from tests.platforms.telegram_side import stored
from tests.platforms.wecom_bot import WecomBotServer
from tests.platforms.wecom_bot_rules import (
    BAD_ARGUMENT,
    EMPTY,
    NO_SUCH_CHAT,
    NO_SUCH_REQUEST,
    STREAM_OVER,
    SYSTEM_BUSY,
    TOO_FAST,
    Obeyed,
)
from tests.platforms.wecom_bot_side import Ears, Hour, connected, failure

GROUP: Final = "wrDUTYGROUP1"
WANG: Final = "wangwei"
CALL: Final = "【加急】12 号（3栋2单元水管）\n王阿姨说：“漏水了”\n9月21日 20:00报的，请尽快接单。"
TAKE: Final = (Button("接单", "接单 12"), Button("去不了", "转单 12"))
DONE: Final = (Button("办结", "办结 12"),)


@pytest.fixture
async def server() -> AsyncIterator[WecomBotServer]:
    async with WecomBotServer() as server:
        yield server


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
def hour() -> Hour:
    return Hour()


@pytest.fixture
async def channel(server: WecomBotServer, ears: Ears, hour: Hour, tmp_path: Path) -> AsyncIterator[WecomBot]:
    async with connected(server, ears, tmp_path, clock=hour) as channel:
        yield channel


async def asked(server: WecomBotServer, ears: Ears) -> Inbound:
    """Somebody asks in the group."""
    await server.says(GROUP, "lihua", "@楼栋助手 今天谁值班")
    return (await ears.hear(len(ears.heard) + 1))[-1]


async def carded(server: WecomBotServer, ears: Ears, channel: WecomBot) -> str:
    """Wang has a card; its id."""
    await server.writes(WANG, "在")
    await ears.hear(1)
    return (await channel.send(f"single:{WANG}", Words(CALL, TAKE))).id


async def pressed(server: WecomBotServer, ears: Ears, label: str) -> Inbound:
    await server.presses(WANG, WANG, label)
    return (await ears.hear(len(ears.heard) + 1))[-1]


async def test_an_answer_goes_by_the_question_as_a_finished_stream(
    server: WecomBotServer, ears: Ears, channel: WecomBot
) -> None:
    heard = await asked(server, ears)
    await channel.send(heard.chat, Words("今天王伟值班。", answers=heard.message_id))
    (said,) = server.heard(GROUP)
    assert (said.kind, said.text, said.answers) == ("stream", "今天王伟值班。", heard.message_id)
    assert server.sent("aibot_respond_msg")[0]["body"]["stream"]["finish"] is True


async def test_a_second_answer_and_what_answers_nothing_are_pushed(
    server: WecomBotServer, ears: Ears, channel: WecomBot
) -> None:
    heard = await asked(server, ears)
    for text in ("一", "二"):
        await channel.send(heard.chat, Words(text, answers=heard.message_id))
    await channel.send(heard.chat, Words("三"))
    assert [said.kind for said in server.heard(GROUP)] == ["stream", "markdown", "markdown"]


@pytest.mark.parametrize("code", [NO_SUCH_REQUEST, STREAM_OVER])
async def test_what_can_no_longer_be_answered_is_pushed(
    server: WecomBotServer, ears: Ears, channel: WecomBot, code: int
) -> None:
    heard = await asked(server, ears)
    server.fails("aibot_respond_msg", code)
    await channel.send(heard.chat, Words("今天王伟值班。", answers=heard.message_id))
    assert [said.kind for said in server.heard(GROUP)] == ["markdown"]


async def test_an_answer_after_a_day_is_pushed(server: WecomBotServer, ears: Ears, channel: WecomBot) -> None:
    heard = await asked(server, ears)
    server.passes(24 * 3600 + 1)
    await channel.send(heard.chat, Words("今天王伟值班。", answers=heard.message_id))
    assert [said.kind for said in server.heard(GROUP)] == ["markdown"]


async def test_words_with_buttons_are_a_card_whose_click_is_heard(
    server: WecomBotServer, ears: Ears, channel: WecomBot
) -> None:
    card = await carded(server, ears, channel)
    (said,) = server.heard(WANG)
    assert said.text == CALL
    assert said.buttons == (("接单", "1|接单 12"), ("去不了", "1|转单 12"))
    press = await pressed(server, ears, "接单")
    assert (press.happening, press.text, press.reply_to) == (Happening.PRESSED, "1|接单 12", card)
    assert (press.sender, press.chat, press.to_bot) == (WANG, f"single:{WANG}", True)


async def test_a_pressed_card_shows_the_answer_and_what_can_be_pressed_next(
    server: WecomBotServer, ears: Ears, channel: WecomBot
) -> None:
    card = await carded(server, ears, channel)
    press = await pressed(server, ears, "接单")
    said = (await channel.send(press.chat, Words("12 号归您了。", DONE, answers=press.message_id))).id
    (shown,) = server.heard(WANG)
    assert (said, shown.task_id, shown.changes) == (card, card, 1)
    assert (shown.text, shown.buttons) == ("12 号归您了。", (("办结", "1|办结 12"),))
    assert shown.card["quote_area"]["quote_text"] == CALL, "what the card said before is still there"
    press = await pressed(server, ears, "办结")
    await channel.send(press.chat, Words("12 号办结了，辛苦！", answers=press.message_id))
    assert (shown.text, shown.buttons, shown.changes) == ("12 号办结了，辛苦！", (), 2)
    assert shown.card["card_type"] == "text_notice"


async def test_a_stale_click_shows_the_present_state(server: WecomBotServer, ears: Ears, channel: WecomBot) -> None:
    await carded(server, ears, channel)
    press = await pressed(server, ears, "接单")
    await channel.send(press.chat, Words("12 号赵强已经接了，这次不用您跑。", answers=press.message_id))
    (shown,) = server.heard(WANG)
    assert (shown.text, shown.buttons) == ("12 号赵强已经接了，这次不用您跑。", ())


async def test_an_answer_that_a_card_cannot_hold_is_said_in_full_below_it(
    server: WecomBotServer, ears: Ears, channel: WecomBot
) -> None:
    await carded(server, ears, channel)
    press = await pressed(server, ears, "接单")
    long = "12 号归您了。\n" + "请先关总阀。" * 30
    await channel.send(press.chat, Words(long, DONE, answers=press.message_id))
    card, below = server.heard(WANG)
    assert (card.text, card.changes) == ("12 号归您了。", 1)
    assert (below.text, below.buttons) == (long, ())


@pytest.mark.parametrize("late_by", ["our clock", "theirs"])
async def test_after_five_seconds_the_answer_to_a_click_is_a_message(
    server: WecomBotServer, ears: Ears, channel: WecomBot, hour: Hour, late_by: str
) -> None:
    await carded(server, ears, channel)
    press = await pressed(server, ears, "接单")
    if late_by == "theirs":
        server.passes(6)
    else:
        hour.now += timedelta(seconds=6)
    await channel.send(press.chat, Words("12 号归您了。", answers=press.message_id))
    card, message = server.heard(WANG)
    assert (card.changes, message.text) == (0, "12 号归您了。")
    assert len(server.sent("aibot_respond_update_msg")) == (late_by == "theirs")


async def test_a_card_that_is_remembered_by_nobody_still_changes(
    server: WecomBotServer, ears: Ears, hour: Hour, tmp_path: Path
) -> None:
    async with connected(server, ears, tmp_path, clock=hour) as before:
        await carded(server, ears, before)
    async with connected(server, ears, tmp_path, clock=hour) as after:
        press = await pressed(server, ears, "接单")
        await after.send(press.chat, Words("12 号归您了。", answers=press.message_id))
    assert [said.text for said in server.heard(WANG)] == ["12 号归您了。"]


async def test_who_looks_in_is_welcomed_within_five_seconds_or_not_at_all(
    server: WecomBotServer, ears: Ears, channel: WecomBot
) -> None:
    await server.enters(WANG)
    (heard,) = await ears.hear(1)
    await channel.send(heard.chat, Words("您好，我是红管家。", answers=heard.message_id))
    assert [(said.kind, said.text) for said in server.heard(WANG)] == [("text", "您好，我是红管家。")]
    await server.enters(WANG)
    heard = (await ears.hear(2))[1]
    server.passes(6)
    error = await failure(channel, Words("您好，我是红管家。", answers=heard.message_id), heard.chat)
    assert error.gone, "he has never written, so nothing can be pushed to him"


async def test_where_no_card_is_taken_the_words_say_what_to_type(
    server: WecomBotServer, ears: Ears, channel: WecomBot
) -> None:
    heard = await asked(server, ears)
    server.fails("aibot_send_msg", BAD_ARGUMENT)
    await channel.send(heard.chat, Words("12 号\ud83d还没人接", TAKE))
    (said,) = server.heard(GROUP)
    assert (said.kind, "回复“接单 12”接单" in said.text) == ("markdown", True)


async def test_seven_buttons_are_six_and_a_line(server: WecomBotServer, ears: Ears, channel: WecomBot) -> None:
    await server.writes(WANG, "在")
    many = tuple(Button(f"{number}号房", f"走访 {number}") for number in range(1, 8))
    await channel.send(f"single:{WANG}", Words("走访谁？", many))
    (said,) = server.heard(WANG)
    assert len(said.buttons) == 6
    assert "回复“走访 7”" in said.text


async def test_what_people_write_marks_nothing(server: WecomBotServer, ears: Ears, channel: WecomBot) -> None:
    await server.writes(WANG, "在")
    await channel.send(f"single:{WANG}", Words("# 大标题\n[点我](http://x)<@all> **粗** `码`\n1. 一\n- 二\ud83d"))
    (said,) = server.heard(WANG)
    assert not set("<[*`") & set(said.text)
    assert not [line for line in said.text.splitlines() if line.startswith(("# ", "1. ", "- "))]


async def test_a_very_long_text_is_several_messages(server: WecomBotServer, ears: Ears, channel: WecomBot) -> None:
    heard = await asked(server, ears)
    text = "这是一句话。" * 2000
    await channel.send(heard.chat, Words(text, answers=heard.message_id))
    assert [said.kind for said in server.heard(GROUP)] == ["stream", "markdown"]
    assert "".join(said.text for said in server.heard(GROUP)) == text


async def test_pictures_are_uploaded_once_and_follow_the_words(
    server: WecomBotServer, ears: Ears, channel: WecomBot, tmp_path: Path
) -> None:
    await asked(server, ears)
    await server.writes(WANG, "在")
    pictures = await stored(tmp_path, "red", "blue")
    for chat in (f"group:{GROUP}", f"single:{WANG}"):
        await channel.send(chat, Words("停水通知", pictures=(*pictures, "0" * 64)))
    said = server.heard(GROUP)
    assert [one.kind for one in said] == ["markdown", "image", "image"]
    assert all(server.media.uploaded[one.media_id or ""].startswith(b"\xff\xd8") for one in said[1:])
    assert len(server.sent("aibot_upload_media_init")) == 2


async def test_a_picture_that_is_refused_costs_no_words(
    server: WecomBotServer, ears: Ears, channel: WecomBot, tmp_path: Path
) -> None:
    heard = await asked(server, ears)
    server.fails("aibot_upload_media_init", BAD_ARGUMENT)
    sent = await channel.send(heard.chat, Words("停水通知", pictures=await stored(tmp_path, "red")))
    assert ([said.text for said in server.heard(GROUP)], sent.unshown) == (["停水通知"], True)


async def test_a_picture_that_is_refused_behind_its_words_is_left_out(
    server: WecomBotServer, ears: Ears, channel: WecomBot, tmp_path: Path
) -> None:
    heard = await asked(server, ears)
    server.fails("aibot_send_msg", None, BAD_ARGUMENT)
    sent = await channel.send(heard.chat, Words("停水通知", pictures=await stored(tmp_path, "red")))
    assert ([said.text for said in server.heard(GROUP)], sent.unshown) == (["停水通知"], True)


@pytest.mark.parametrize(
    ("trouble", "fate"),
    [
        (SYSTEM_BUSY, {"permanent": False, "unsure": False}),
        (EMPTY, {"permanent": True, "gone": False}),
        (NO_SUCH_CHAT, {"permanent": True, "gone": True}),
        (TOO_FAST, {"permanent": False, "retry_after": timedelta(seconds=60)}),
        (Obeyed(cut=True), {"permanent": False, "unsure": True}),
    ],
)
async def test_a_failure_says_what_became_of_the_message(
    server: WecomBotServer, ears: Ears, channel: WecomBot, trouble: int | Obeyed, fate: dict[str, Any]
) -> None:
    heard = await asked(server, ears)
    server.fails("aibot_send_msg", trouble)
    error = await failure(channel, Words("停水"), heard.chat)
    assert {name: getattr(error, name) for name in fate} == fate


async def test_an_acknowledgement_that_does_not_come_leaves_it_unsure(
    server: WecomBotServer, ears: Ears, tmp_path: Path
) -> None:
    async with connected(server, ears, tmp_path, timeout_seconds=0.3) as channel:
        heard = await asked(server, ears)
        server.fails("aibot_send_msg", Obeyed())
        assert (await failure(channel, Words("停水"), heard.chat)).unsure


async def test_who_is_told_off_again_rests_longer_and_a_success_forgives(
    server: WecomBotServer, ears: Ears, channel: WecomBot
) -> None:
    heard = await asked(server, ears)
    server.fails("aibot_send_msg", TOO_FAST, TOO_FAST, None, TOO_FAST)
    rests = [(await failure(channel, Words("停水"), heard.chat)).retry_after for _ in range(2)]
    await channel.send(heard.chat, Words("停水"))
    rests.append((await failure(channel, Words("停水"), heard.chat)).retry_after)
    assert rests == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=1)]


async def test_a_message_of_which_a_part_is_out_is_unsure(
    server: WecomBotServer, ears: Ears, channel: WecomBot, tmp_path: Path
) -> None:
    heard = await asked(server, ears)
    server.fails("aibot_send_msg", None, NO_SUCH_CHAT)
    error = await failure(channel, Words("停水", pictures=await stored(tmp_path, "red")), heard.chat)
    assert (error.unsure, error.gone) == (True, False)


async def test_the_platform_counts_thirty_a_minute(server: WecomBotServer, ears: Ears, channel: WecomBot) -> None:
    heard = await asked(server, ears)
    for number in range(30):
        await channel.send(heard.chat, Words(f"第 {number} 条"))
    assert (await failure(channel, Words("第 31 条"), heard.chat)).retry_after == timedelta(minutes=1)
    server.passes(60)
    await channel.send(heard.chat, Words("第 31 条"))


@pytest.mark.parametrize("chat", ["", "wrDUTYGROUP1", "group:", "other:x", "single:nobody"])
async def test_a_chat_that_is_none_or_where_nobody_ever_wrote_is_gone(channel: WecomBot, chat: str) -> None:
    error = await failure(channel, Words("在吗"), chat)
    assert (error.permanent, error.gone) == (True, True)
