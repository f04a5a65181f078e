"""微信客服: what residents write is signalled, pulled and taken once, whatever happens in between."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.wecom_service import WecomService
from handlers.messages import Happening
from storage.database import Sessions
from tests.platforms.telegram_side import PATIENT, Ears, photo
from tests.platforms.wecom_api import Raw, Silence
from tests.platforms.wecom_crypt import AES_KEY, encrypt_padded
from tests.platforms.wecom_service import NOON, PULL, SERVICE, WecomServiceServer
from tests.platforms.wecom_service_side import connected

LI = f"{SERVICE}/wmLI"

Connect = Callable[[], AbstractAsyncContextManager[WecomService]]


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
async def server(wall: Wall) -> AsyncIterator[WecomServiceServer]:
    async with WecomServiceServer(wall) as server:
        server.resident("wmLI", "李姐")
        server.resident("wmRAN", "冉幺妹")
        yield server


@pytest.fixture
def connect(server: WecomServiceServer, ears: Ears, tmp_path: Path, own_database: Sessions) -> Connect:
    return lambda: connected(server, ears, tmp_path, own_database)


@pytest.fixture
async def channel(connect: Connect) -> AsyncIterator[WecomService]:
    async with connect() as channel:
        yield channel


async def test_what_a_resident_writes_is_heard_with_his_name_and_the_way_back(
    server: WecomServiceServer, channel: WecomService, ears: Ears
) -> None:
    number = await server.says("wmLI", "3栋漏水")
    (said,) = ears.heard
    assert (said.text, said.sender, said.sender_name, said.chat) == ("3栋漏水", "wmLI", "李姐", LI)
    assert (said.message_id, said.one_to_one, said.is_group, said.to_bot) == (number, LI, False, True)
    assert said.at == NOON


async def test_the_signal_is_answered_when_it_is_on_disk_and_not_before(
    server: WecomServiceServer, channel: WecomService, ears: Ears
) -> None:
    ears.gate.clear()
    calling = asyncio.create_task(server.says("wmLI", "漏水"))
    await ears.listening.wait()
    done, _ = await asyncio.wait([calling], timeout=0.05)
    assert not done
    ears.gate.set()
    await calling
    assert ears.texts == ["漏水"]


async def test_a_signal_delivered_twice_brings_a_message_once(
    server: WecomServiceServer, channel: WecomService, ears: Ears
) -> None:
    assert server.caller is not None
    server.writes("wmLI", "text", content="漏水")
    body, query = server.caller.sealed(server.signalled())
    assert await asyncio.gather(*(server.caller.post(body, query) for _ in range(3))) == [200] * 3
    assert ears.texts == ["漏水"]


async def test_what_could_not_be_stored_is_signalled_and_pulled_again(
    server: WecomServiceServer, channel: WecomService, ears: Ears
) -> None:
    ears.failures.append(RuntimeError("the database is away"))
    server.writes("wmLI", "text", content="漏水")
    assert await server.signal() == [503, 200]
    assert ears.texts == ["漏水"]


async def test_many_pages_are_pulled_to_the_end_each_chat_in_order(
    wall: Wall, ears: Ears, tmp_path: Path, own_database: Sessions
) -> None:
    async with (
        WecomServiceServer(wall, page=3) as server,
        connected(server, ears, tmp_path, own_database),
    ):
        for who in ("wmLI", "wmRAN"):
            server.resident(who, who)
        for number in range(10):
            server.writes("wmLI" if number % 2 else "wmRAN", "text", content=str(number))
        await server.signal()
    for who in ("wmLI", "wmRAN"):
        assert [int(one.text) for one in ears.heard if one.sender == who] == [
            number for number in range(10) if (number % 2 == 1) == (who == "wmLI")
        ]


async def test_after_a_restart_it_goes_on_where_it_was(
    server: WecomServiceServer, connect: Connect, ears: Ears
) -> None:
    async with connect():
        await server.says("wmLI", "第一句")
    server.writes("wmLI", "text", content="没人听的时候说的")
    async with connect():
        await ears.hear(2)
    assert ears.texts == ["第一句", "没人听的时候说的"]
    assert server.pulled == 1, "it asked for what comes after the first"


async def test_what_was_not_taken_before_the_end_is_taken_after_the_start(
    server: WecomServiceServer, connect: Connect, ears: Ears
) -> None:
    async with connect():
        ears.failures += [RuntimeError("the disk is full")] * 4
        server.writes("wmLI", "text", content="漏水")
        assert await server.signal() == [503] * 4
    async with connect():
        await ears.hear(1)
    assert ears.texts == ["漏水"]


async def test_a_position_that_the_platform_has_lost_is_begun_anew(
    server: WecomServiceServer, channel: WecomService, ears: Ears
) -> None:
    """Everything of three days comes again under its old ids, by which the receiver knows it."""
    await server.says("wmLI", "第一句")
    server.fails(PULL, 40058)
    await server.says("wmLI", "第二句")
    assert ears.texts == ["第一句", "第一句", "第二句"]
    assert len({one.key for one in ears.heard}) == 2


async def test_a_position_that_we_have_lost_is_begun_anew(
    server: WecomServiceServer, connect: Connect, ears: Ears, own_database: Sessions
) -> None:
    async with connect() as channel:
        await server.says("wmLI", "第一句")
        ledger = channel._answering.ledger
        await ledger.reach(SERVICE, "")
        await server.says("wmLI", "第二句")
    assert len({one.key for one in ears.heard}) == 2


async def test_a_token_that_is_over_is_left_out(server: WecomServiceServer, channel: WecomService, ears: Ears) -> None:
    server.writes("wmLI", "text", content="漏水")
    assert await server.signal(token="ENC-of-yesterday") == [200]
    assert ears.texts == ["漏水"]


async def test_a_pull_that_is_slowed_down_is_signalled_again(
    server: WecomServiceServer, channel: WecomService, ears: Ears
) -> None:
    server.writes("wmLI", "text", content="漏水")
    server.fails(PULL, 45009, Raw())
    assert await server.signal() == [503, 503, 200]
    assert ears.texts == ["漏水"]


async def test_after_an_interruption_what_no_signal_told_is_pulled(
    server: WecomServiceServer, ears: Ears, tmp_path: Path, own_database: Sessions
) -> None:
    async with connected(server, ears, tmp_path, own_database, watch_seconds=0.01) as channel:
        server.fails("/cgi-bin/kf/account/list", *[Silence(cut=True)] * 3)
        async with asyncio.timeout(PATIENT):
            while channel.link.up:
                await asyncio.sleep(0)
        server.writes("wmLI", "text", content="没人听的时候说的")
        async with asyncio.timeout(PATIENT):
            while not channel.link.up:
                await asyncio.sleep(0)
    assert ears.texts == ["没人听的时候说的"]


@pytest.mark.parametrize(
    "change",
    [
        {"receiveid": "wwOTHER"},
        {"receiveid": ""},
        {"encrypted": "AAAA"},
        {"encrypted": encrypt_padded(AES_KEY, b"a" * 64)},
        {"timestamp": str(int((NOON - timedelta(minutes=11)).timestamp()))},
    ],
)
async def test_a_signal_that_is_forged_old_or_not_for_us_pulls_nothing(
    server: WecomServiceServer, channel: WecomService, ears: Ears, change: dict[str, str]
) -> None:
    assert server.caller is not None
    server.writes("wmLI", "text", content="漏水")
    before = server.times(PULL)
    body, query = server.caller.sealed(server.signalled(), **change)
    assert await server.caller.post(body, query) == 403
    assert (
        await server.caller.post(*server.caller.sealed(server.signalled())[:1], query | {"msg_signature": "0"}) == 403
    )
    assert (server.times(PULL), ears.heard) == (before, [])


async def test_a_recorded_signal_is_refused_later(
    server: WecomServiceServer, channel: WecomService, ears: Ears, wall: Wall
) -> None:
    assert server.caller is not None
    recorded = server.caller.sealed(server.signalled())
    assert await server.caller.post(*recorded) == 200
    wall.now += timedelta(minutes=11)
    assert await server.caller.post(*recorded) == 403


async def test_the_address_is_proved(server: WecomServiceServer, channel: WecomService) -> None:
    assert server.caller is not None
    assert await server.caller.prove() == (200, b"1616140317555161061")
    assert (await server.caller.prove(receiveid="wwOTHER"))[0] == 403


async def test_a_picture_is_fetched_and_kept(server: WecomServiceServer, channel: WecomService, ears: Ears) -> None:
    await server.shows("wmLI", photo())
    ((picture,),) = (one.attachments for one in ears.heard)
    assert picture.digest is not None
    server.fails("/cgi-bin/media/get", 40007)
    await server.shows("wmLI", photo())
    assert "没有取到" in (ears.heard[1].attachments[0].refused or "")


async def test_who_comes_by_a_buildings_code_is_heard_to_come(
    server: WecomServiceServer, channel: WecomService, ears: Ears
) -> None:
    await server.enters("wmLI", code="place-12")
    await server.says("wmLI", "电梯坏了")
    await server.enters("wmLI", code="place-12")
    first, _, again = ears.heard
    assert (first.happening, first.about, first.to_bot) == (Happening.ENTERED, "place-12", True)
    assert (again.happening, again.about, again.to_bot) == (Happening.ENTERED, "place-12", False), "no second welcome"


async def test_a_name_that_is_not_told_holds_nothing_up(
    server: WecomServiceServer, channel: WecomService, ears: Ears
) -> None:
    server.fails("/cgi-bin/kf/customer/batchget", 48002)
    await server.says("wmLI", "漏水")
    assert [one.sender_name for one in ears.heard] == ["居民wmLI"]


async def test_what_people_of_the_company_write_is_none_of_ours(
    server: WecomServiceServer, channel: WecomService, ears: Ears
) -> None:
    for origin in (4, 5, None, "3", True):
        body = {"external_userid": "wmLI", "open_kfid": SERVICE, "msgtype": "text", "text": {"content": "我来"}}
        server.add(**body, origin=origin)
    for item in ({}, {"msgtype": 5}, {"msgtype": "text", "origin": 3, "text": None}, {"msgtype": "event", "event": []}):
        server.add(**item)
    assert await server.signal() == [200]
    assert ears.heard == []


async def test_nothing_that_people_say_is_logged(
    server: WecomServiceServer, channel: WecomService, ears: Ears, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ears.failures.append(RuntimeError("1203漏水"))
    await server.says("wmLI", "1203漏水")
    await server.signal(token="ENC-of-yesterday")
    logged = "\n".join(f"{record.message} {vars(record)}" for record in caplog.records if record.name.startswith("bot"))
    for secret in ("漏水", "李姐", "never-to-be-seen", "QDG6eK", "ENC-"):
        assert secret not in logged
