"""An official account: what followers do is delivered, verified, and taken once."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.channels.official import Official
from bot.section import Misconfigured
from handlers.messages import Happening
from storage.database import Sessions
from tests.platforms.official import APP, NOON, OfficialServer
from tests.platforms.official_side import NOTICES, TEMPLATE, config, connected
from tests.platforms.telegram_side import Ears, photo
from tests.platforms.wecom_crypt import AES_KEY, encrypt_padded

Connect = Callable[[], AbstractAsyncContextManager[Official]]


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
        yield server


@pytest.fixture
async def channel(
    server: OfficialServer, ears: Ears, tmp_path: Path, own_database: Sessions
) -> AsyncIterator[Official]:
    async with connected(server, ears, tmp_path, own_database) as channel:
        yield channel


async def test_what_a_follower_writes_is_heard_with_the_way_back(
    server: OfficialServer, channel: Official, ears: Ears
) -> None:
    assert await server.says("oLI", "3栋漏水") == [200]
    (said,) = ears.heard
    assert (said.text, said.sender, said.sender_name, said.chat) == ("3栋漏水", "oLI", "居民oLI", "oLI")
    assert (said.one_to_one, said.is_group, said.to_bot, said.at) == ("oLI", False, True, NOON)


async def test_the_address_is_proved_by_its_own_word(server: OfficialServer, channel: Official) -> None:
    assert server.caller is not None
    assert await server.caller.prove("1616140317555161061") == (200, b"1616140317555161061")
    for wrong in ({"signature": "0" * 40}, {"nonce": "1"}, {"timestamp": "1409659813"}, {"signature": "é"}):
        assert (await server.caller.prove(**wrong))[0] == 403
    assert (await server.caller.prove("<b>" * 200))[0] == 403


async def test_who_comes_by_a_buildings_code_is_heard_to_come(
    server: OfficialServer, channel: Official, ears: Ears
) -> None:
    await server.scans("oLI", "place-12")
    await server.scans("oLI", "place-13", follows=False)
    await server.deliver(server.happens("oRAN", "subscribe"))
    assert [(one.happening, one.about, one.to_bot) for one in ears.heard] == [
        (Happening.ENTERED, "place-12", True),
        (Happening.ENTERED, "place-13", True),
        (Happening.ENTERED, None, True),
    ]


async def test_who_leaves_is_heard_to_leave_and_has_no_way_back(
    server: OfficialServer, channel: Official, ears: Ears
) -> None:
    await server.scans("oLI", "place-12")
    await server.leaves("oLI")
    assert (ears.heard[-1].happening, ears.heard[-1].one_to_one) == (Happening.REMOVED, None)


async def test_a_message_delivered_twice_has_one_name(server: OfficialServer, channel: Official, ears: Ears) -> None:
    assert server.caller is not None
    for message in (server.written("oLI", MsgType="text", Content="漏水"), server.happens("oLI", "SCAN", "place-1")):
        body, query = server.caller.sealed(message)
        assert [await server.caller.post(body, query), await server.caller.post(body, query)] == [200, 200]
    assert (len(ears.heard), len({one.key for one in ears.heard})) == (4, 2)


async def test_two_events_of_one_second_are_two(server: OfficialServer, channel: Official, ears: Ears) -> None:
    for key in ("帮助", "我的工单"):
        await server.deliver(server.happens("oLI", "CLICK", key))
    await server.deliver(server.happens("oLI", "SCAN", "帮助"))
    assert len({one.key for one in ears.heard}) == 3
    assert ears.texts == ["帮助", "我的工单", ""]


async def test_what_could_not_be_stored_is_delivered_again(
    server: OfficialServer, channel: Official, ears: Ears
) -> None:
    ears.failures.append(RuntimeError("the database is away"))
    assert await server.says("oLI", "漏水") == [503, 200]
    assert ears.texts == ["漏水"]


async def test_it_is_answered_with_nothing_when_it_is_on_disk_and_not_before(
    server: OfficialServer, channel: Official, ears: Ears
) -> None:
    ears.gate.clear()
    calling = asyncio.create_task(server.says("oLI", "漏水"))
    await ears.listening.wait()
    done, _ = await asyncio.wait([calling], timeout=0.05)
    assert not done
    ears.gate.set()
    assert await calling == [200]


@pytest.mark.parametrize(
    "change",
    [
        {"receiveid": "wxSOMEBODYELSE"},
        {"receiveid": ""},
        {"encrypted": ""},
        {"encrypted": "AAAA"},
        {"encrypted": encrypt_padded(AES_KEY, b"a" * 64)},
        {"timestamp": str(int((NOON - timedelta(minutes=11)).timestamp()))},
        {"timestamp": "noon"},
    ],
)
async def test_what_is_not_for_us_or_not_of_now_is_refused(
    server: OfficialServer, channel: Official, ears: Ears, change: dict[str, str]
) -> None:
    assert server.caller is not None
    body, query = server.caller.sealed(server.written("oLI", MsgType="text", Content="漏水"), **change)
    assert await server.caller.post(body, query) == 403
    assert ears.heard == []


@pytest.mark.parametrize("forged", [None, "", "1", "é"])
async def test_the_signature_of_the_address_does_not_make_a_message_genuine(
    server: OfficialServer, channel: Official, ears: Ears, forged: str | None
) -> None:
    assert server.caller is not None
    body, query = server.caller.sealed(server.written("oLI", MsgType="text", Content="漏水"))
    query.pop("msg_signature")
    assert await server.caller.post(body, query if forged is None else query | {"msg_signature": forged}) == 403
    assert ears.heard == []


async def test_what_comes_in_the_clear_is_refused(server: OfficialServer, channel: Official, ears: Ears) -> None:
    assert server.caller is not None
    _, query = server.caller.sealed("")
    plain = server.written("oLI", MsgType="text", Content="漏水").encode()
    assert await server.caller.post(plain, query) == 403
    assert ears.heard == []


async def test_a_recorded_call_is_refused_later(
    server: OfficialServer, channel: Official, ears: Ears, wall: Wall
) -> None:
    assert server.caller is not None
    recorded = server.caller.sealed(server.written("oLI", MsgType="text", Content="漏水"))
    assert await server.caller.post(*recorded) == 200
    wall.now += timedelta(minutes=11)
    assert await server.caller.post(*recorded) == 403


@pytest.mark.parametrize(
    "message",
    [
        "",
        "no xml",
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Content>&a;</Content></xml>',
        "<xml><MsgType>text</MsgType></xml>",
        "<xml><FromUserName>oLI</FromUserName><MsgType>text</MsgType><Content>没有号</Content></xml>",
        "<xml><FromUserName>oLI</FromUserName><MsgType>hologram</MsgType><MsgId>1</MsgId></xml>",
        "<xml><FromUserName>oLI</FromUserName><MsgType>event</MsgType><Event>VIEW</Event></xml>",
        "<xml><FromUserName>oLI</FromUserName><MsgType>event</MsgType><Event>subscribe_msg_sent_event</Event></xml>",
        "<xml><FromUserName>oLI</FromUserName><MsgType>event</MsgType></xml>",
    ],
)
async def test_what_is_genuine_and_says_nothing_does_not_come_back(
    server: OfficialServer, channel: Official, ears: Ears, message: str
) -> None:
    assert await server.deliver(message) == [200]
    assert ears.heard == []


async def test_pictures_are_fetched_and_what_was_spoken_is_read(
    server: OfficialServer, channel: Official, ears: Ears
) -> None:
    await server.shows("oLI", photo())
    await server.deliver(server.written("oLI", MsgType="voice", MediaId="m1", Format="amr", Recognition="电梯坏了"))
    picture, voice = ears.heard
    assert picture.attachments[0].digest is not None
    assert (voice.text, voice.attachments[0].kind) == ("电梯坏了", "voice")
    server.fails("/cgi-bin/media/get", 40007)
    await server.shows("oLI", photo())
    assert "没有取到" in (ears.heard[-1].attachments[0].refused or "")


async def test_a_wrong_secret_stops_the_start_with_the_remedy(
    server: OfficialServer, ears: Ears, tmp_path: Path, own_database: Sessions
) -> None:
    for wrong, word in (({"secret": "guessed"}, "AppSecret"), ({"app_id": "wxOTHER"}, "AppID")):
        with pytest.raises(Misconfigured, match=word):
            async with connected(server, ears, tmp_path, own_database, **wrong):
                pass


async def test_an_address_that_is_not_on_the_list_does_not_stop_the_start(
    ears: Ears, tmp_path: Path, own_database: Sessions, wall: Wall
) -> None:
    async with OfficialServer(wall, trusted=False) as server:
        async with connected(server, ears, tmp_path, own_database):
            await server.says("oLI", "漏水")
        assert ears.texts == ["漏水"]
        finding = await config(server).examine()
    assert not finding.ready
    assert "IP 白名单" in finding.sentence


async def test_the_check_says_what_is_missing(server: OfficialServer) -> None:
    found = await config(server).examine()
    assert (found.ready, "/hook/official/main" in found.sentence) == (True, True)
    found = await config(server, **NOTICES).examine()
    assert (found.ready, "我的模板" in found.sentence) == (False, True)
    server.templates[TEMPLATE] = ("character_string1", "thing2", "time3")
    assert (await config(server, **NOTICES).examine()).ready
    server.fails("/cgi-bin/getcallbackip", 48001)
    assert "认证" in (await config(server).examine()).sentence


async def test_half_a_template_is_explained(server: OfficialServer) -> None:
    with pytest.raises(ValueError, match="notice_text"):
        config(server, notice_template=TEMPLATE)


async def test_codes_for_buildings(server: OfficialServer) -> None:
    assert await config(server).ways_in(["place-12"]) == [
        "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket=gQ%2Fplace-12%3D%3D"
    ]
    server.fails("/cgi-bin/qrcode/create", 48001)
    with pytest.raises(Misconfigured, match="认证"):
        await config(server).ways_in(["place-12"])


async def test_nothing_that_people_say_is_logged(
    server: OfficialServer, channel: Official, ears: Ears, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    ears.failures.append(RuntimeError("1203漏水"))
    await server.says("oLI", "1203漏水")
    assert server.caller is not None
    await server.caller.post(*server.caller.sealed("x", receiveid="wxOTHER"))
    logged = "\n".join(f"{record.message} {vars(record)}" for record in caplog.records if record.name.startswith("bot"))
    for secret in ("漏水", "never-to-be-seen", "QDG6eK", "oLI"):
        assert secret not in logged
    assert APP
