"""What a bridge's frames mean: captured shapes of both versions through the real door, and whatever else may come."""

import copy
import json
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.channels.onebot import cq
from bot.channels.onebot.calling import CHOSEN, People, worded
from bot.channels.onebot.events import Kind, Part
from bot.channels.onebot.ids import Ids, is_number
from bot.channels.onebot.reading import moment
from bot.channels.onebot.versions import V11, V12, Version
from handlers.messages import Inbound
from tests.platforms.onebot import Bridge
from tests.platforms.onebot_side import Ears, Post, connected
from tests.platforms.onebot_town import WeChat
from tests.platforms.onebot_v11 import Bridge11
from tests.platforms.onebot_v12 import Bridge12

GOLDEN: Final = sorted((Path(__file__).parent / "golden" / "onebot").glob("*.json"))
INBOUND: Final = TypeAdapter(list[Inbound])
GROUP: Final = "20011@chatroom"
NOW: Final = datetime(2026, 9, 22, tzinfo=UTC)
VERSIONS: Final[dict[str, Version]] = {"11": V11, "12": V12}


def captured(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def bridge_for(frame: Any, version: str, address: str) -> Bridge:
    """A bridge for the bot that a frame is for, with the people who occur in the frames."""
    bot = frame["self_id"] if version == "11" else frame["self"]["user_id"]
    wechat = WeChat(bot=bot)
    wechat.person("wxid_res302", "小陈")
    wechat.person("wxid_wang", "王阿姨")
    wechat.group(GROUP, ("wxid_res302", "3-302 陈"), ("wxid_wang", "3-301 王"))
    return (Bridge11 if version == "11" else Bridge12)(wechat, address)


@pytest.fixture
def ears() -> Ears:
    return Ears()


@pytest.fixture
async def post(ears: Ears, tmp_path: Path) -> AsyncIterator[Post]:
    async with connected(ears, tmp_path, clock=lambda: NOW) as post:
        yield post


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
async def test_a_frame_means_what_was_written_beside_it(path: Path, ears: Ears, post: Post) -> None:
    frame = captured(path)
    expected = INBOUND.validate_python([{"channel": "onebot", "account": "main"} | heard for heard in frame["heard"]])
    async with bridge_for(frame["event"], frame["version"], post.address) as bridge:
        bridge.tells(frame["event"])
        await bridge.settled()
    assert ears.heard == expected


# CQ codes

CODED: Final = st.text(st.sampled_from("&#91;&#93;,amp[]CQ:at=文"))


def coded(segments: list[tuple[str, str]]) -> str:
    """Segments as codes, a text as text."""
    written = ""
    for kind, value in segments:
        escaped = value.replace("&", "&amp;").replace("[", "&#91;").replace("]", "&#93;")
        written += escaped if kind == "text" else f"[CQ:{kind},id={escaped.replace(',', '&#44;')}]"
    return written


@given(st.lists(st.tuples(st.sampled_from(["text", "reply", "face"]), CODED)))
def test_what_was_coded_is_read_back(segments: list[tuple[str, str]]) -> None:
    read = cq.segments(coded(segments))
    codes = [(one["type"], one["data"]) for one in read if one["type"] != "text"]
    texts = "".join(str(one["data"]["text"]) for one in read if one["type"] == "text")  # type: ignore[index]
    assert codes == [(kind, {"id": value}) for kind, value in segments if kind != "text"]
    assert texts == "".join(value for kind, value in segments if kind == "text")


@given(st.text())
def test_any_text_is_read_as_codes_or_as_text(text: str) -> None:
    assert all(one["type"] and isinstance(one["data"], dict) for one in cq.segments(text))


# Calls

PEOPLE: Final = People(
    frozenset({"bot"}), frozenset({"小助手"}), {"w": "3-301 王", "l": "王", "a": "同名", "b": "同名"}
)


@pytest.mark.parametrize(
    ("text", "bare", "me", "called"),
    [
        ("@小助手 接单 12", "接单 12", True, ()),
        (f"  @小助手{CHOSEN}，接单12", "接单12", True, ()),
        ("@小助手：@小助手 帮助", "帮助", True, ()),
        ("＠小助手\n帮助", "帮助", True, ()),
        ("@小助手", "", True, ()),
        ("@小助手接单", "@小助手接单", False, ()),
        ("@小助手们 好", "@小助手们 好", False, ()),
        ("小助手 帮助", "小助手 帮助", False, ()),
        ("a@小助手.com", "a@小助手.com", False, ()),
        (f"@3-301 王{CHOSEN}@小助手{CHOSEN}看看", "@3-301 王 @小助手 看看", True, ("w",)),
        ("@3-301 王 在吗", "@3-301 王 在吗", False, ("w",)),
        (f"@同名{CHOSEN}在吗", "@同名 在吗", False, ("同名",)),
        (f"@{CHOSEN}在吗", "@ 在吗", False, ()),
        ("@", "@", False, ()),
    ],
)
def test_who_is_called_by_name(text: str, bare: str, me: bool, called: tuple[str, ...]) -> None:
    found = worded([Part(Kind.TEXT, text)], PEOPLE)
    assert (found.text, found.me, found.called) == (bare, me, called)


@given(
    st.lists(st.text(st.sampled_from(f"@＠小助手王3-1 {CHOSEN}\n，")) | st.sampled_from(["bot", "w", "x"]), max_size=5)
)
def test_no_text_confuses_the_calls(texts: list[str]) -> None:
    parts = [Part(Kind.MENTION, text) if text in ("bot", "w", "x") else Part(Kind.TEXT, text) for text in texts]
    found = worded(parts, PEOPLE)
    assert CHOSEN not in found.text
    assert "bot" not in found.called


# Times and ids


@pytest.mark.parametrize("seconds", [None, 0, -1, 1e300, float("1e18"), 3e9, NOW.timestamp() + 60])
def test_a_clock_that_cannot_be_right_is_not_believed(seconds: float | None) -> None:
    assert moment(seconds, NOW) == NOW


@pytest.mark.parametrize("factor", [1, 1000])
def test_seconds_and_milliseconds_are_told_apart(factor: int) -> None:
    an_hour_ago = NOW - timedelta(hours=1)
    assert moment(an_hour_ago.timestamp() * factor, NOW) == an_hour_ago


@given(st.integers() | st.text())
def test_an_id_goes_back_as_it_came(raw: int | str) -> None:
    ids = Ids()
    ids.learn({"group_id": raw})
    assert ids.back("group", str(raw)) == raw
    assert type(ids.back("group", str(raw))) is type(raw)


@pytest.mark.parametrize("text", ["", "-", "007", "-0", "+1", "1.0", "１２", "٣", "1_000", "wxid_1", "9" * 5000])
def test_what_only_looks_like_a_number_stays_a_text(text: str) -> None:
    assert not is_number(text)


# Whatever else

JUNK: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["id", "type", "data", "user_id", "self", "text"]), inner)
    ),
    max_leaves=4,
)


@given(st.data())
def test_a_damaged_frame_is_read_or_given_up_and_nothing_else(data: st.DataObject) -> None:
    whole = captured(data.draw(st.sampled_from(GOLDEN)))
    frame, version = copy.deepcopy(whole["event"]), VERSIONS[whole["version"]]
    where: Any = frame
    while isinstance(where, dict | list) and where:
        key = data.draw(st.sampled_from(sorted(where) if isinstance(where, dict) else range(len(where))))
        if isinstance(where[key], dict | list) and data.draw(st.booleans()):
            where = where[key]
            continue
        where[key] = data.draw(JUNK)
        break
    version.read(frame)
    version.whose(frame)
    version.bots(frame)
    Ids().learn(frame)


@pytest.mark.parametrize(
    "frame",
    [
        "",
        "{",
        "null",
        "7",
        '"text"',
        "[]",
        "[" * 100_000,
        '{"post_type": "message", "time": ' + "9" * 5000 + "}",
        b"\xff\xfe",
        b"\x81\xa4type\xa4meta",
        "\ud83d".encode("utf-8", "surrogatepass"),
        "x" * 25_000_000,
    ],
    ids=lambda frame: f"{type(frame).__name__}-{len(frame)}",
)
@pytest.mark.parametrize("make", [Bridge11, Bridge12])
async def test_a_broken_frame_is_one_line_in_the_log_and_no_more(
    post: Post, ears: Ears, make: type[Bridge], frame: str | bytes, caplog: pytest.LogCaptureFixture
) -> None:
    wechat = WeChat()
    wechat.person("wxid_wang", "王阿姨")
    wechat.group(GROUP)
    async with make(wechat, post.address) as bridge:
        await bridge.settled()
        caplog.clear()
        caplog.set_level(logging.INFO)
        bridge.throws(frame)
        bridge.says(GROUP, "wxid_wang", "没水了")
        await bridge.settled()
        told = [record.message for record in caplog.records if record.name.startswith("bot.")]
    assert told in (["onebot_frame_unreadable"], ["onebot_frame_too_large"])
    assert ears.texts == ["没水了"]


@pytest.mark.parametrize(
    "frame",
    [
        {},
        {"echo": "guanjia-1", "status": "ok", "retcode": 0, "data": None},
        {"echo": {"a": [1]}, "status": "ok", "retcode": 0},
        {"status": "failed", "retcode": 1400, "data": None, "echo": 17},
    ],
    ids=str,
)
async def test_an_answer_that_nobody_waits_for_is_ignored(post: Post, ears: Ears, frame: Any) -> None:
    wechat = WeChat()
    wechat.person("wxid_wang", "王阿姨")
    wechat.group(GROUP)
    async with Bridge11(wechat, post.address) as bridge:
        await bridge.settled()
        bridge.tells(frame)
        bridge.says(GROUP, "wxid_wang", "没水了")
        await bridge.settled()
    assert ears.texts == ["没水了"]


@pytest.mark.parametrize("make", [Bridge11, Bridge12])
async def test_a_bridge_that_lies_about_its_bot_is_not_believed(
    post: Post, ears: Ears, make: type[Bridge], caplog: pytest.LogCaptureFixture
) -> None:
    wechat = WeChat()
    wechat.person("wxid_wang", "王阿姨")
    wechat.group(GROUP)
    other = WeChat(bot="wxid_victim", people=wechat.people, groups=wechat.groups)
    async with make(other, post.address) as victim, make(wechat, post.address) as liar:
        await victim.settled()
        await liar.settled()
        event = liar.message(wechat.message("wxid_wang", []), GROUP)
        lie = {"self_id": "wxid_victim", "self": {"platform": "wechat", "user_id": "wxid_victim"}}
        liar.tells(event | lie)
        await liar.settled()
    assert ears.heard == []
    assert [record.message for record in caplog.records].count("onebot_wrong_bot") == 1


async def test_a_frame_that_nobody_reads_closes_the_line_and_the_bridge_comes_again(post: Post, ears: Ears) -> None:
    wechat = WeChat()
    wechat.person("wxid_wang", "王阿姨")
    wechat.group(GROUP)
    async with Bridge11(wechat, post.address) as bridge:
        await bridge.settled()
        with suppress(ConnectionError):  # it may hang up before all is sent
            await bridge.sockets["Universal"].send_str("x" * 60_000_000)
        await bridge.closed()
        await bridge.open("Universal")
        bridge.says(GROUP, "wxid_wang", "没水了")
        await bridge.settled()
    assert ears.texts == ["没水了"]
