"""The app's callbacks: only the genuine is heard, once, and answered when it is on disk."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from handlers.messages import Happening
from tests.platforms.telegram_side import PATIENT, Ears, photo
from tests.platforms.wecom_api import CORP, NOON, Silence, Wall
from tests.platforms.wecom_app import WecomAppServer
from tests.platforms.wecom_app_side import connected
from tests.platforms.wecom_callback import ECHO, Caller
from tests.platforms.wecom_crypt import AES_KEY, encrypt, encrypt_padded

MEDIA = "/cgi-bin/media/get"


@pytest.fixture
async def server() -> AsyncIterator[WecomAppServer]:
    async with WecomAppServer() as server:
        server.member("wangwei", "王伟")
        yield server


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def caller(server: WecomAppServer, ears: Ears, tmp_path: Path) -> AsyncIterator[Caller]:
    async with connected(server, ears, tmp_path):
        assert server.caller is not None
        yield server.caller


async def test_the_address_is_proved_with_nothing_around_it(caller: Caller) -> None:
    assert await caller.prove() == (200, ECHO.encode())


async def test_a_plus_that_became_a_space_on_the_way_is_a_plus(caller: Caller) -> None:
    """The vector of the reference has one in it; some proxies unquote an address twice."""
    echo = next(f"{number}" for number in range(10**18, 10**19) if "+" in encrypt(AES_KEY, f"{number}", CORP))
    encrypted = encrypt(AES_KEY, echo, CORP).replace("+", " ")
    assert " " in encrypted
    assert await caller.prove(echo, echostr=encrypted) == (200, echo.encode())


@pytest.mark.parametrize(
    "wrong",
    [
        {"msg_signature": "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3"},
        {"nonce": "1"},
        {"echostr": "AAAA"},
        {"receiveid": "wwOTHER"},
        {"timestamp": str(int((NOON - timedelta(minutes=11)).timestamp()))},
    ],
)
async def test_nobody_else_proves_it(caller: Caller, wrong: dict[str, str]) -> None:
    assert (await caller.prove(**wrong))[0] == 403


async def test_a_recorded_message_is_not_decrypted_for_whoever_brings_it(
    server: WecomAppServer, caller: Caller
) -> None:
    assert (await caller.prove(server.written("wangwei", MsgType="text", Content="1203漏水")))[0] == 403


async def test_what_is_delivered_is_heard_with_the_name_of_its_speaker(
    server: WecomAppServer, caller: Caller, ears: Ears
) -> None:
    assert await server.says("wangwei", "3栋<2单元> & 漏水]]>") == [200]
    (heard,) = ears.heard
    assert (heard.channel, heard.account, heard.text) == ("wecom_app", "main", "3栋<2单元> & 漏水]]>")
    assert (heard.sender, heard.sender_name, heard.chat, heard.one_to_one) == ("wangwei", "王伟", "wangwei", "wangwei")
    assert (heard.is_group, heard.to_bot, heard.at) == (False, True, NOON)


async def test_a_name_is_asked_for_once(server: WecomAppServer, caller: Caller, ears: Ears) -> None:
    for text in ("一", "二"):
        await server.says("wangwei", text)
    assert server.times("/cgi-bin/user/get") == 1
    assert {one.sender_name for one in ears.heard} == {"王伟"}


@pytest.mark.parametrize("trouble", [60011, Silence(cut=True), Silence()])
async def test_a_name_that_is_not_told_holds_nothing_up(
    server: WecomAppServer, caller: Caller, ears: Ears, trouble: int | Silence
) -> None:
    server.fails("/cgi-bin/user/get", trouble, trouble)
    async with asyncio.timeout(1):  # within the second, as the platform wants it
        assert await server.says("wangwei", "漏水") == [200]
    assert [one.sender_name for one in ears.heard] == ["wangwei"]


async def test_delivered_twice_it_has_one_name(server: WecomAppServer, caller: Caller, ears: Ears) -> None:
    body, query = caller.sealed(server.written("wangwei", MsgType="text", Content="漏水"))
    assert [await caller.post(body, query), await caller.post(body, query)] == [200, 200]
    assert len({inbound.key for inbound in ears.heard}) == 1


async def test_an_event_has_a_name_though_it_has_no_id(server: WecomAppServer, caller: Caller, ears: Ears) -> None:
    for key in ("帮助", "帮助", "待办"):
        await server.deliver(server.happens("wangwei", "click", key))
    assert [one.text for one in ears.heard] == ["帮助", "帮助", "待办"]
    assert len({one.key for one in ears.heard}) == 2


async def test_what_could_not_be_stored_is_delivered_again(server: WecomAppServer, caller: Caller, ears: Ears) -> None:
    ears.failures.append(RuntimeError("the database is away"))
    assert await server.says("wangwei", "漏水") == [503, 200]
    assert ears.texts == ["漏水"]


async def test_one_call_is_answered_when_it_is_on_disk_and_not_before(
    server: WecomAppServer, caller: Caller, ears: Ears
) -> None:
    ears.gate.clear()
    calling = asyncio.create_task(server.says("wangwei", "漏水"))
    await ears.listening.wait()
    done, _ = await asyncio.wait([calling], timeout=0.05)
    assert not done
    ears.gate.set()
    assert await calling == [200]


@pytest.mark.parametrize(
    "change",
    [
        {"receiveid": "wwOTHER"},
        {"receiveid": ""},
        {"encrypted": ""},
        {"encrypted": "AAAA"},
        {"encrypted": encrypt_padded(AES_KEY, b"a" * 64)},
        {"timestamp": str(int((NOON - timedelta(minutes=11)).timestamp()))},
        {"timestamp": str(int((NOON + timedelta(minutes=11)).timestamp()))},
        {"timestamp": "9" * 30},
        {"timestamp": "noon"},
        {"timestamp": "-5"},
    ],
)
async def test_what_is_not_for_us_or_not_of_now_is_refused(
    server: WecomAppServer, caller: Caller, ears: Ears, change: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    body, query = caller.sealed(server.written("wangwei", MsgType="text", Content="绑定 7F3K"), **change)
    assert await caller.post(body, query) == 403
    assert ears.heard == []
    assert [record.message for record in caplog.records if record.name.startswith("bot")] == ["callback_refused"]


@pytest.mark.parametrize("part", ["msg_signature", "timestamp", "nonce"])
@pytest.mark.parametrize("forged", [None, "", "1", "é", "\U0001f600" * 10])
async def test_a_forged_call_is_refused(
    server: WecomAppServer, caller: Caller, ears: Ears, part: str, forged: str | None
) -> None:
    body, query = caller.sealed(server.written("wangwei", MsgType="text", Content="绑定 7F3K"))
    query.pop(part)
    assert await caller.post(body, query if forged is None else query | {part: forged}) == 403
    assert ears.heard == []


async def test_a_recorded_call_is_refused_later_and_known_until_then(ears: Ears, tmp_path: Path) -> None:
    wall = Wall()
    async with WecomAppServer(wall) as server, connected(server, ears, tmp_path):
        server.member("wangwei", "王伟")
        assert server.caller is not None
        recorded = server.caller.sealed(server.written("wangwei", MsgType="text", Content="办结 12"))
        assert await server.caller.post(*recorded) == 200
        wall.now += timedelta(minutes=9)
        assert await server.caller.post(*recorded) == 200
        assert len({one.key for one in ears.heard}) == 1
        wall.now += timedelta(minutes=2)
        assert await server.caller.post(*recorded) == 403


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"<xml>",
        b"<xml/>",
        b'<!DOCTYPE x [<!ENTITY a "b">]><xml><Encrypt>&a;</Encrypt></xml>',
        b"<xml><Encrypt><b>x</b></Encrypt></xml>",
        b"\xff\xfe",
    ],
)
async def test_what_is_no_call_is_refused(caller: Caller, ears: Ears, body: bytes) -> None:
    _, query = caller.sealed("x")
    assert await caller.post(body, query) == 403
    assert ears.heard == []


async def test_a_huge_body_is_not_read(caller: Caller) -> None:
    assert await caller.post(b"<xml>" + b" " * 5_000_000, {}) == 413


@pytest.mark.parametrize(
    "message",
    [
        "",
        "no xml",
        "<xml>",
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Content>&a;</Content></xml>',
        "<xml><MsgType>text</MsgType></xml>",
        "<xml><FromUserName>wangwei</FromUserName><MsgType>text</MsgType><Content>没有号</Content></xml>",
        "<xml><FromUserName>wangwei</FromUserName><MsgType>hologram</MsgType><MsgId>1</MsgId></xml>",
        "<xml><FromUserName>sys</FromUserName><MsgType>event</MsgType><Event>change_contact</Event></xml>",
        "<xml><FromUserName>wangwei</FromUserName><MsgType>event</MsgType><Event>enter_agent</Event></xml>",
        "<xml><FromUserName>wangwei</FromUserName><MsgType>event</MsgType><Event>of_tomorrow</Event></xml>",
    ],
)
async def test_what_is_genuine_and_says_nothing_does_not_come_back(
    server: WecomAppServer, caller: Caller, ears: Ears, message: str
) -> None:
    assert await server.deliver(message) == [200]
    assert ears.heard == []


async def test_a_picture_is_fetched_and_kept(server: WecomAppServer, caller: Caller, ears: Ears) -> None:
    assert await server.shows("wangwei", photo()) == [200]
    ((picture,),) = (one.attachments for one in ears.heard)
    assert picture.digest is not None
    assert picture.refused is None


async def test_a_picture_that_is_gone_is_told(server: WecomAppServer, caller: Caller, ears: Ears) -> None:
    server.fails(MEDIA, 40007)
    assert await server.shows("wangwei", photo()) == [200]
    ((picture,),) = (one.attachments for one in ears.heard)
    assert picture.digest is None
    assert "没有取到" in (picture.refused or "")


async def test_what_is_no_picture_is_told(server: WecomAppServer, caller: Caller, ears: Ears) -> None:
    await server.shows("wangwei", b"MZ this is no picture")
    assert "不是图片" in (ears.heard[0].attachments[0].refused or "")


async def test_a_picture_that_takes_long_is_fetched_once_though_it_is_delivered_again(
    server: WecomAppServer, caller: Caller, ears: Ears
) -> None:
    """The platform loses patience while the picture is on its way; the second delivery waits for the first."""
    started, go = asyncio.Event(), asyncio.Event()

    async def slow(_: object) -> bytes:
        started.set()
        await go.wait()
        return photo()

    server.methods[MEDIA] = slow
    body, query = caller.sealed(server.written("wangwei", MsgType="image", MediaId="media0"))
    first = asyncio.create_task(caller.post(body, query))
    await started.wait()
    first.cancel()
    second = asyncio.create_task(caller.post(body, query))
    done, _ = await asyncio.wait([second], timeout=0.05)
    assert not done
    go.set()
    async with asyncio.timeout(PATIENT):
        assert await second == 200
    assert (len(ears.heard), server.times(MEDIA)) == (1, 1)


async def test_one_members_messages_stay_in_order(server: WecomAppServer, caller: Caller, ears: Ears) -> None:
    """What is written behind a picture does not overtake it."""
    started, go = asyncio.Event(), asyncio.Event()

    async def slow(_: object) -> bytes:
        started.set()
        await go.wait()
        return photo()

    server.methods[MEDIA] = slow
    server.member("lihua", "李华")
    showing = asyncio.create_task(server.shows("wangwei", photo()))
    await started.wait()
    writing = asyncio.create_task(server.says("wangwei", "就是这里"))
    assert await server.says("lihua", "不相干") == [200]
    assert ears.texts == ["不相干"]
    go.set()
    assert await showing == await writing == [200]
    assert ears.texts == ["不相干", "", "就是这里"]


async def test_who_is_taken_out_of_the_range_is_heard_to_go(server: WecomAppServer, caller: Caller, ears: Ears) -> None:
    await server.deliver(server.happens("wangwei", "unsubscribe"))
    assert [one.happening for one in ears.heard] == [Happening.REMOVED]


async def test_nothing_that_people_say_is_logged(
    server: WecomAppServer, caller: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await server.says("wangwei", "1203漏水")
    await caller.post(*caller.sealed("x", receiveid="wwOTHER"))
    await caller.post(*caller.sealed("x", encrypted=encrypt(AES_KEY, "1203漏水", CORP) + "A"))
    logged = "\n".join(f"{record.message} {vars(record)}" for record in caplog.records if record.name.startswith("bot"))
    for secret in ("漏水", "王伟", "never-to-be-seen", "QDG6eK"):
        assert secret not in logged
