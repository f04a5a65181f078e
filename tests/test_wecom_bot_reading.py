"""What the AI bot's callbacks mean: shapes as the platform documents them, and whatever else may come."""

import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.channels.wecom_bot import frames
from bot.channels.wecom_bot.fields import Unreadable
from bot.channels.wecom_bot.frames import Frame
from bot.channels.wecom_bot.reading import Me, Picture, read, uncalled
from handlers.messages import Happening, Inbound

GOLDEN: Final = sorted((Path(__file__).parent / "golden" / "wecom_bot").glob("*.json"))
ME: Final = Me("main", "aibDUTY", "楼栋助手")
NOON: Final = datetime(2026, 9, 21, 12, tzinfo=UTC)
INBOUND: Final = TypeAdapter(Inbound)


def frame_of(captured: Any) -> Frame:
    found = frames.read(json.dumps(captured["frame"], ensure_ascii=False))
    assert found is not None
    return found


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_callback_means_what_was_written_beside_it(path: Path) -> None:
    captured = json.loads(path.read_text(encoding="utf-8"))
    heard, told = read(frame_of(captured), ME, NOON), captured["heard"]
    if told is None:
        assert heard is None
        return
    assert heard is not None
    assert heard.inbound == INBOUND.validate_python({"channel": "wecom_bot", "account": "main"} | told["inbound"])
    assert heard.pictures == tuple(Picture(*pair) for pair in told["pictures"])
    assert (heard.kind.value, heard.quoted) == (told["kind"], told["quoted"])


@pytest.mark.parametrize(
    ("text", "name", "bare"),
    [
        ("@楼栋助手 接单 12", "楼栋助手", "接单 12"),
        ("@楼栋助手\u2005接单 12", "楼栋助手", "接单 12"),
        ("@楼栋 助手 接单 12", "楼栋 助手", "接单 12"),
        ("@李华 @楼栋助手 12号给你", "楼栋助手", "@李华 12号给你"),
        ("@不知道叫什么 接单 12", None, "接单 12"),
        ("接单 12 @不知道叫什么", None, "接单 12 @不知道叫什么"),
        ("@楼栋助手", None, ""),
    ],
)
def test_the_bots_name_is_no_part_of_the_words(text: str, name: str | None, bare: str) -> None:
    assert uncalled(text, name) == bare


@pytest.mark.parametrize("name", ["楼栋助手", "红管家", None])
def test_a_wrong_name_in_the_configuration_does_not_spoil_the_words(name: str | None) -> None:
    body = {"msgid": "M", "from": {"userid": "w"}, "chattype": "group", "chatid": "wr1", "msgtype": "text"}
    told = body | {"text": {"content": "@楼栋助手 接单 12"}}
    heard = read(Frame("r", "aibot_msg_callback", 0, told), Me("main", "aibDUTY", name), NOON)
    assert heard is not None
    assert heard.inbound.text == "接单 12"


def test_an_event_without_an_id_is_named_by_what_it_says() -> None:
    def event(**changes: Any) -> str:
        pressed = {"event_key": "1|接单 12", "task_id": "tk"} | changes
        body = {"from": {"userid": "wangwei"}, "chattype": "single", "create_time": 1789990000}
        told = {"eventtype": "template_card_event", "template_card_event": pressed}
        heard = read(Frame("r", "aibot_event_callback", 0, body | {"msgtype": "event", "event": told}), ME, NOON)
        assert heard is not None
        return heard.inbound.message_id

    assert event() == event()
    assert event() != event(event_key="1|转单 12")


def test_what_is_broken_in_a_message_does_not_hide_the_rest_of_it() -> None:
    items = [{"msgtype": "text", "text": {"content": "灯坏了"}}, {"msgtype": "image", "image": None}, "?", {}]
    body = {"msgid": "M", "from": {"userid": "w"}, "chattype": "single", "msgtype": "mixed", "quote": [1]}
    heard = read(Frame("r", "aibot_msg_callback", 0, body | {"mixed": {"msg_item": items}}), ME, NOON)
    assert heard is not None
    assert (heard.inbound.text, heard.pictures) == ("灯坏了", (Picture("", ""),))


def test_a_time_that_cannot_be_is_not_believed() -> None:
    for impossible in (0, -1, 10**12, "soon", True, None, 1e9):
        body = {"msgid": "M", "from": {"userid": "w"}, "chattype": "single", "create_time": impossible}
        told = body | {"msgtype": "text", "text": {"content": "在吗"}}
        heard = read(Frame("r", "aibot_msg_callback", 0, told), ME, NOON)
        assert heard is not None
        assert heard.inbound.at == NOON


JSONS: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)
FIELDS: Final = st.fixed_dictionaries(
    {},
    optional={
        "msgid": JSONS,
        "aibotid": st.just("aibDUTY") | JSONS,
        "chatid": JSONS,
        "chattype": st.sampled_from(["single", "group"]) | JSONS,
        "from": st.just({"userid": "w"}) | JSONS,
        "create_time": JSONS,
        "msgtype": st.sampled_from(["text", "mixed", "image", "voice", "file", "event"]) | JSONS,
        "text": st.just({"content": "灯"}) | JSONS,
        "mixed": st.just({"msg_item": [{"msgtype": "text", "text": {"content": "灯"}}, 7]}) | JSONS,
        "image": JSONS,
        "quote": JSONS,
        "event": st.fixed_dictionaries({"eventtype": st.sampled_from(["enter_chat", "template_card_event"])}) | JSONS,
    },
)


@given(st.sampled_from(["aibot_msg_callback", "aibot_event_callback", "other"]), FIELDS)
def test_whatever_comes_is_heard_or_refused(cmd: str, body: dict[str, Any]) -> None:
    with suppress(Unreadable):
        heard = read(Frame("r", cmd, 0, body), ME, NOON)
        assert heard is None or isinstance(heard.inbound.happening, Happening)


@given(
    st.text(max_size=200)
    | st.binary(max_size=200).map(lambda raw: raw.decode("utf-8", "replace"))
    | JSONS.map(json.dumps)
)
def test_whatever_text_comes_is_a_frame_or_none(text: str) -> None:
    found = frames.read(text)
    assert found is None or isinstance(found.body, dict)
