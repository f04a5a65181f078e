"""Telegram by webhook: only the genuine is heard, and answered once it is on disk."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram_methods import broken
from tests.platforms.telegram_side import SECRET, Ears, connected

GROUP: Final = "-1001987654321"
WANG: Final = "500100211"


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        server.group(GROUP)
        server.person(WANG, "王阿姨")
        yield server


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def hooked(server: TelegramServer, ears: Ears, tmp_path: Path) -> AsyncIterator[None]:
    async with connected(server, ears, tmp_path, hook=True):
        await server.updates.hooked.wait()
        yield


@pytest.mark.usefixtures("hooked")
async def test_what_is_delivered_is_heard(server: TelegramServer, ears: Ears) -> None:
    assert server.updates.webhook["url"].endswith("/hook/telegram/main")
    server.says(GROUP, WANG, "没水了")
    assert await server.updates.deliver() == [200]
    assert ears.texts == ["没水了"]


@pytest.mark.usefixtures("hooked")
async def test_delivered_twice_it_has_one_name(server: TelegramServer, ears: Ears) -> None:
    server.says(GROUP, WANG, "没水了")
    (update,) = server.updates.waiting
    assert [await server.updates.call(update), await server.updates.call(update)] == [200, 200]
    assert len({inbound.key for inbound in ears.heard}) == 1


@pytest.mark.usefixtures("hooked")
async def test_out_of_order_is_heard_all_the_same(server: TelegramServer, ears: Ears) -> None:
    for text in ("一", "二", "三"):
        server.says(GROUP, WANG, text)
    assert await server.updates.deliver(order=lambda waiting: reversed(list(waiting))) == [200] * 3
    assert ears.texts == ["三", "二", "一"]


@pytest.mark.usefixtures("hooked")
async def test_what_could_not_be_stored_is_delivered_again(server: TelegramServer, ears: Ears) -> None:
    ears.failures.append(RuntimeError("the database is away"))
    server.says(GROUP, WANG, "没水了")
    assert [await server.updates.deliver(), await server.updates.deliver()] == [[503], [200]]
    assert ears.texts == ["没水了"]


@pytest.mark.usefixtures("hooked")
@pytest.mark.parametrize("secret", ["", "wrong", SECRET + "x", SECRET[:-1], SECRET.upper(), "\xe4\xf6" * 8])
async def test_a_forged_call_is_refused(server: TelegramServer, ears: Ears, secret: str) -> None:
    server.says(GROUP, WANG, "绑定 7F3K")
    (update,) = server.updates.waiting
    assert await server.updates.call(update, secret=secret) == 403
    assert ears.heard == []


@pytest.mark.usefixtures("hooked")
@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"7",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"update_id": "x", "message": 3}',
        b"{}",
        b'{"update_id": 1, "poll_of_tomorrow": {}}',
    ],
)
async def test_what_is_genuine_and_unreadable_does_not_come_back(
    server: TelegramServer, ears: Ears, body: bytes
) -> None:
    assert await server.updates.call(None, body=body) == 200
    assert ears.heard == []


@pytest.mark.usefixtures("hooked")
async def test_a_huge_body_is_not_read(server: TelegramServer, ears: Ears) -> None:
    assert await server.updates.call(None, body=b" " * 1_100_000 + b"{}") == 413
    assert await server.updates.call(None, body=b" " * 5_000_000, secret="wrong") == 403
    assert ears.heard == []


async def test_the_webhook_is_set_once_telegram_can_be_reached(
    server: TelegramServer, ears: Ears, tmp_path: Path
) -> None:
    server.fails("getMe", broken())
    server.fails("setWebhook", broken())
    async with connected(server, ears, tmp_path, hook=True):
        await server.updates.hooked.wait()
        assert server.updates.webhook["secret_token"] == SECRET
        server.says(GROUP, WANG, "没水了")
        assert await server.updates.deliver() == [200]
