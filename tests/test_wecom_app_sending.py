"""Saying things as an app: texts, cards and pictures, and what every refusal means for the message."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Final

import pytest

from bot.channels.base import Groups, SendError
from bot.channels.wecom_app import WecomApp
from handlers.messages import Button, Happening, Mention, Words
from tests.platforms.telegram_side import PATIENT, Ears, stored
from tests.platforms.wecom_api import NOON, Raw, Silence
from tests.platforms.wecom_app import AGENT, WecomAppServer
from tests.platforms.wecom_app_side import connected

SEND: Final = "/cgi-bin/message/send"
CHANGE: Final = "/cgi-bin/message/update_template_card"
UPLOAD: Final = "/cgi-bin/media/upload"
NOWHERE: Final = "http://127.0.0.1:9"  #: where nobody listens
CALL: Final = Words("12 号（3栋2单元水管）\n李姐说：“漏水了”", (Button("接单", "接单 12"), Button("去不了", "转单 12")))


@pytest.fixture
async def server() -> AsyncIterator[WecomAppServer]:
    async with WecomAppServer() as server:
        server.member("wangwei", "王伟")
        server.member("lihua", "李华")
        yield server


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def channel(server: WecomAppServer, ears: Ears, tmp_path: Path) -> AsyncIterator[WecomApp]:
    async with connected(server, ears, tmp_path) as channel:
        yield channel


async def failure(channel: WecomApp, words: Words = CALL, member: str = "wangwei") -> SendError:
    with pytest.raises(SendError) as failed:
        await channel.send(member, words)
    return failed.value


async def test_a_text_goes_to_one_member(server: WecomAppServer, channel: WecomApp) -> None:
    number = (await channel.send("wangwei", Words("12 号办好了。"))).id
    (said,) = server.heard("wangwei")
    assert (said.text, said.id, server.heard("lihua")) == ("12 号办好了。", number, [])
    assert said.sent["agentid"] == AGENT
    assert said.sent["enable_duplicate_check"] == 1
    assert channel.can.groups is Groups.NEVER


@pytest.mark.parametrize("chat", ["", "wangwei|lihua", "@all", "@ALL"])
async def test_nobody_is_written_to_by_way_of_another(server: WecomAppServer, channel: WecomApp, chat: str) -> None:
    error = await failure(channel, Words("漏水"), chat)
    assert (error.permanent, error.gone, server.times(SEND)) == (True, True, 0)


async def test_buttons_are_a_card(server: WecomAppServer, channel: WecomApp) -> None:
    card = (await channel.send("wangwei", CALL)).id
    (said,) = server.heard("wangwei")
    assert (said.id, said.text) == (card, CALL.text)
    assert said.buttons == (("接单", "1|接单 12"), ("去不了", "1|转单 12"))


async def test_the_same_card_may_be_sent_again(server: WecomAppServer, channel: WecomApp) -> None:
    assert await channel.send("wangwei", CALL) != await channel.send("lihua", CALL)
    assert len(server.heard("wangwei")) == len(server.heard("lihua")) == 1


async def test_what_is_too_long_for_a_card_is_said_in_full_before_it(server: WecomAppServer, channel: WecomApp) -> None:
    words = Words("12 号（3栋2单元水管）\n" + "漏水了。" * 300, CALL.buttons)
    await channel.send("wangwei", words)
    *texts, card = server.heard("wangwei")
    assert "".join(said.text for said in texts) == words.text
    assert len(texts) > 1
    assert all(said.text.endswith("。") for said in texts)
    assert (card.text, len(card.buttons)) == ("12 号（3栋2单元水管）", 2)


async def test_more_buttons_than_a_card_has_are_words(server: WecomAppServer, channel: WecomApp) -> None:
    buttons = tuple(Button(f"{number}栋", f"{number}栋") for number in range(1, 9))
    await channel.send("wangwei", Words("哪一栋？", buttons))
    card = server.heard("wangwei")[-1]
    assert len(card.buttons) == 6
    assert "回复“7栋”7栋，回复“8栋”8栋" in "".join(said.text for said in server.heard("wangwei"))


async def test_a_mention_is_a_name(server: WecomAppServer, channel: WecomApp) -> None:
    await channel.send("wangwei", Words("请看一下。", mentions=(Mention("lihua", "李华"),)))
    assert [said.text for said in server.heard("wangwei")] == ["@李华 请看一下。"]


async def test_no_text_is_a_link_in_disguise(server: WecomAppServer, channel: WecomApp) -> None:
    """Residents' words are handed on, and the platform would show such a link by its words alone."""
    await channel.send("wangwei", Words('李姐说：“< A href="https://bad.example">社区公告</a>，1<2，\ud800”'))
    (said,) = server.heard("wangwei")
    assert not re.search(r"<\s*/?\s*a\b", said.text, re.IGNORECASE)
    assert "1<2" in said.text


async def test_pictures_come_behind_their_words(server: WecomAppServer, channel: WecomApp, tmp_path: Path) -> None:
    red, blue = await stored(tmp_path, "red", "blue")
    number = (await channel.send("wangwei", Words("办好了，您看。", pictures=(red, "0" * 64, blue)))).id
    text, *pictures = server.heard("wangwei")
    assert (text.text, text.id, len(pictures)) == ("办好了，您看。", number, 2)
    assert pictures[0].picture == (tmp_path / red[:2] / red).read_bytes()


async def test_a_picture_alone_is_enough(server: WecomAppServer, channel: WecomApp, tmp_path: Path) -> None:
    number = (await channel.send("wangwei", Words("", pictures=await stored(tmp_path, "red")))).id
    assert [said.id for said in server.heard("wangwei")] == [number]


async def test_words_are_not_lost_with_a_picture(server: WecomAppServer, channel: WecomApp, tmp_path: Path) -> None:
    server.fails(UPLOAD, 40004)
    sent = await channel.send("wangwei", Words("办好了。", pictures=await stored(tmp_path, "red")))
    assert ([said.text for said in server.heard("wangwei")], sent.unshown) == (["办好了。"], True)


async def test_nothing_is_not_said(channel: WecomApp) -> None:
    assert (await failure(channel, Words(" \n", pictures=("0" * 64,)))).permanent


# -- what goes wrong -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", [81013, 60111, 40003])
async def test_who_is_unknown_cannot_be_written_to(server: WecomAppServer, channel: WecomApp, code: int) -> None:
    server.fails(SEND, code)
    error = await failure(channel)
    assert (error.permanent, error.gone) == (True, True)


async def test_a_stranger_is_named_by_the_platform(server: WecomAppServer, channel: WecomApp) -> None:
    """All receivers unknown: 81013."""
    assert (await failure(channel, member="nobody")).gone


@pytest.mark.parametrize("field", ["invaliduser", "unlicenseduser"])
async def test_all_is_well_but_for_who_is_named(server: WecomAppServer, channel: WecomApp, field: str) -> None:
    server.methods[SEND] = lambda call: {"msgid": "m", field: call.body["touser"]}
    error = await failure(channel)
    assert (error.permanent, error.gone) == (True, True)
    assert "wangwei" not in str(error)


@pytest.mark.parametrize("code", [40008, 40058, 44004, 45002])
async def test_what_is_malformed_is_dead_and_its_reader_is_not(
    server: WecomAppServer, channel: WecomApp, code: int
) -> None:
    server.fails(SEND, code)
    error = await failure(channel)
    assert (error.permanent, error.gone) == (True, False)


@pytest.mark.parametrize("code", [-1, 12345])
async def test_what_may_pass_is_tried_again(server: WecomAppServer, channel: WecomApp, code: int) -> None:
    server.fails(SEND, code)
    error = await failure(channel)
    assert (error.permanent, error.unsure, error.retry_after) == (False, False, None)


@pytest.mark.parametrize("code", [60020, 40056, 48002, 60011, 301002])
async def test_what_an_administrator_can_mend_waits_for_him(
    server: WecomAppServer, channel: WecomApp, code: int
) -> None:
    server.fails(SEND, code)
    error = await failure(channel)
    assert (error.permanent, error.unsure, error.retry_after) == (False, False, timedelta(minutes=15))


async def test_too_much_is_a_pause_that_grows_until_it_goes_well(server: WecomAppServer, channel: WecomApp) -> None:
    server.fails(SEND, 45009, 45009, 45033)
    waits = [(await failure(channel)).retry_after for _ in range(3)]
    assert waits == [timedelta(minutes=1), timedelta(minutes=2), timedelta(minutes=4)]
    await channel.send("wangwei", CALL)
    server.fails(SEND, 45009)
    assert (await failure(channel)).retry_after == timedelta(minutes=1)


@pytest.mark.parametrize("silence", [Silence(cut=True), Raw(), Raw(status=502)])
async def test_what_may_have_been_said_is_unsure(
    server: WecomAppServer, channel: WecomApp, silence: Silence | Raw
) -> None:
    server.fails(SEND, silence)
    assert (await failure(channel)).unsure


async def test_no_answer_in_time_is_unsure(server: WecomAppServer, ears: Ears, tmp_path: Path) -> None:
    async with connected(server, ears, tmp_path, timeout_seconds=0.2) as channel:
        server.fails(SEND, Silence())
        assert (await failure(channel)).unsure


async def test_what_never_left_is_not_unsure(server: WecomAppServer, ears: Ears, tmp_path: Path) -> None:
    async with connected(server, ears, tmp_path, base_url=NOWHERE) as channel:
        error = await failure(channel)
    assert (error.unsure, error.permanent) == (False, False)


async def test_half_a_message_is_unsure(server: WecomAppServer, channel: WecomApp) -> None:
    server.fails(SEND, None, 45009)
    assert (await failure(channel, Words("漏水了。" * 300))).unsure


async def test_said_again_after_an_unsure_end_it_arrives_once(server: WecomAppServer, channel: WecomApp) -> None:
    """What is repeated because nobody knew is recognised by the platform; a call that is made anew is not."""
    server.fails(SEND, Silence(cut=True))
    assert (await failure(channel, Words("李姐催了。"))).unsure
    await channel.send("wangwei", Words("李姐催了。"))
    assert len(server.heard("wangwei")) == 1
    server.clock = lambda: NOON + timedelta(minutes=1)
    await channel.send("wangwei", Words("李姐催了。"))
    assert len(server.heard("wangwei")) == 2


async def test_a_token_that_is_over_is_renewed_on_the_way(server: WecomAppServer, channel: WecomApp) -> None:
    await channel.send("wangwei", Words("一"))
    server.end_tokens()
    await channel.send("wangwei", Words("二"))
    assert [said.text for said in server.heard("wangwei")] == ["一", "二"]


# -- cards that are pressed ----------------------------------------------------------------------------------------


async def pressed(server: WecomAppServer) -> None:
    """Wait until the bot has asked for the card to be changed."""
    async with asyncio.timeout(PATIENT):
        while not server.times(CHANGE):
            await asyncio.sleep(0)


async def test_a_press_is_heard_and_the_card_says_so(server: WecomAppServer, channel: WecomApp, ears: Ears) -> None:
    card = (await channel.send("wangwei", CALL)).id
    assert await server.presses("wangwei", card, "接单") == [200]
    (press,) = ears.heard
    assert (press.happening, press.text, press.reply_to) == (Happening.PRESSED, "1|接单 12", card)
    await pressed(server)
    body = server.calls[-1].body
    assert (body["userids"], body["agentid"], body["button"]) == (["wangwei"], AGENT, {"replace_name": "已发：接单 12"})


async def test_the_buttons_go_once_the_press_is_on_disk(server: WecomAppServer, channel: WecomApp, ears: Ears) -> None:
    card = (await channel.send("wangwei", CALL)).id
    ears.failures.append(RuntimeError("the database is away"))
    assert await server.presses("wangwei", card, "接单") == [503, 200]
    await pressed(server)
    assert server.times(CHANGE) == 1


@pytest.mark.parametrize("trouble", [40058, 45009, Silence(cut=True)])
async def test_a_card_that_cannot_be_changed_changes_nothing_else(
    server: WecomAppServer, channel: WecomApp, ears: Ears, trouble: Any
) -> None:
    server.fails(CHANGE, trouble)
    card = (await channel.send("wangwei", CALL)).id
    assert await server.presses("wangwei", card, "接单") == [200]
    await pressed(server)
    assert await server.presses("wangwei", card, "去不了") == [200]
    assert [one.text for one in ears.heard] == ["1|接单 12", "1|转单 12"]


async def test_a_card_is_not_waited_for(server: WecomAppServer, channel: WecomApp, ears: Ears) -> None:
    server.fails(CHANGE, Silence())
    card = (await channel.send("wangwei", CALL)).id
    async with asyncio.timeout(1):
        assert await server.presses("wangwei", card, "接单") == [200]
    assert len(ears.heard) == 1
    await server.__aexit__(None, None, None)  # else the end would wait for the answer that never comes


async def test_what_was_pressed_stands_on_the_card(server: WecomAppServer, ears: Ears, tmp_path: Path) -> None:
    async with connected(server, ears, tmp_path) as channel:
        card = (await channel.send("wangwei", CALL)).id
        await server.presses("wangwei", card, "接单")
    assert server.heard("wangwei")[0].pressed == "已发：接单 12"


# -- the server ----------------------------------------------------------------------------------------------------


async def test_beyond_thirty_a_minute_the_platform_drops_in_silence(server: WecomAppServer, channel: WecomApp) -> None:
    """Which is why the sender keeps within `Can.limits`."""
    for number in range(32):
        await channel.send("wangwei", Words(f"{number}"))
    assert len(server.heard("wangwei")) == 30
    kept = {limit.within: limit.most for limit in channel.can.limits}
    assert kept[timedelta(minutes=1)] < 30
    assert kept[timedelta(hours=1)] < 1000
