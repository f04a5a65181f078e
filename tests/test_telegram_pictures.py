"""Pictures that people send: kept before the message is handed over, or refused with what to do."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest

from handlers.messages import Attachment
from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram_methods import broken, refused
from tests.platforms.telegram_side import Ears, connected, photo

GROUP: Final = "-1001987654321"
WANG: Final = "500100211"


@pytest.fixture
async def server() -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        server.group(GROUP)
        server.person(WANG, "王阿姨")
        yield server


async def _sent(server: TelegramServer, folder: Path, picture: bytes, size: int | None = None) -> Attachment:
    ears = Ears()
    async with connected(server, ears, folder):
        server.says(GROUP, WANG, "楼顶漏水", picture=picture, picture_size=size)
        (heard,) = await ears.hear(1)
    assert heard.text == "楼顶漏水"
    (attachment,) = heard.attachments
    return attachment


async def test_a_photo_is_on_disk_when_its_message_is_heard(server: TelegramServer, tmp_path: Path) -> None:
    got = await _sent(server, tmp_path, photo())
    assert got.digest is not None
    kept = (tmp_path / got.digest[:2] / got.digest).read_bytes()
    assert (got.refused, got.size, sha256(kept).hexdigest()) == (None, len(kept), got.digest)


async def test_a_picture_sent_as_a_file_is_kept_too(server: TelegramServer, tmp_path: Path) -> None:
    ears = Ears()
    name = server.town.file(photo())
    file = {"file_id": name, "file_unique_id": "u", "mime_type": "image/jpeg", "file_name": "../../etc/passwd"}
    async with connected(server, ears, tmp_path):
        server.says(GROUP, WANG, document=file)
        (heard,) = await ears.hear(1)
    assert heard.attachments[0].digest


async def test_of_a_huge_photo_the_largest_size_within_reach_is_kept(server: TelegramServer, tmp_path: Path) -> None:
    ears = Ears()
    sizes = server.town.picture(photo("red")) + server.town.picture(photo("blue"), 21_000_000)[1:]
    sizes[-1] |= {"width": 5000, "height": 4000}
    async with connected(server, ears, tmp_path):
        server.says(GROUP, WANG, photo=sizes)
        (heard,) = await ears.hear(1)
    assert heard.attachments[0].digest
    assert [call.fields["file_id"] for call in server.calls if call.method == "getFile"] == [sizes[1]["file_id"]]


async def test_a_file_beyond_reach_is_refused_without_fetching(server: TelegramServer, tmp_path: Path) -> None:
    ears = Ears()
    name = server.town.file(b"", 200_000_000)
    file = {"file_id": name, "file_unique_id": "u", "mime_type": "image/png", "file_size": 200_000_000}
    async with connected(server, ears, tmp_path):
        server.says(GROUP, WANG, document=file)
        (heard,) = await ears.hear(1)
    assert "20 MB" in (heard.attachments[0].refused or "")
    assert server.times("getFile") == 0


async def test_what_is_no_picture_is_refused(server: TelegramServer, tmp_path: Path) -> None:
    got = await _sent(server, tmp_path, b"MZ this is a program")
    assert (got.digest, got.refused) == (None, "这不是图片，请发照片。")


@pytest.mark.parametrize("where", ["getFile", "download"])
async def test_a_picture_that_cannot_be_fetched_holds_nothing_up(
    server: TelegramServer, tmp_path: Path, where: str
) -> None:
    server.fails(where, broken() if where == "download" else refused("wrong file_id"))
    got = await _sent(server, tmp_path, photo())
    assert (got.kind, got.digest) == ("image", None)
    assert "再发一次" in (got.refused or "")


async def test_each_picture_of_an_album_is_a_message_and_the_first_has_the_words(
    server: TelegramServer, tmp_path: Path
) -> None:
    ears = Ears()
    async with connected(server, ears, tmp_path):
        server.says(GROUP, WANG, "楼道堆了好多", picture=photo("red"), media_group_id="1392")
        server.says(GROUP, WANG, picture=photo("blue"), media_group_id="1392")
        heard = await ears.hear(2)
    assert ears.texts == ["楼道堆了好多", ""]
    assert len({inbound.attachments[0].digest for inbound in heard} - {None}) == 2
