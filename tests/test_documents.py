"""Files of notices: which are taken, what they are called, and how they are kept and linked to."""

from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest
from aiohttp import ClientSession

from bot.channels.base import Can
from bot.channels.wording import Wording
from bot.documents import LONGEST_NAME, NO_DOCUMENT, NOT_WHAT_IT_SAYS, named, objection
from bot.media import MediaStore
from bot.showing import GOOD_FOR
from handlers.messages import File, Words
from tests.test_media import pieces
from tests.test_showing import PUBLIC, shown
from tests.webchat_harness import MovableClock

PDF: Final = b"%PDF-1.7\n" + bytes(2000)
ZIP: Final = b"PK\x03\x04" + bytes(100)
OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("停水.pdf", PDF, None),
        ("停水.PDF", PDF, None),
        ("名单.xlsx", ZIP, None),
        ("公告.ofd", ZIP, None),
        ("公告.doc", OLE, None),
        ("名单.et", OLE, None),
        ("名单.csv", "门牌,姓名\n".encode("gb18030"), None),
        ("程序.exe", b"MZ" + bytes(100), NO_DOCUMENT),
        ("表.xlsm", ZIP, NO_DOCUMENT),
        ("包.zip", ZIP, NO_DOCUMENT),
        ("页面.html", b"<script>", NO_DOCUMENT),
        ("没有尾巴", PDF, NO_DOCUMENT),
        ("", PDF, NO_DOCUMENT),
        ("停水.pdf", b"MZ" + bytes(100), NOT_WHAT_IT_SAYS),
        ("名单.xlsx", OLE, NOT_WHAT_IT_SAYS),
        ("说明.txt", b"MZ\x00\x90", NOT_WHAT_IT_SAYS),
        ("空.pdf", b"", NOT_WHAT_IT_SAYS),
        ("短.txt", b"abc", NOT_WHAT_IT_SAYS),
    ],
)
def test_papers_are_taken_and_nothing_else(name: str, content: bytes, why: str | None) -> None:
    assert objection(named(name), content) == why


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("停水.pdf", "停水.pdf"),
        ("../../etc/passwd.PDF", "passwd.pdf"),
        ("C:\\桌面\\名单.xlsx", "名单.xlsx"),
        ('a"b\r\nX: 1.pdf', "a b X 1.pdf"),
        ("\u202efdp.exe.pdf", "fdp.exe.pdf"),
        (".pdf", "附件.pdf"),
        ("  ", "附件"),
    ],
)
def test_a_name_is_only_a_name(name: str, called: str) -> None:
    assert named(name) == called


def test_a_long_name_keeps_its_end() -> None:
    called = named("通知" * 500 + ".docx")
    assert (len(called), called[-5:]) == (LONGEST_NAME, ".docx")


async def test_a_file_is_kept_as_it_is_and_goes_when_nobody_needs_it(tmp_path: Path) -> None:
    store = MediaStore(tmp_path, 2**20)
    kept = await store.keep(pieces(PDF), "file", "a/停水.PDF")
    digest = sha256(PDF).hexdigest()
    assert (kept.digest, kept.size, kept.refused, kept.name) == (digest, len(PDF), None, "停水.pdf")
    path = store.path(digest)
    assert path is not None
    assert path.read_bytes() == PDF
    store.delete(digest)
    assert store.path(digest) is None


async def test_what_is_too_large_or_no_paper_leaves_nothing(tmp_path: Path) -> None:
    store = MediaStore(tmp_path, 1000)
    assert (await store.keep(pieces(PDF), "file", "停水.pdf")).refused == "这个文件超过 0 MB，请发小一点的。"
    assert (await store.keep(pieces(b"MZ" * 100), "file", "停水.pdf")).refused == NOT_WHAT_IT_SAYS
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


async def test_a_link_gives_the_file_to_be_kept_until_it_ends(tmp_path: Path) -> None:
    clock, store = MovableClock(), MediaStore(tmp_path, 2**20)
    kept = await store.keep(pieces(PDF), "file", "停水.pdf")
    file = File(kept.digest or "", kept.name)
    async with shown(tmp_path, clock) as (links, address), ClientSession() as http:
        link = (links(file) or "").replace(PUBLIC, address)
        async with http.get(link) as answer:
            assert (answer.status, await answer.read()) == (200, PDF)
            assert answer.headers["Content-Disposition"].startswith("attachment;")
            assert answer.content_type == "application/octet-stream"
        for forged in (link.replace(".pdf", ".html"), link.replace("/file/", "/picture/").removesuffix(".pdf")):
            async with http.get(forged) as answer:
                assert answer.status == 404
        clock.wait(GOOD_FOR * 2)
        async with http.get(link) as answer:
            assert answer.status == 404


async def test_where_no_file_can_go_there_is_a_link_or_a_line(tmp_path: Path) -> None:
    store = MediaStore(tmp_path, 2**20)
    kept = await store.keep(pieces(PDF), "file", "停水.pdf")
    words = Words("明天停水", files=(File(kept.digest or "", kept.name),))
    async with shown(tmp_path, MovableClock()) as (links, _):
        said = Wording(links).of(words, Can(), is_group=True)
    assert said.text.startswith(f"明天停水\n附件《停水.pdf》：{PUBLIC}/file/")
    bare = Wording().of(words, Can(), is_group=True)
    assert bare.text == "明天停水\n（附件《停水.pdf》这里发不出来，要看请问发通知的人。）"
    assert said.files == bare.files == ()
    assert Wording(links).of(words, Can(files=True), is_group=True) == words
