"""Telegram's limits, met by what the bot says."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from bot.channels.base import SendError
from bot.channels.telegram import Telegram
from handlers.messages import Button, Mention, Words
from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram_methods import refused
from tests.platforms.telegram_side import Ears, connected, failure, stored

GROUP: Final = "-1001987654321"
WANG: Final = "500100211"
HOSTILE: Final = "<b>*_`[x](tg://user?id=1)&amp; \u202eأبجد\u202c 👨‍👩‍👧 \u200b@everyone {0} %s \\n /start"


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        server.group(GROUP)
        server.person(WANG, "王阿姨")
        yield server


@pytest.fixture
async def channel(server: TelegramServer, tmp_path: Path) -> AsyncIterator[Telegram]:
    async with connected(server, Ears(), tmp_path, timeout_seconds=1) as channel:
        yield channel


async def test_what_is_said_is_heard_word_for_word(server: TelegramServer, channel: Telegram) -> None:
    said = (await channel.send(GROUP, Words(HOSTILE))).id
    (heard,) = server.heard(GROUP)
    assert (heard.id, heard.text, heard.called) == (said, HOSTILE, ())


async def test_a_quote_hangs_under_what_it_answers(server: TelegramServer, channel: Telegram) -> None:
    asked = server.says(GROUP, WANG, "今天谁值班")
    await channel.send(GROUP, Words("李强", quote=asked))
    assert server.heard(GROUP)[0].quote == asked


@pytest.mark.parametrize("quote", [f"{GROUP}:4711", "-1002:1", "press:17", "", f"{GROUP}:{'9' * 5000}"])
async def test_what_cannot_be_quoted_is_answered_without(server: TelegramServer, channel: Telegram, quote: str) -> None:
    await channel.send(GROUP, Words("李强", quote=quote))
    assert server.heard(GROUP)[0].quote is None


async def test_people_are_called_by_name_whatever_their_name_is(server: TelegramServer, channel: Telegram) -> None:
    await channel.send(GROUP, Words("请接单", mentions=(Mention(WANG, "王👵阿姨"), Mention("17", "<b>李&强"))))
    (heard,) = server.heard(GROUP)
    assert (heard.text, heard.called) == ("@王👵阿姨 @<b>李&强 请接单", (int(WANG), 17))


async def test_somebody_without_a_user_id_is_named(server: TelegramServer, channel: Telegram) -> None:
    await channel.send(GROUP, Words("请接单", mentions=(Mention(GROUP, "匿名管理员"), Mention(WANG, "王阿姨"))))
    (heard,) = server.heard(GROUP)
    assert (heard.text, heard.called) == ("@王阿姨 @匿名管理员 请接单", (int(WANG),))


async def test_buttons_carry_their_payload_up_to_64_bytes(server: TelegramServer, channel: Telegram) -> None:
    fits, too_long = Button("接单", f"接单 {'1' * 55}"), Button("转单", f"转单 {'1' * 56}")
    assert (len(fits.payload.encode()), len(too_long.payload.encode())) == (64, 65)
    await channel.send(GROUP, Words("12 号工单", buttons=(fits, too_long)))
    (heard,) = server.heard(GROUP)
    assert heard.buttons == (("接单", fits.payload),)
    assert heard.text == f"12 号工单\n回复“{too_long.words}”转单"


async def test_a_long_text_comes_in_order_with_its_buttons_below(server: TelegramServer, channel: Telegram) -> None:
    text = "明天上午九点停水，请提前储水。💧\n" * 600
    asked = server.says(GROUP, WANG, "通知")
    said = (await channel.send(GROUP, Words(text, buttons=(Button("收到", "收到"),), quote=asked))).id
    heard = server.heard(GROUP)
    assert "\n".join(one.text for one in heard) == text.strip()
    assert len(heard) == 3
    assert [bool(one.buttons) for one in heard] == [False] * (len(heard) - 1) + [True]
    assert [one.quote for one in heard] == [asked] + [None] * (len(heard) - 1)
    assert said == heard[-1].id


@pytest.mark.parametrize("text", ["\ud800漏水", "\u0000\u0007漏水", "😀" * 4097, "停" * 10_000])
async def test_strange_text_is_said_somehow(server: TelegramServer, channel: Telegram, text: str) -> None:
    await channel.send(GROUP, Words(text))
    assert server.heard(GROUP)


@pytest.mark.parametrize("text", ["", " \n ", "\u3000"])
async def test_nothing_cannot_be_said(channel: Telegram, text: str) -> None:
    assert (await failure(channel, Words(text), GROUP)).permanent


# Pictures


async def test_a_picture_comes_with_its_words_and_buttons(
    server: TelegramServer, channel: Telegram, tmp_path: Path
) -> None:
    pictures = await stored(tmp_path, "red")
    said = (await channel.send(GROUP, Words("修好了", buttons=(Button("满意", "评价 12 满意"),), pictures=pictures))).id
    (heard,) = server.heard(GROUP)
    assert (heard.id, heard.text, heard.buttons) == (said, "修好了", (("满意", "1|评价 12 满意"),))
    assert heard.picture == (tmp_path / pictures[0][:2] / pictures[0]).read_bytes()


async def test_several_pictures_are_one_album(server: TelegramServer, channel: Telegram, tmp_path: Path) -> None:
    pictures = await stored(tmp_path, "red", "green", "blue")
    said = (await channel.send(GROUP, Words("修好了", mentions=(Mention(WANG, "王阿姨"),), pictures=pictures))).id
    heard = server.heard(GROUP)
    assert [one.text for one in heard] == ["@王阿姨 修好了", "", ""]
    assert (heard[0].id, heard[0].called, server.times("sendMediaGroup")) == (said, (int(WANG),), 1)
    assert len({one.picture for one in heard}) == 3


async def test_what_fits_below_no_picture_comes_before_it(
    server: TelegramServer, channel: Telegram, tmp_path: Path
) -> None:
    pictures = await stored(tmp_path, "red", "green")
    said = (await channel.send(GROUP, Words("停" * 1025, pictures=pictures))).id
    album = (await channel.send(GROUP, Words("看看", buttons=(Button("收到", "收到"),), pictures=pictures))).id
    heard = server.heard(GROUP)
    assert [bool(one.picture) for one in heard] == [False, True, True] * 2
    assert (heard[0].id, heard[3].id) == (said, album)


async def test_a_refused_picture_does_not_take_the_words_with_it(
    server: TelegramServer, channel: Telegram, tmp_path: Path
) -> None:
    server.fails("sendPhoto", refused("PHOTO_INVALID_DIMENSIONS"))
    sent = await channel.send(GROUP, Words("修好了", pictures=await stored(tmp_path, "red")))
    assert ([one.text for one in server.heard(GROUP)], sent.unshown) == (["修好了"], True)


async def test_a_lost_picture_does_not_either(server: TelegramServer, channel: Telegram) -> None:
    await channel.send(GROUP, Words("修好了", pictures=("0" * 64,)))
    assert [one.text for one in server.heard(GROUP)] == ["修好了"]


async def test_what_was_said_is_taken_back_and_twice_is_fine(server: TelegramServer, channel: Telegram) -> None:
    said = (await channel.send(GROUP, Words("停水"))).id
    await channel.take_back(GROUP, said)
    assert not server.heard(GROUP)
    await channel.take_back(GROUP, said)
    with pytest.raises(SendError):
        await channel.take_back(GROUP, "-1002:1")


async def test_a_picture_that_is_gone_when_it_is_said_leaves_the_words(
    server: TelegramServer, channel: Telegram
) -> None:
    await channel.send(GROUP, Words("明天停水", pictures=("a" * 64,)))
    (heard,) = server.heard(GROUP)
    assert (heard.text, heard.picture) == ("明天停水", None)
