"""A transcript through the whole service: what a reader would have seen, and that small talk leaves nothing behind."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from bot.replay import Figures, Replayed, read, replay, summed_up, told
from bot.replay.figures import percentile
from bot.replay.leftovers import left_over
from bot.replay.paper import heard
from bot.replay.transcript import Line, Transcript
from bot.section import Misconfigured
from bot.transact import transact
from handlers.house import HouseRules
from handlers.rules.escalations import Policy
from handlers.understanding.decide import Reader
from storage.inbox import InboxEntry
from storage.types import Role
from tests.world import MONDAY_9, SHANGHAI, World

DEV = Path(__file__).with_name("eval") / "dev"
HOUSE = HouseRules(Policy(SHANGHAI))
NOW = MONDAY_9.astimezone(UTC)


def said(minutes: float, sender: str, text: str, role: Role | None = Role.RESIDENT, **more: Any) -> Line:
    at = NOW + timedelta(minutes=minutes)
    return Line(f"m{minutes}", at, sender, f"{sender}的昵称", role, text, **more)


async def played(reader: Reader, *lines: Line, building: str | None = "3") -> tuple[Replayed, Figures]:
    figures = Figures()
    transcript = Transcript("锦绣小区", building, ("1", "2"), 18, list(lines))
    return await replay(transcript, HOUSE, reader, figures), figures


@pytest.mark.parametrize("name", ["d01", "d06"])
async def test_a_group_of_the_development_set_is_kept_in_peace(name: str, reader: Reader) -> None:
    figures = Figures()
    (transcript,) = read(DEV / f"{name}.jsonl")
    seen = await replay(transcript, HOUSE, reader, figures)
    sums = figures.as_json()
    assert sums["messages"] == len(transcript.lines)
    assert sums["tickets"] == len(seen.tickets) > 0
    assert sums["chatter_texts_stored"] == 0
    assert sums["bot_group_messages_max_per_ticket"] <= HOUSE.group_notes
    assert sums["latency_ms_p50"] <= sums["latency_ms_p99"]
    assert sum(not line.by_bot for line in seen.page) == len(transcript.lines)
    assert sum(line.by_bot for line in seen.page) == (
        sums["bot_group_messages"] + sums["bot_command_answers"] + sums["bot_emergency_messages"]
    )


async def test_the_page_shows_what_the_bot_said_between_the_neighbours(reader: Reader) -> None:
    seen, figures = await played(
        reader,
        said(0, "王芳", "早上好", Role.STEWARD),
        said(1, "李姐", "2单元电梯坏了，按了半天没反应"),
        said(300, "老夏", "吃了没得"),
    )
    assert [(line.by_bot, line.name) for line in seen.page] == [
        (False, "王芳的昵称"),
        (False, "李姐的昵称"),
        (True, "红管家"),
        (False, "老夏的昵称"),
    ]
    text = "\n".join(told(seen, SHANGHAI))
    assert "05-11 09:01 李姐的昵称：2单元电梯坏了" in text
    assert "1 号" in text
    assert "1 张工单" in summed_up(figures)


async def test_an_emergency_that_nobody_takes_is_called_again_but_is_no_note(reader: Reader) -> None:
    _, figures = await played(
        reader,
        said(0, "王芳", "早上好", Role.STEWARD),
        said(1, "李姐", "2单元电梯把人关在里面了，快来救人！"),
        said(30, "老夏", "好吓人"),
    )
    sums = figures.as_json()
    assert (sums["tickets"], sums["bot_emergency_messages"]) == (1, 1)
    assert sums["bot_group_messages"] == 0


async def test_a_command_to_the_bot_is_answered_and_counted_apart(reader: Reader) -> None:
    seen, figures = await played(
        reader, said(0, "王芳", "早", Role.STEWARD), said(1, "李姐", "@小助手 帮助", mentions=("bot",))
    )
    assert seen.page[-1].by_bot
    assert figures.as_json()["bot_command_answers"] == 1
    assert figures.as_json()["bot_group_messages"] == 0


async def test_a_group_of_residents_alone_and_one_without_a_word_can_be_played(reader: Reader) -> None:
    seen, _ = await played(reader, said(0, "李姐", "路灯不亮了"), building=None)
    assert seen.page[0].text == "路灯不亮了"
    empty, figures = await played(reader)
    assert (list(empty.page), figures.as_json()["latency_ms_p99"]) == ([], 0.0)


async def test_small_talk_that_was_kept_is_found_wherever_it_is(world: World) -> None:
    await world.says("李姐", "2单元电梯又坏了，停在8楼不动")
    talk = {"a": "今天的李子真甜，谁要？", "b": "收到", "c": "2单元电梯又坏了", "m1": "2单元电梯又坏了，停在8楼不动"}
    async with world.sessions() as session:
        assert await left_over(session, talk) == set()
    await transact(world.sessions, hide)
    async with world.sessions() as session:
        assert await left_over(session, talk) == {"a", "b"}


async def hide(session: AsyncSession) -> None:
    """Put small talk where none should be: deep in a kept message, and as a text of its own."""
    kept = {"text": [{"inner": "啊，今天的李子真甜谁要"}]}
    session.add(InboxEntry(channel="x", account="x", message_id="x", received_at=NOW, kept=kept))
    session.add(InboxEntry(channel="x", account="x", message_id="收到", received_at=NOW, kept=None))


def test_a_call_to_the_bot_is_taken_off_and_another_bot_is_known() -> None:
    called = heard(said(0, "李姐", "@楼栋小助手 我的工单", mentions=("bot", "u7")))
    assert (called.text, called.to_bot, called.mentions) == ("我的工单", True, ("u7",))
    assert heard(said(0, "李姐", "查一下 @楼栋小助手", mentions=("bot",))).text == "查一下 @楼栋小助手"
    assert heard(said(0, "u9", "我是小助手", None)).from_bot
    pictures = heard(said(0, "李姐", "", attachments=("image", "voice"))).attachments
    assert [(seen.kind, seen.digest is not None) for seen in pictures] == [("image", True), ("voice", False)]


def test_a_file_of_two_groups_is_two_transcripts(tmp_path: Path) -> None:
    lines = [
        {"chat": {"id": "a", "compound": "甲", "building": 3}},
        {"id": 1, "ts": "2026-05-11T09:00:00+08:00", "sender": {"id": "u", "role": "captain"}, "text": None},
        {"chat": {"id": "b"}},
    ]
    file = tmp_path / "two.jsonl"
    file.write_text("\n\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    first, second = read(file)
    assert (first.title, second.title) == ("甲 3栋群", "小区群")
    (line,) = first.lines
    assert (line.at, line.role, line.text) == (datetime(2026, 5, 11, 1, tzinfo=UTC), Role.RESIDENT, "")


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "没有群聊记录"),
        (b'{"id": "m1"}', "第一行"),
        (b'{"chat": {}}\n{"id": "m1"}', "第 2 行"),
        (b'{"chat": {}}\n{"id": "m1", "ts": "gestern", "sender": {"id": "u"}}', "第 2 行"),
        (b"<html>", "第 1 行"),
        (b"[" * 100_000, "第 1 行"),
        (b"7", "第 1 行"),
        (b"\xff\xfe", "UTF-8"),
    ],
)
def test_what_is_no_transcript_is_told_in_a_sentence(content: bytes, complaint: str, tmp_path: Path) -> None:
    file = tmp_path / "x.jsonl"
    file.write_bytes(content)
    with pytest.raises(Misconfigured, match=complaint):
        read(file)


def test_a_file_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="打不开"):
        read(tmp_path)


def test_percentiles_are_values_that_occurred() -> None:
    assert [percentile([3.0, 1.0, 2.0], share) for share in (0.0, 0.5, 0.99)] == [1.0, 2.0, 3.0]
    assert percentile([], 0.5) == 0.0
