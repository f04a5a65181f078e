"""Pictures and files: who may bring them and who sees them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.webchat.door import alone_with
from handlers.messages import Attachment, File, Words
from tests.test_documents import PDF
from tests.test_media import picture, pieces
from tests.webchat_harness import GROUP, LI, LIMIT, STRANGER, XIA
from tests.webchat_street import Street, opened
from tests.webchat_visitor import refusal


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    async with opened(tmp_path) as street:
        yield street


async def test_a_picture_goes_with_a_message_and_is_seen_in_the_group_only(street: Street) -> None:
    digest = (await (await street.li.brings(picture())).json())["digest"]
    assert (await street.xia.get(f"/chat/pictures/{digest}")).status == 404, "not shown to anybody yet"
    assert (await street.li.says("", pictures=[digest])).status == 200
    path = street.media.path(digest)
    assert path is not None
    assert street.ear.last.attachments == (Attachment("image", digest, path.stat().st_size),)
    seen = await street.xia.get(f"/chat/pictures/{digest}")
    assert (seen.status, seen.content_type, await seen.read()) == (200, "image/jpeg", path.read_bytes())
    assert (await street.visitor(STRANGER).get(f"/chat/pictures/{digest}")).status == 404


async def test_a_recalled_picture_is_seen_by_nobody_else(street: Street) -> None:
    digest = (await (await street.li.brings(picture())).json())["digest"]
    await street.li.says("", pictures=[digest])
    await street.li.post("/chat/recalls", {"chat": GROUP, "message": street.ear.last.message_id})
    assert (await street.xia.get(f"/chat/pictures/{digest}")).status == 404


async def test_nobody_shows_a_picture_that_he_cannot_see(street: Street) -> None:
    digest = (await (await street.li.brings(picture())).json())["digest"]
    for unseen in (digest, "0" * 64, "../../etc/passwd"):
        status, say = await refusal(await street.xia.says("", pictures=[unseen]))
        assert (status, say) == (422, "图片没有传好，请重新选一次再发。")
    assert (await street.li.says("", pictures=[digest] * 10)).status == 413


async def test_a_file_that_is_no_picture_is_refused(street: Street) -> None:
    assert await refusal(await street.li.brings(b"MZ" + bytes(100))) == (422, "这不是图片，请发照片。")


async def test_a_picture_that_is_too_large_is_refused(street: Street) -> None:
    assert await refusal(await street.li.brings(bytes(LIMIT + 1))) == (413, "这张图片超过 1 MB，请发小一点的。")


async def test_a_picture_of_200_megabytes_without_a_length_is_cut_off(street: Street, tmp_path: Path) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while sent < 200:
            sent += 1
            yield bytes(2**20)

    headers = {"Origin": street.address, "Content-Type": "image/jpeg"}
    try:
        async with street.http.post(
            f"{street.address}/chat/pictures", params={"as": LI.id}, data=endless(), headers=headers
        ) as answer:
            assert await refusal(answer) == (422, "这张图片超过 1 MB，请发小一点的。")
    except ConnectionError:
        pass  # the service hung up while we were still sending
    assert sent < 200
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


async def test_a_file_goes_to_the_bot_alone_and_back_to_who_brought_it(street: Street) -> None:
    alone = alone_with(LI.id)
    posted = await street.li.gives("停水 安排.pdf", PDF)
    kept = await posted.json()
    given = [{"digest": kept["digest"], "name": "随便写的.exe"}]
    assert (await street.li.says("通知 3栋：停水", chat=alone, files=given)).status == 200
    assert street.ear.last.attachments == (Attachment("file", kept["digest"], len(PDF), name="停水 安排.pdf"),)
    (line,) = await street.li.sees(alone)
    assert line["files"] == [{"digest": kept["digest"], "name": "停水 安排.pdf"}]
    seen = await street.li.get(f"/chat/files/{kept['digest']}")
    assert (seen.status, await seen.read()) == (200, PDF)
    assert seen.headers["Content-Disposition"].startswith("attachment;")
    assert (await street.xia.get(f"/chat/files/{kept['digest']}")).status == 404
    assert (await refusal(await street.li.says("停水", files=given)))[0] == 422, "in a group"
    assert (await refusal(await street.xia.says("停水", chat=alone_with(XIA.id), files=given)))[0] == 422, "another's"


async def test_a_file_of_a_notice_is_given_to_its_group(street: Street) -> None:
    kept = await street.media.keep(pieces(PDF), "file", "停水.pdf")
    await street.webchat.send(GROUP, Words("停水", files=(File(kept.digest or "", kept.name),)))
    assert await (await street.xia.get(f"/chat/files/{kept.digest}")).read() == PDF
    assert (await street.visitor(STRANGER).get(f"/chat/files/{kept.digest}")).status == 404


@pytest.mark.parametrize(("name", "content"), [("停水.exe", b"MZ" * 9), ("停水.pdf", b"MZ" * 9), ("停水.pdf", b"")])
async def test_a_file_that_is_no_paper_is_refused(street: Street, name: str, content: bytes) -> None:
    assert (await refusal(await street.li.gives(name, content)))[0] == 422
    assert await refusal(await street.li.gives("大.pdf", bytes(LIMIT + 1))) == (
        413,
        "这个文件超过 1 MB，请发小一点的。",
    )
