"""What a failure of Telegram's means for what the bot wanted to say."""

import traceback
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import pytest

from bot.channels.telegram import Telegram
from handlers.messages import Words
from tests.platforms.telegram import Obeyed, TelegramServer
from tests.platforms.telegram_methods import ApiError, broken, forbidden, refused, slow_down
from tests.platforms.telegram_side import Ears, connected, failure, stored
from tests.platforms.telegram_town import TOKEN

GROUP: Final = "-1001987654321"
WANG: Final = "500100211"


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


async def test_slowing_down_is_asked_for_by_telegram(server: TelegramServer, channel: Telegram) -> None:
    server.fails("sendMessage", slow_down(37))
    error = await failure(channel, Words("你好"), GROUP)
    assert (error.retry_after, error.permanent, error.unsure) == (timedelta(seconds=37), False, False)


@pytest.mark.parametrize("why", [forbidden(), forbidden("bot is not a member of the supergroup chat")])
async def test_being_shut_out_loses_the_chat(server: TelegramServer, channel: Telegram, why: ApiError) -> None:
    server.fails("sendMessage", why)
    error = await failure(channel, Words("你好"), GROUP)
    assert (error.permanent, error.gone, error.unsure) == (True, True, False)


@pytest.mark.parametrize("why", ["not enough rights to send text messages to the chat", "BUTTON_DATA_INVALID"])
async def test_a_message_that_cannot_be_said_loses_no_chat(server: TelegramServer, channel: Telegram, why: str) -> None:
    server.fails("sendMessage", refused(why))
    error = await failure(channel, Words("你好"), GROUP)
    assert (error.permanent, error.gone, error.unsure) == (True, False, False)


@pytest.mark.parametrize("chat", ["-1005", "webchat-3", "", "9" * 5000, WANG])
async def test_a_chat_that_is_not_there_is_lost(channel: Telegram, chat: str) -> None:
    error = await failure(channel, Words("你好"), chat)
    assert (error.permanent, error.gone) == (True, True)


async def test_somebody_who_wrote_first_can_be_written_to(server: TelegramServer, channel: Telegram) -> None:
    server.says(WANG, WANG, "在吗")
    await channel.send(WANG, Words("在"))
    assert [one.text for one in server.heard(WANG)] == ["在"]


async def test_a_group_that_moved_tells_its_new_address(server: TelegramServer, channel: Telegram) -> None:
    server.group("-4123", kind="group")
    server.migrates("-4123", "-1004123", WANG)
    error = await failure(channel, Words("你好"), "-4123")
    assert (error.moved_to, error.permanent, error.unsure) == ("-1004123", False, False)


@pytest.mark.parametrize("trouble", [Obeyed(), Obeyed(cut=True), broken(), broken(500)])
async def test_no_answer_after_the_request_has_left_is_unsure(
    server: TelegramServer, tmp_path: Path, trouble: Obeyed | ApiError
) -> None:
    async with connected(server, Ears(), tmp_path, timeout_seconds=0.05) as channel:
        server.fails("sendMessage", trouble)
        error = await failure(channel, Words("你好"), GROUP)
    assert (error.unsure, error.permanent, error.retry_after) == (True, False, None)


async def test_what_never_left_is_simply_tried_again(tmp_path: Path) -> None:
    async with TelegramServer() as server, connected(server, Ears(), tmp_path) as channel:
        await server.__aexit__(None, None, None)
        error = await failure(channel, Words("你好"), GROUP)
    assert (error.unsure, error.permanent, error.moved_to) == (False, False, None)


async def test_a_revoked_token_kills_no_message(server: TelegramServer, channel: Telegram) -> None:
    server.fails("sendMessage", ApiError(401, "Unauthorized"))
    error = await failure(channel, Words("你好"), GROUP)
    assert (error.unsure, error.permanent) == (False, False)


async def test_half_a_message_is_not_said_twice(server: TelegramServer, channel: Telegram, tmp_path: Path) -> None:
    server.fails("sendMessage", None, slow_down(30))
    split = await failure(channel, Words("停" * 5000), GROUP)
    server.fails("sendMediaGroup", forbidden())
    behind = await failure(channel, Words("停" * 2000, pictures=await stored(tmp_path, "red", "blue")), GROUP)
    assert [len(one.text) for one in server.heard(GROUP)] == [4096, 2000]
    assert [(one.unsure, one.permanent, one.retry_after) for one in (split, behind)] == [(True, False, None)] * 2


async def test_pictures_that_are_refused_behind_their_words_are_left_out(
    server: TelegramServer, channel: Telegram, tmp_path: Path
) -> None:
    server.fails("sendMediaGroup", refused("IMAGE_PROCESS_FAILED"))
    sent = await channel.send(GROUP, Words("停" * 2000, pictures=await stored(tmp_path, "red", "blue")))
    assert ([one.id for one in server.heard(GROUP)], sent.unshown) == ([sent.id], True)


async def test_a_failure_tells_neither_the_token_nor_the_words(server: TelegramServer, channel: Telegram) -> None:
    server.fails("sendMessage", ApiError(502, "13800001111"))
    error = await failure(channel, Words("你的电话 13800001111"), GROUP)
    told = "".join(traceback.format_exception_only(error))
    assert "13800001111" not in told
    assert TOKEN not in "".join(traceback.format_exception(error))
