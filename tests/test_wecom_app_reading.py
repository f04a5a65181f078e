"""What an app hears, from payloads as the platform sends them."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wecom import xml
from bot.channels.wecom_app.reading import Heard, read
from handlers.messages import Attachment, Happening
from tests.platforms.wecom_api import NOON
from tests.platforms.wecom_callback import xml as written

GOLDEN: Final = Path(__file__).parent / "golden" / "wecom_app"
AT: Final = int(datetime(2026, 9, 21, 14, 18, 20, tzinfo=UTC).timestamp())


def golden(name: str) -> Heard | None:
    return read(xml.read((GOLDEN / f"{name}.xml").read_bytes()), "main", NOON)


def heard(name: str) -> Heard:
    found = golden(name)
    assert found is not None
    return found


def test_a_text_is_heard_as_it_was_written() -> None:
    said = heard("text").inbound
    assert (said.text, said.message_id) == ("3单元水管爆了 <快来> & 带工具", "7261554251354245930")
    assert (said.sender, said.chat, said.one_to_one, said.is_group, said.to_bot) == (
        "wangwei", "wangwei", "wangwei", False, True,
    )  # fmt: skip
    assert said.at == datetime.fromtimestamp(1790000300, UTC)
    assert said.happening is Happening.SAID


def test_a_picture_is_named_by_its_media_id() -> None:
    said = heard("image")
    assert said.inbound.attachments == (Attachment("image"),)
    assert said.picture == "1G6nrLmr5EC3MMb_-zK1dDdzmd0p7cNliYu9V5w7o8K0"


@pytest.mark.parametrize("kind", ["voice", "video", "location"])
def test_what_cannot_be_read_is_heard_to_be_there(kind: str) -> None:
    said = heard(kind)
    assert said.inbound.attachments == (Attachment(kind),)
    assert (said.inbound.text, said.picture) == ("", None)


def test_a_link_says_its_title() -> None:
    assert heard("link").inbound.text == "停水通知"


def test_a_press_has_its_card_and_the_code_to_change_it() -> None:
    said = heard("press")
    assert said.response_code == "RC-1"
    assert (said.inbound.happening, said.inbound.text) == (Happening.PRESSED, "1|接单 12")
    assert (said.inbound.reply_to, said.inbound.to_bot) == ("gj_0a1b2c", True)


def test_a_button_of_the_menu_says_its_key() -> None:
    said = heard("menu").inbound
    assert (said.text, said.happening) == ("待办", Happening.SAID)


@pytest.mark.parametrize(("name", "happening"), [("come", Happening.JOINED), ("gone", Happening.REMOVED)])
def test_coming_and_going_are_heard(name: str, happening: Happening) -> None:
    assert heard(name).inbound.happening is happening


@pytest.mark.parametrize("name", ["enter", "whereabouts", "contacts"])
def test_what_is_no_business_of_the_bots_is_not_heard(name: str) -> None:
    """Above all not where somebody is."""
    assert golden(name) is None


def test_events_are_told_apart_by_sender_second_event_and_key() -> None:
    usual: dict[str, Any] = {
        "FromUserName": "a",
        "CreateTime": AT,
        "MsgType": "event",
        "Event": "click",
        "EventKey": "k",
    }
    others: list[dict[str, Any]] = [{}, {"FromUserName": "b"}, {"CreateTime": AT + 1}, {"EventKey": "l"}]
    names = [read(xml.read(written(usual | other).encode()), "main", NOON) for other in [*others, {}]]
    ids = [one.inbound.message_id for one in names if one is not None]
    assert len(ids) == 5
    assert len(set(ids)) == 4
    assert ids[0] == ids[-1]


@pytest.mark.parametrize("when", ["", "noon", "9" * 40, "-99999999999999", "1.5"])
def test_a_time_that_is_none_is_now(when: str) -> None:
    fields = {"FromUserName": "a", "CreateTime": when, "MsgType": "text", "Content": "x", "MsgId": "1"}
    said = read(xml.read(written(fields).encode()), "main", NOON)
    assert said is not None
    assert said.inbound.at == NOON


TAGS: Final = st.sampled_from(
    ["FromUserName", "CreateTime", "MsgType", "MsgId", "Content", "Event", "EventKey", "TaskId", "MediaId", "Title"]
)
WORDS: Final = st.sampled_from(["text", "image", "event", "click", "template_card_event", "sys", "", "1"]) | st.text(
    st.characters(min_codepoint=32, exclude_categories=["Cs", "Cc", "Cn"]), max_size=20
)


@given(st.dictionaries(TAGS, WORDS))
def test_any_message_is_heard_or_not_and_nothing_else_comes_of_it(fields: dict[str, str]) -> None:
    said = read(xml.read(written(fields).encode()), "main", NOON)
    assert said is None or said.inbound.message_id
