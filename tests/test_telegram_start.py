"""Telegram: what is settled before the first message, and what never reaches the log."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from bot.channels.telegram import TelegramConfig
from bot.section import Misconfigured
from handlers.messages import Words
from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram_methods import broken, refused
from tests.platforms.telegram_side import Ears, connected, photo
from tests.platforms.telegram_town import TOKEN

GROUP: Final = "-1001987654321"
WANG: Final = "500100211"
LI: Final = "500100212"
GONE: Final = RuntimeError("the database is away")


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        server.group(GROUP)
        server.person(WANG, "王阿姨")
        server.person(LI, "李强", username="li_qiang")
        yield server


async def test_telegram_out_of_reach_at_the_start_is_waited_for(server: TelegramServer, tmp_path: Path) -> None:
    server.fails("getMe", broken(), broken(503), broken())
    ears = Ears()
    async with connected(server, ears, tmp_path) as channel:
        assert not channel.can.hears_all
        server.says(GROUP, WANG, "没水了")
        await ears.hear(1)
        assert channel.can.hears_all


async def test_a_wrong_token_stops_the_start_with_the_remedy(server: TelegramServer, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="BotFather") as error:
        async with connected(server, Ears(), tmp_path, token="7654321:wrong"):
            pass
    assert error.value.__context__ is None  # the library's own complaint quotes the token


async def test_privacy_mode_is_asked_of_telegram_unless_the_administrator_knows_better(tmp_path: Path) -> None:
    async with TelegramServer(hears_all=False) as server:
        async with connected(server, Ears(), tmp_path) as channel:
            assert not channel.can.hears_all
        async with connected(server, Ears(), tmp_path, hears_all=True) as channel:
            assert channel.can.hears_all


async def test_the_token_and_the_words_stay_out_of_the_log(
    server: TelegramServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    server.fails("getUpdates", broken())
    server.fails("sendMessage", refused("chat not found"))
    server.updates.happens(message={"message_id": "13800001111", "text": "我的电话 13800001111"})
    ears = Ears(failures=[GONE])
    async with connected(server, ears, tmp_path) as channel:
        server.says(GROUP, WANG, "我的电话 13800001111", picture=photo())
        await ears.hear(1)
        with pytest.raises(Exception, match="Chat not found"):
            await channel.send(GROUP, Words("你的电话 13800001111"))
    assert "telegram_poll_failed" in caplog.text
    assert TOKEN.partition(":")[2] not in caplog.text
    assert "13800001111" not in caplog.text


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"mode": "webhook"}, "webhook_url"),
        (
            {
                "mode": "webhook",
                "webhook_url": "https://bot.example.org",
                "hook_secret": "有汉字的暗号就是不可以用的啊啊啊",
            },
            "字母",
        ),
        ({"tokne": "1:a"}, "tokne"),
        ({"account": "大群"}, "account"),
    ],
)
def test_a_setting_that_cannot_work_is_refused(wrong: dict[str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        TelegramConfig.model_validate({"kind": "telegram", "token": "1:a"} | wrong)
