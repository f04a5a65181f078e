"""Telegram by polling: heard in order, acknowledged only when it is on disk, stopped without haste."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from handlers.messages import Happening, Words
from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram_methods import ApiError, broken, refused, slow_down
from tests.platforms.telegram_side import NOON, PATIENT, Ears, connected, settled

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


async def test_a_neighbours_words_are_heard(server: TelegramServer, tmp_path: Path) -> None:
    ears = Ears()
    async with connected(server, ears, tmp_path):
        said = server.says(GROUP, WANG, "3栋2单元没水了")
        (heard,) = await ears.hear(1)
    assert (heard.message_id, heard.chat, heard.sender, heard.text) == (said, GROUP, WANG, "3栋2单元没水了")


async def test_what_is_on_disk_is_acknowledged_and_nothing_before(server: TelegramServer, tmp_path: Path) -> None:
    ears = Ears()
    async with connected(server, ears, tmp_path):
        ears.gate.clear()
        server.says(GROUP, WANG, "没水了")
        await ears.listening.wait()
        assert len(server.updates.waiting) == 1
        ears.gate.set()
        await settled(server)
        assert server.updates.waiting == []


async def test_a_message_that_could_not_be_stored_is_taken_again(server: TelegramServer, tmp_path: Path) -> None:
    ears = Ears(failures=[GONE, GONE, GONE])
    async with connected(server, ears, tmp_path):
        server.says(GROUP, WANG, "没水了")
        server.says(GROUP, LI, "我家也是")
        await ears.hear(2)
        assert ears.texts == ["没水了", "我家也是"]
        assert ears.tried == 5


async def test_a_message_that_is_never_stored_is_there_at_the_next_start(
    server: TelegramServer, tmp_path: Path
) -> None:
    deaf, ears = Ears(failures=[GONE] * 1000), Ears()
    async with connected(server, deaf, tmp_path, retry_seconds=60):
        server.says(GROUP, WANG, "没水了")
        await deaf.listening.wait()
    async with connected(server, ears, tmp_path):
        await ears.hear(1)
    assert (deaf.texts, ears.texts) == ([], ["没水了"])


async def test_chats_do_not_wait_for_each_other(server: TelegramServer, tmp_path: Path) -> None:
    ears = Ears()
    for number in range(8):
        server.group(f"-{100 + number}")
        server.says(f"-{100 + number}", WANG, "没水了")
        server.says(f"-{100 + number}", LI, "我家也是")
    ears.gate.clear()
    async with connected(server, ears, tmp_path):
        await ears.try_to_hear(8)
        ears.gate.set()
        await ears.hear(16)
    for number in range(8):
        assert [one.text for one in ears.heard if one.chat == f"-{100 + number}"] == ["没水了", "我家也是"]


async def test_stopping_finishes_what_is_being_stored(server: TelegramServer, tmp_path: Path) -> None:
    ears = Ears()
    ears.gate.clear()

    async def serve() -> None:
        async with connected(server, ears, tmp_path):
            server.says(GROUP, WANG, "没水了")
            await ears.listening.wait()

    serving = asyncio.create_task(serve())
    await ears.listening.wait()
    done, _ = await asyncio.wait([serving], timeout=0.05)
    assert not done
    ears.gate.set()
    await serving
    assert ears.texts == ["没水了"]


async def test_stopping_does_not_wait_for_the_answer_to_a_question(server: TelegramServer, tmp_path: Path) -> None:
    async with asyncio.timeout(PATIENT):
        async with connected(server, Ears(), tmp_path, poll_seconds=50):
            await settled(server)


@pytest.mark.parametrize("trouble", [broken(), slow_down(0.02), ApiError(409, "Conflict: terminated by other")])
async def test_trouble_in_asking_is_logged_once_and_got_over(
    server: TelegramServer, tmp_path: Path, trouble: ApiError, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    server.fails("getUpdates", *[trouble] * (1 if trouble.status == 429 else 3))
    ears = Ears()
    async with connected(server, ears, tmp_path):
        server.says(GROUP, WANG, "没水了")
        await ears.hear(1)
    events = [record.message for record in caplog.records if record.message.startswith("telegram")]
    assert events == ["telegram_poll_failed", "telegram_recovered"]


async def test_a_webhook_left_from_before_is_taken_down(server: TelegramServer, tmp_path: Path) -> None:
    server.updates.webhook = {"url": "https://old.example.org/hook"}
    ears = Ears()
    async with connected(server, ears, tmp_path):
        server.says(GROUP, WANG, "没水了")
        await ears.hear(1)


async def test_one_unreadable_update_does_not_hold_up_the_others(server: TelegramServer, tmp_path: Path) -> None:
    ears = Ears()
    server.says(GROUP, WANG, "前面")
    server.updates.happens(message={"message_id": "no number", "date": "never"})
    server.says(GROUP, WANG, "后面")
    async with connected(server, ears, tmp_path):
        await ears.hear(2)
        await settled(server)
        assert (ears.texts, server.updates.waiting) == (["前面", "后面"], [])


async def test_a_pressed_button_is_heard_and_stops_spinning(server: TelegramServer, tmp_path: Path) -> None:
    ears = Ears()
    payload = f"1|接单 {'9' * 55}"
    assert len(payload.encode()) == 64
    async with connected(server, ears, tmp_path) as channel:
        said = (await channel.send(GROUP, Words("12 号工单"))).id
        query = server.presses(GROUP, WANG, said, payload)
        (press,) = await ears.hear(1)
        await settled(server)
    assert (press.happening, press.text, press.at) == (Happening.PRESSED, payload, NOON)
    assert (press.message_id, press.reply_to) == (f"press:{query}", said)
    assert server.methods.answered == [query]


async def test_a_button_pressed_long_ago_is_still_heard(server: TelegramServer, tmp_path: Path) -> None:
    server.fails("answerCallbackQuery", refused("query is too old and response timeout expired"))
    ears = Ears()
    async with connected(server, ears, tmp_path) as channel:
        server.presses(GROUP, WANG, (await channel.send(GROUP, Words("12 号工单"))).id, "1|接单 12")
        server.says(GROUP, LI, "我来")
        await ears.hear(2)


async def test_coming_going_and_moving_are_heard(server: TelegramServer, tmp_path: Path) -> None:
    ears = Ears()
    server.group("-4123", kind="group", member=False)
    async with connected(server, ears, tmp_path):
        server.changes_membership("-4123", WANG, member=True)
        server.migrates("-4123", "-1004123", WANG)
        server.changes_membership("-1004123", WANG, member=False)
        heard = await ears.hear(4)
    moves = [one for one in heard if one.happening is Happening.MOVED]
    assert {one.happening for one in heard} == {Happening.JOINED, Happening.MOVED, Happening.REMOVED}
    assert len({one.message_id for one in moves}) == 1
    assert (moves[0].chat, moves[0].about) == ("-4123", "-1004123")
