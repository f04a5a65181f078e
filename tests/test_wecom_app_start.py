"""Beginning to be an app: what stops the start, what does not, and what `guanjia check` says of it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.channels.base import Link
from bot.channels.wecom_app import WecomAppConfig
from bot.check import findings
from bot.section import Misconfigured
from tests.config_desk import Desk
from tests.platforms.telegram_side import PATIENT, Ears
from tests.platforms.wecom_api import CORP, NOON, SECRET, Raw, Wall
from tests.platforms.wecom_app import WecomAppServer
from tests.platforms.wecom_app_side import config, connected
from tests.platforms.wecom_callback import ECHO
from tests.platforms.wecom_crypt import AES_KEY, TOKEN

AGENT = "/cgi-bin/agent/get"


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
async def server(wall: Wall) -> AsyncIterator[WecomAppServer]:
    async with WecomAppServer(wall) as server:
        server.member("wangwei", "王伟")
        yield server


WRONG: pytest.MarkDecorator = pytest.mark.parametrize(
    ("wrong", "word"),
    [
        ({"secret": "mistyped-secret"}, "Secret"),
        ({"corp_id": "wwOTHER"}, "企业 ID"),
        ({"agent_id": "1000009"}, "AgentId"),
    ],
)


@WRONG
async def test_what_was_mistyped_stops_the_start(
    server: WecomAppServer, tmp_path: Path, wrong: dict[str, str], word: str
) -> None:
    with pytest.raises(Misconfigured, match=word) as refused:
        async with connected(server, Ears(), tmp_path, **wrong):
            pass
    assert "mistyped-secret" not in str(refused.value)


async def test_before_the_address_is_trusted_it_can_be_proved(
    server: WecomAppServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The console lets nobody enter a trusted address before the callbacks are set up, and that needs the service."""
    server.trusted = False
    async with connected(server, Ears(), tmp_path):
        assert server.caller is not None
        assert await server.caller.prove() == (200, ECHO.encode())
    told = [record for record in caplog.records if record.message == "platform_objects"]
    assert [getattr(record, "error", "") for record in told] == ["errcode_60020"]


async def test_out_of_reach_is_noticed_and_got_over(server: WecomAppServer, wall: Wall, tmp_path: Path) -> None:
    server.fails(AGENT, *[Raw(status=502)] * 3)
    async with connected(server, Ears(), tmp_path, watch_seconds=0.01) as channel:
        assert (channel.link.up, channel.link.reason) == (False, "HTTP_502")
        wall.now += timedelta(hours=2)
        await until(channel.link, up=True)
        assert channel.link.gaps == [(NOON, wall.now)]
        server.fails(AGENT, *[Raw(status=502)] * 2)
        await until(channel.link, up=False)
        await until(channel.link, up=True)


async def test_an_objection_is_an_answer_and_is_logged_once(
    server: WecomAppServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    server.fails(AGENT, None, 60020, 60020, 45009, None, 60020)
    async with connected(server, Ears(), tmp_path, watch_seconds=0.01) as channel:
        while server.times(AGENT) < 7:
            await asyncio.sleep(0.01)
        assert channel.link.up
        assert channel.link.gaps == []
    told = [getattr(record, "error", "") for record in caplog.records if record.message == "platform_objects"]
    assert told == ["errcode_60020", "errcode_45009", "errcode_60020"]


async def test_who_calls_is_there(server: WecomAppServer, tmp_path: Path) -> None:
    server.fails(AGENT, Raw())
    async with connected(server, Ears(), tmp_path) as channel:
        assert not channel.link.up
        await server.says("wangwei", "帮助")
        assert channel.link.up


async def until(link: Link, *, up: bool) -> None:
    async with asyncio.timeout(PATIENT):
        while link.up is not up:
            await asyncio.sleep(0)


# -- guanjia check -------------------------------------------------------------------------------------------------


async def test_an_app_that_works_is_told_with_the_address_to_enter(server: WecomAppServer) -> None:
    found = await config(server, account="east").examine()
    assert found.ready
    assert "红管家" in found.sentence
    assert "/hook/wecom_app/east" in found.sentence


@WRONG
async def test_what_was_mistyped_is_named(server: WecomAppServer, wrong: dict[str, str], word: str) -> None:
    found = await config(server, **wrong).examine()
    assert not found.ready
    assert word in found.sentence
    assert "mistyped-secret" not in found.sentence


async def test_an_untrusted_address_is_told_to_be_copied(server: WecomAppServer) -> None:
    server.trusted = False
    found = await config(server).examine()
    assert not found.ready
    assert "企业可信IP" in found.sentence
    assert "203.0.113.7" in found.sentence


@pytest.mark.parametrize(
    ("app", "word"),
    [
        ({"close": 1}, "启用"),
        ({"allow_userinfos": {"user": []}}, "可见范围"),
        ({"allow_userinfos": None, "allow_partys": {"partyid": []}}, "可见范围"),
    ],
)
async def test_an_app_that_nobody_can_use_is_told(server: WecomAppServer, app: dict[str, Any], word: str) -> None:
    server.app |= app
    found = await config(server).examine()
    assert not found.ready
    assert word in found.sentence


@pytest.mark.parametrize("seen_by", [{"allow_partys": {"partyid": [1]}}, {"allow_tags": {"tagid": [1]}}])
async def test_a_department_or_a_tag_is_a_range(server: WecomAppServer, seen_by: dict[str, Any]) -> None:
    server.app |= {"allow_userinfos": {"user": []}} | seen_by
    assert (await config(server).examine()).ready


@pytest.mark.parametrize(("code", "word"), [(48002, "权限"), (60011, "可见范围"), (12345, "12345")])
async def test_every_other_objection_has_a_sentence(server: WecomAppServer, code: int, word: str) -> None:
    server.fails(AGENT, code)
    assert word in (await config(server).examine()).sentence


async def test_out_of_reach_is_a_finding(server: WecomAppServer) -> None:
    found = await config(server, base_url="http://127.0.0.1:9").examine()
    assert not found.ready
    assert "连不上企业微信" in found.sentence


# -- the configuration ---------------------------------------------------------------------------------------------


def section(**changes: str) -> str:
    """The app's table of a configuration file."""
    usual = {"kind": "wecom_app", "corp_id": CORP, "agent_id": "1000002", "secret": SECRET, "token": TOKEN}
    lines = [f'{key} = "{value}"' for key, value in (usual | {"encoding_aes_key": AES_KEY} | changes).items()]
    return "\n".join(["[[channels]]", *lines])


async def test_the_command_says_what_the_app_is_like(server: WecomAppServer, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(section(base_url=server.base_url), encoding="utf-8")
    told = [str(finding) for finding in await findings(path, NOON)]
    assert any(line.startswith("✓ 企业微信应用“红管家”连得上") for line in told), told


def test_secrets_may_come_from_elsewhere(tmp_path: Path) -> None:
    without = "\n".join(line for line in section().splitlines() if not line.startswith(("secret", "token", "enc")))
    elsewhere = {"SECRET": SECRET, "TOKEN": TOKEN, "ENCODING_AES_KEY": AES_KEY}
    (channel,) = Desk(tmp_path).loads(without, **{f"GUANJIA_WECOM_APP_{k}": v for k, v in elsewhere.items()}).channels
    assert isinstance(channel, WecomAppConfig)
    assert channel.encoding_aes_key.get_secret_value() == AES_KEY


def test_a_key_with_a_letter_missing_is_told_and_not_repeated(tmp_path: Path) -> None:
    told = Desk(tmp_path).hears(section(encoding_aes_key=AES_KEY[:-1]), "encoding_aes_key", "43 个英文字母和数字")
    assert AES_KEY[:9] not in told


async def test_no_secret_is_shown(server: WecomAppServer, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    server.fails(AGENT, Raw(), 40014)
    async with connected(server, Ears(), tmp_path):
        pass
    shown = f"{config(server)!r}" + "\n".join(
        f"{record.getMessage()} {vars(record)}" for record in caplog.records if record.name.startswith("bot")
    )
    for secret in (SECRET, TOKEN, AES_KEY, "token-1"):
        assert secret not in shown
