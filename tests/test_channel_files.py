"""Files on every channel that carries them: behind their words, under their names, and never at the price of the words."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import pytest

from bot.media import MediaStore
from handlers.messages import File, Words
from storage.database import Sessions
from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram_methods import refused
from tests.platforms.telegram_side import Ears, connected
from tests.platforms.wecom_app import WecomAppServer
from tests.platforms.wecom_app_side import connected as app_connected
from tests.platforms.wecom_bot import WecomBotServer
from tests.platforms.wecom_bot_rules import BAD_ARGUMENT
from tests.platforms.wecom_bot_side import Ears as BotEars
from tests.platforms.wecom_bot_side import connected as bot_connected
from tests.platforms.wecom_groups import NOON, WecomGroupsServer
from tests.platforms.wecom_groups_side import linked
from tests.platforms.wecom_hook import WecomHookServer
from tests.platforms.wecom_hook_side import KEY
from tests.platforms.wecom_hook_side import connected as hook_connected
from tests.platforms.wecom_service import SERVICE, WecomServiceServer
from tests.platforms.wecom_service_side import connected as service_connected
from tests.test_documents import PDF

GROUP: Final = "-1001987654321"
WANG: Final = "500100211"
NAME: Final = "停水 安排.pdf"
GONE: Final = File("0" * 64, "没有了.pdf")


async def _once() -> AsyncIterator[bytes]:
    yield PDF


async def words(folder: Path) -> Words:
    """A notice with a file, and one that is gone."""
    kept = await MediaStore(folder, limit_bytes=1_000_000).keep(_once(), "file", NAME)
    return Words("明天停水", files=(File(kept.digest or "", kept.name), GONE))


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        server.group(GROUP)
        server.person(WANG, "陈书记")
        yield server


async def test_telegram_says_the_words_and_gives_the_file(telegram: TelegramServer, tmp_path: Path) -> None:
    async with connected(telegram, Ears(), tmp_path) as channel:
        said = (await channel.send(GROUP, await words(tmp_path))).id
    text, file = telegram.heard(GROUP)
    assert (text.id, text.text, file.file) == (said, "明天停水", (NAME, PDF))


async def test_words_are_not_lost_with_a_file_that_telegram_refuses(telegram: TelegramServer, tmp_path: Path) -> None:
    telegram.fails("sendDocument", refused("file is bad"))
    async with connected(telegram, Ears(), tmp_path) as channel:
        sent = await channel.send(GROUP, await words(tmp_path))
    assert ([said.text for said in telegram.heard(GROUP)], sent.unshown) == (["明天停水"], True)


@pytest.mark.parametrize(("where", "fetched"), [(WANG, True), (GROUP, False)])
async def test_telegram_fetches_files_of_who_is_alone_with_the_bot(
    telegram: TelegramServer, tmp_path: Path, where: str, *, fetched: bool
) -> None:
    ears = Ears()
    document = {"file_id": telegram.town.file(PDF), "file_unique_id": "u", "file_name": NAME}
    async with connected(telegram, ears, tmp_path):
        telegram.says(where, WANG, "通知 3栋：明天停水", document=document)
        (heard,) = await ears.hear(1)
    (file,) = heard.attachments
    assert (file.kind, file.digest is not None, file.name) == ("file", fetched, NAME if fetched else "")
    assert telegram.times("getFile") == int(fetched)


async def test_a_program_is_refused_with_the_reason(telegram: TelegramServer, tmp_path: Path) -> None:
    ears = Ears()
    document = {"file_id": telegram.town.file(b"MZ" * 9), "file_unique_id": "u", "file_name": "停水.exe"}
    async with connected(telegram, ears, tmp_path):
        telegram.says(WANG, WANG, "通知 3栋：明天停水", document=document)
        (heard,) = await ears.hear(1)
    assert "PDF" in (heard.attachments[0].refused or "")


async def test_the_webhook_gives_the_file(tmp_path: Path) -> None:
    async with WecomHookServer() as server:
        server.group(KEY)
        async with hook_connected(server, tmp_path) as channel:
            await channel.send(channel.chat, await words(tmp_path))
        text, file = server.heard(KEY)
    assert (text.text, file.file) == ("明天停水", (NAME, PDF))


async def test_the_webhook_says_the_words_where_the_file_is_refused(tmp_path: Path) -> None:
    async with WecomHookServer() as server:
        server.group(KEY)
        server.fails(None, BAD_ARGUMENT)
        async with hook_connected(server, tmp_path) as channel:
            sent = await channel.send(channel.chat, await words(tmp_path))
        assert ([said.text for said in server.heard(KEY)], sent.unshown) == (["明天停水"], True)


async def test_the_app_gives_the_file(tmp_path: Path) -> None:
    async with WecomAppServer() as server, app_connected(server, Ears(), tmp_path) as channel:
        server.member("wangwei", "王伟")
        said = (await channel.send("wangwei", await words(tmp_path))).id
        text, file = server.heard("wangwei")
    assert (text.id, text.text, file.file) == (said, "明天停水", (NAME, PDF))


async def test_the_ai_bot_gives_the_file_uploaded_once(tmp_path: Path) -> None:
    async with WecomBotServer() as server, bot_connected(server, BotEars(), tmp_path) as channel:
        await server.says("wrDUTYGROUP1", "wangwei", "@楼栋助手 在吗")
        for _ in range(2):
            await channel.send("group:wrDUTYGROUP1", await words(tmp_path))
        said = server.heard("wrDUTYGROUP1")
        assert [one.kind for one in said] == ["markdown", "file"] * 2
        assert list(server.media.names.values()) == [NAME]
        assert list(server.media.uploaded.values()) == [PDF]


async def test_customer_groups_get_the_file_with_the_words(tmp_path: Path) -> None:
    async with WecomGroupsServer() as server:
        server.owner("lihua", "李华")
        server.group("wrB3", "3栋", "lihua")
        media = MediaStore(tmp_path, limit_bytes=1_000_000)
        async with linked(server, Ears().receive, media, lambda: NOON) as channel:
            await channel.ask("lihua", ["wrB3"], await words(tmp_path))
        server.confirms("lihua")
        assert (server.heard("wrB3"), server.groups["wrB3"].files) == (["明天停水"], [(NAME, PDF)])


async def test_the_service_account_gives_the_file(tmp_path: Path, own_database: Sessions) -> None:
    async with WecomServiceServer(lambda: NOON) as server:
        server.resident("wmLI", "李姐")
        async with service_connected(server, Ears(), tmp_path, own_database) as channel:
            await server.says("wmLI", "有什么通知")
            await channel.send(f"{SERVICE}/wmLI", await words(tmp_path))
        text, file = server.heard("wmLI")
    assert (text.text, file.file) == ("明天停水", (NAME, PDF))
