"""What is said by an official account: only as an answer, and as a notice of a ticket to who has agreed."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.base import SendError
from bot.channels.ledger import NOT_ALLOWED
from bot.channels.official import Official
from bot.channels.official.notices import Template, notice
from handlers.messages import Button, Happening, Words
from storage.database import Sessions
from tests.platforms.official import NOON, NOTICE, SEND, OfficialServer
from tests.platforms.official_side import NOTICES, TEMPLATE, connected
from tests.platforms.telegram_side import Ears, stored
from tests.platforms.wecom_api import Raw, Silence

DONE = "1 号工单（照明）办好了：换了灯管。请您评一下，也可以回“重办 1”。"


class Wall:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def server(wall: Wall) -> AsyncIterator[OfficialServer]:
    async with OfficialServer(wall) as server:
        server.templates[TEMPLATE] = ("character_string1", "thing2", "time3")
        yield server


@pytest.fixture
async def channel(
    server: OfficialServer, ears: Ears, tmp_path: Path, own_database: Sessions
) -> AsyncIterator[Official]:
    async with connected(server, ears, tmp_path, own_database, **NOTICES) as channel:
        yield channel


async def refused(channel: Official, text: str = "好") -> SendError:
    with pytest.raises(SendError) as error:
        await channel.send("oLI", Words(text))
    return error.value


async def test_a_word_is_answered_five_times_and_no_sixth(server: OfficialServer, channel: Official) -> None:
    await server.says("oLI", "漏水")
    for number in range(5):
        await channel.send("oLI", Words(f"第{number}句"))
    error = await refused(channel)
    assert (error.waits, error.permanent, str(error)) == (True, False, NOT_ALLOWED)
    assert (len(server.heard("oLI")), server.times(SEND)) == (5, 5), "the platform is not asked in vain"
    await server.says("oLI", "还在漏")
    await channel.send("oLI", Words("好"))


async def test_a_message_delivered_again_allows_nothing_more(server: OfficialServer, channel: Official) -> None:
    message = server.written("oLI", MsgType="text", Content="漏水")
    await server.deliver(message)
    for number in range(5):
        await channel.send("oLI", Words(f"第{number}句"))
    await server.deliver(message)
    assert (await refused(channel)).waits
    assert server.times(SEND) == 5


async def test_the_49th_hour_is_too_late(server: OfficialServer, channel: Official, wall: Wall) -> None:
    await server.says("oLI", "漏水")
    wall.now += timedelta(hours=47, minutes=59)
    await channel.send("oLI", Words("好了"))
    wall.now += timedelta(minutes=1)
    assert (await refused(channel)).waits
    assert server.times(SEND) == 1


async def test_a_scan_is_answered_for_a_minute(server: OfficialServer, channel: Official, wall: Wall) -> None:
    await server.scans("oLI", "place-1")
    for number in range(3):
        await channel.send("oLI", Words(f"第{number}句"))
    assert (await refused(channel)).waits
    await server.scans("oLI", "place-1", follows=False)
    wall.now += timedelta(minutes=1)
    assert (await refused(channel)).waits
    assert server.times(SEND) == 3


@pytest.mark.parametrize("code", [45015, 45047])
async def test_where_the_platform_counts_otherwise_it_is_believed(
    server: OfficialServer, channel: Official, code: int
) -> None:
    await server.says("oLI", "漏水")
    server.fails(SEND, code)
    for _ in range(3):
        assert (await refused(channel)).waits
    assert server.times(SEND) == 1


async def test_who_may_not_be_answered_reads_of_his_ticket_in_a_notice(
    server: OfficialServer, channel: Official, wall: Wall
) -> None:
    await server.says("oLI", "漏水")
    server.agrees("oLI", TEMPLATE)
    wall.now += timedelta(days=3)
    await channel.send("oLI", Words(DONE))
    (said,) = server.heard("oLI")
    assert said.notice == {
        "thing2": "1 号工单（照明）办好了：换了灯管。请…",
        "character_string1": "1",
        "time3": "2026年05月14日 12:00",
    }


async def test_who_has_not_agreed_hears_it_when_he_writes(server: OfficialServer, channel: Official) -> None:
    assert (await refused(channel, DONE)).waits
    assert server.times(NOTICE) == 1
    server.agrees("oLI", TEMPLATE)
    await channel.send("oLI", Words(DONE))
    assert (await refused(channel, DONE)).waits, "one agreement is good for one notice"


async def test_what_is_about_no_ticket_is_no_notice(server: OfficialServer, channel: Official) -> None:
    server.agrees("oLI", TEMPLATE, 9)
    assert (await refused(channel, "明天停水，请提前接水")).waits
    assert server.times(NOTICE) == 0


@pytest.mark.parametrize("code", [40037, 43101, 47003, 48001, 43004])
async def test_a_notice_that_is_refused_leaves_the_message_waiting(
    server: OfficialServer, channel: Official, code: int
) -> None:
    server.agrees("oLI", TEMPLATE, 9)
    server.fails(NOTICE, code)
    assert (await refused(channel, DONE)).waits
    assert server.heard("oLI") == []


async def test_a_notice_that_may_have_arrived_is_unsure(server: OfficialServer, channel: Official) -> None:
    server.agrees("oLI", TEMPLATE, 9)
    server.fails(NOTICE, Silence(cut=True))
    error = await refused(channel, DONE)
    assert (error.unsure, error.waits) == (True, False)


async def test_without_a_template_it_waits(
    server: OfficialServer, ears: Ears, tmp_path: Path, own_database: Sessions
) -> None:
    async with connected(server, ears, tmp_path, own_database) as channel:
        assert (await refused(channel, DONE)).waits
    assert server.times(NOTICE) == 0


def test_a_notice_keeps_to_the_room_of_its_values() -> None:
    found = notice(Words("12 号工单\n" + "很长" * 50), "oLI", Template("T", "thing2", page="https://x.example/"), NOON)
    assert found == {
        "touser": "oLI",
        "template_id": "T",
        "page": "https://x.example/",
        "data": {"thing2": {"value": "12 号工单 很长很长很长很长很长很长…"}},
    }
    assert notice(Words("2026 号"), "o", Template("T", "thing1"), NOON) is not None
    assert notice(Words("没有号"), "o", Template("T", "thing1"), NOON) is None


async def test_buttons_are_a_menu_and_a_tap_is_a_press(server: OfficialServer, channel: Official, ears: Ears) -> None:
    await server.says("oLI", "漏水")
    await channel.send("oLI", Words("办好了吗？", (Button("满意", "评价 1 满意"), Button("没好", "重办 1"))))
    await server.taps("oLI", "没好")
    assert (ears.heard[-1].happening, ears.heard[-1].text) == (Happening.PRESSED, "1|重办 1")


async def test_a_picture_that_is_refused_costs_no_words(
    server: OfficialServer, channel: Official, tmp_path: Path
) -> None:
    await server.says("oLI", "漏水")
    server.fails("/cgi-bin/media/upload", 45001)
    pictures = await stored(tmp_path, "red")
    assert (await channel.send("oLI", Words("换好了", pictures=pictures))).unshown
    assert not (await channel.send("oLI", Words("您看", pictures=pictures))).unshown
    assert [said.text for said in server.heard("oLI")] == ["换好了", "您看", ""]


async def test_a_token_that_another_program_ended_is_renewed(server: OfficialServer, channel: Official) -> None:
    await server.says("oLI", "漏水")
    server.end_tokens()
    await channel.send("oLI", Words("好"))
    assert (server.tokens, len(server.heard("oLI"))) == (2, 1)
    assert all("secret" not in str(call.query) for call in server.calls), "the secret stands in no address"


@pytest.mark.parametrize(
    ("code", "permanent", "gone"),
    [(40003, True, True), (43004, True, True), (45002, True, False), (40164, False, False), (48001, False, False)],
)
async def test_a_refusal_says_what_is_to_become_of_the_message(
    server: OfficialServer, channel: Official, code: int, permanent: bool, gone: bool
) -> None:
    await server.says("oLI", "漏水")
    server.fails(SEND, code)
    error = await refused(channel)
    assert (error.permanent, error.gone, error.waits, error.unsure) == (permanent, gone, False, False)
    for number in range(5):
        await channel.send("oLI", Words(f"第{number}句"))  # what was refused is not counted
    assert len(server.heard("oLI")) == 5


async def test_too_fast_is_a_pause_and_silence_is_unsure(server: OfficialServer, channel: Official) -> None:
    await server.says("oLI", "漏水")
    server.fails(SEND, 45009, Raw())
    assert (await refused(channel)).retry_after == timedelta(minutes=1)
    assert (await refused(channel)).unsure
