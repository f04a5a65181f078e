"""微信客服 at its start and its check, and what it hears beside messages."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.channels.wecom_service import WecomService
from bot.channels.wecom_service.reading import Heard, read
from bot.section import Misconfigured
from handlers.messages import Happening
from storage.database import Sessions
from storage.outbox import OutboxMessage
from storage.types import MessageKind, OutboxStatus
from tests.platforms.telegram_side import Ears
from tests.platforms.wecom_service import NOON, SERVICE, WecomServiceServer
from tests.platforms.wecom_service_side import config, connected

WHO: dict[str, Any] = {"external_userid": "wmLI", "open_kfid": SERVICE}
TEXT: dict[str, Any] = {"msgid": "k2", **WHO, "origin": 3, "msgtype": "text", "text": {"content": "电梯困人了"}}


@pytest.fixture
async def server() -> AsyncIterator[WecomServiceServer]:
    async with WecomServiceServer() as server:
        server.resident("wmLI", "李姐")
        yield server


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def channel(
    server: WecomServiceServer, ears: Ears, tmp_path: Path, own_database: Sessions
) -> AsyncIterator[WecomService]:
    async with connected(server, ears, tmp_path, own_database) as channel:
        yield channel


def heard(**changes: Any) -> Heard:
    found = read({**TEXT, **changes}, "main", NOON)
    assert isinstance(found, Heard)
    return found


async def test_a_wrong_secret_stops_the_start_with_the_remedy(
    server: WecomServiceServer, ears: Ears, tmp_path: Path, own_database: Sessions
) -> None:
    for wrong, word in (({"secret": "guessed"}, "Secret"), ({"corp_id": "wwOTHER"}, "企业 ID")):
        with pytest.raises(Misconfigured, match=word):
            async with connected(server, ears, tmp_path, own_database, **wrong):
                pass


async def test_an_app_that_is_not_admitted_yet_does_not_stop_the_start(
    server: WecomServiceServer, ears: Ears, tmp_path: Path, own_database: Sessions
) -> None:
    server.fails("/cgi-bin/kf/account/list", 48002)
    async with connected(server, ears, tmp_path, own_database) as channel:
        assert channel.link.up


async def test_the_check_says_what_is_missing(server: WecomServiceServer) -> None:
    found = await config(server).examine()
    assert (found.ready, "“红管家”" in found.sentence, "/hook/wecom_service/main" in found.sentence) == (
        True,
        True,
        True,
    )
    server.accounts[0]["manage_privilege"] = False
    assert "通过 API 管理" in (await config(server).examine()).sentence
    server.fails("/cgi-bin/kf/account/list", 48002)
    assert "可调用接口的应用" in (await config(server).examine()).sentence
    server.trusted = False
    assert "203.0.113.7" in (await config(server).examine()).sentence
    server.cut = True
    assert "连不上" in (await config(server).examine()).sentence


async def test_what_the_platform_could_not_deliver_is_dead_with_its_reason(
    server: WecomServiceServer, channel: WecomService, own_database: Sessions
) -> None:
    async with own_database.begin() as session:
        session.add(
            OutboxMessage(
                key="k",
                channel="wecom_service",
                account="main",
                chat=f"{SERVICE}/wmLI",
                is_group=False,
                kind=MessageKind.PERSONAL,
                body={"text": "好了"},
                created_at=NOON,
                due_at=NOON,
                status=OutboxStatus.SENT,
                platform_id="out-9001",
            )
        )
    for number in ("out-9001", "out-of-somebody-else", ""):
        server.happens("wmLI", "msg_send_fail", fail_msgid=number, fail_type=10)
    await server.signal()
    async with own_database() as session:
        (row,) = (await session.scalars(sa.select(OutboxMessage))).all()
    assert (row.status, row.error) == (OutboxStatus.DEAD, "the platform could not deliver it (10)")


async def test_what_is_taken_back_is_heard(server: WecomServiceServer, channel: WecomService, ears: Ears) -> None:
    number = await server.says("wmLI", "漏水")
    server.happens("wmLI", "user_recall_msg", recall_msgid=number)
    await server.signal()
    assert (ears.heard[-1].happening, ears.heard[-1].about) == (Happening.RECALLED, number)


def test_a_message_of_the_reference_is_read() -> None:
    """The sample that the reference prints."""
    entered = {"event_type": "enter_session", "scene": "bldg3", "scene_param": "unit=3", "welcome_code": "WC1", **WHO}
    item = {"msgid": "k1", "send_time": 1790000000, "origin": 4, "msgtype": "event", "event": entered}
    first = read(item, "main", NOON)
    assert isinstance(first, Heard)
    assert (first.inbound.happening, first.inbound.about, first.inbound.to_bot) == (Happening.ENTERED, "unit=3", True)
    assert first.allowance is not None
    assert (first.allowance.code, first.allowance.left) == ("WC1", 1)
    assert first.allowance.until - first.inbound.at == timedelta(seconds=20)
    second = heard(send_time=1790000020)
    assert (second.inbound.text, second.inbound.message_id) == ("电梯困人了", "k2")
    assert second.allowance is not None
    assert (second.allowance.left, second.allowance.until - second.inbound.at) == (5, timedelta(hours=48))


def test_what_was_set_up_in_the_console_is_only_a_text() -> None:
    tapped = heard(text={"content": "怎么报修", "menu_id": "1"})
    assert (tapped.inbound.happening, tapped.inbound.text) == (Happening.SAID, "怎么报修")


@pytest.mark.parametrize("seconds", [None, "noon", -1, 0, 10**30, 1.5])
def test_a_time_that_is_none_is_now(seconds: object) -> None:
    assert heard(send_time=seconds).inbound.at == NOON


@pytest.mark.parametrize(
    "item",
    [
        {"msgid": ""},
        {"msgid": 5},
        {"msgid": "k\0"},
        {"msgid": "长"},
        {"msgid": "k" * 300},
        {"external_userid": None},
        {"external_userid": "w" * 300},
        {"open_kfid": ""},
        {"open_kfid": "\ud800"},
        {"text": "content"},
        {"text": {"content": ["x"]}},
        {"msgtype": "hologram"},
        {"msgtype": None},
        {"origin": 5},
    ],
)
def test_what_no_real_item_looks_like_is_left(item: dict[str, Any]) -> None:
    assert read({**TEXT, **item}, "main", NOON) is None


def test_a_code_that_cannot_be_kept_is_no_welcome() -> None:
    event = {"event_type": "enter_session", "welcome_code": "W\0" * 200, **WHO}
    found = read({"msgid": "k1", "msgtype": "event", "event": event}, "main", NOON)
    assert isinstance(found, Heard)
    assert (found.allowance, found.inbound.to_bot) == (None, False)
