"""What people type, and what nobody types."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.webchat_street import Street, opened
from tests.webchat_visitor import refusal


@pytest.fixture
async def street(tmp_path: Path) -> AsyncIterator[Street]:
    async with opened(tmp_path) as street:
        yield street


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u200d\ufeff", "\u3164", "\x00\x07", "\u202e\u2066"])
async def test_a_message_with_nothing_in_it_is_refused(street: Street, text: str) -> None:
    assert await refusal(await street.li.says(text)) == (422, "还没有写内容。写几个字或选一张照片再发。")
    assert not street.ear.calls


@pytest.mark.parametrize(
    ("typed", "heard"),
    [
        ("🙉🙉🙉", "🙉🙉🙉"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("灯\x00坏\x1b了", "灯坏了"),
        ("一\r\n二\r三\n四\t五", "一\n二\n三\n四\t五"),
        ("شارع 12", "شارع 12"),
        ("半个\ud83d字", "半个\ufffd字"),
        ("灯" * 10_000, "灯" * 10_000),
        ("🙂" * 10_000, "🙂" * 10_000),
    ],
)
async def test_whatever_people_type_arrives(street: Street, typed: str, heard: str) -> None:
    assert (await street.li.says(typed)).status == 200
    assert street.ear.last.text == heard
    async with street.xia.listening() as stream:
        assert await stream.texts() == [heard]


async def test_what_is_too_long_is_refused_with_the_limit(street: Street) -> None:
    status, say = await refusal(await street.li.says("灯" * 10_001))
    assert (status, say) == (413, "一条消息最多 10000 字，这条有 10001 字，请分几条发。")
    status, say = await refusal(await street.li.says("灯\n" * 1_000_000))
    assert (status, say) == (413, "这条消息太长了，一条最多 10000 字，请分几条发。")
    assert not street.ear.calls


@pytest.mark.parametrize(
    "body",
    [
        "",
        "null",
        "[]",
        "{",
        "\xff",
        '{"id":"12345678"}',
        '{"id":"short","chat":"g3","text":"灯"}',
        '{"id":"../../../etc","chat":"g3","text":"灯"}',
        '{"id":"12345678","chat":"g3","text":["灯"]}',
        '{"id":"12345678","chat":"g3","text":"灯","admin":true}',
        '{"id":"12345678","chat":"g3","text":"灯","quote":"' + "9" * 300 + '"}',
        "[" * 100_000,
    ],
)
async def test_what_the_page_would_never_send_is_refused(street: Street, body: str) -> None:
    assert (await refusal(await street.li.post("/chat/messages", body)))[0] == 400
    assert not street.ear.calls
