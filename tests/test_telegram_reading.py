"""What updates of Telegram's mean: captured shapes, and whatever else may come."""

import copy
import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter
from telegram import Update

from bot.channels.telegram.client import UNREADABLE, readable
from bot.channels.telegram.reading import Me, read, unaddressed
from handlers.messages import Inbound

GOLDEN: Final = sorted((Path(__file__).parent / "golden" / "telegram").glob("*.json"))
ME: Final = Me("main", 7654321, "guanjia_bot")
EIGHT: Final = datetime(2025, 3, 1, 8, tzinfo=UTC)
INBOUND: Final = TypeAdapter(list[Inbound])


def _captured(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_an_update_means_what_was_written_beside_it(path: Path) -> None:
    captured = _captured(path)
    whose = {"channel": "telegram", "account": "main"}
    expected = INBOUND.validate_python([whose | heard for heard in captured["heard"]])
    assert read(Update.de_json(captured["update"], None), ME, EIGHT) == expected


def test_both_notes_of_a_move_are_one_message() -> None:
    notes = [_captured(path) for path in GOLDEN if path.stem.startswith("moved")]
    ids = {read(Update.de_json(note["update"], None), ME, EIGHT)[0].key for note in notes}
    assert (len(notes), len(ids)) == (2, 1)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("@guanjia_bot 接单 12", "接单 12"),
        ("  @GUANJIA_BOT，接单12", "接单12"),
        ("@guanjia_bot：@guanjia_bot 帮助", "帮助"),
        ("@guanjia_bot接单", "接单"),
        ("@guanjia_bot", ""),
        ("/接单@guanjia_bot 12", "/接单 12"),
        ("/help@guanjia_bot", "/help"),
    ],
)
def test_the_bots_name_in_front_is_no_part_of_the_words(text: str, bare: str) -> None:
    assert unaddressed(text, "guanjia_bot") == (bare, True)


@pytest.mark.parametrize(
    "text", ["", "@guanjia_bots 接单", "问下 @guanjia_bot", "/接单@other_bot 12", "guanjia_bot 接单"]
)
def test_other_words_are_left_alone(text: str) -> None:
    assert unaddressed(text, "guanjia_bot") == (text, False)


@given(st.text())
def test_no_text_confuses_the_address(text: str) -> None:
    bare, found = unaddressed(text, "guanjia_bot")
    assert found or bare == text


@pytest.mark.parametrize(
    "text", ["😀" * 5000, "\u202e\u200b\u0007<b>'\"&", "9" * 4096, "@" * 4096, "@guanjia_bot " * 300]
)
def test_hostile_text_is_heard_as_it_is(text: str) -> None:
    update = _captured(GOLDEN[[path.stem for path in GOLDEN].index("text_in_group")])["update"]
    update["message"]["text"] = text
    (heard,) = read(Update.de_json(update, None), ME, EIGHT)
    assert heard.text == text or heard.to_bot


JUNK: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "chat", "from", "date"]), inner),
    max_leaves=4,
)


@given(st.data())
def test_a_damaged_update_is_read_or_given_up_and_nothing_else(data: st.DataObject) -> None:
    update = copy.deepcopy(_captured(data.draw(st.sampled_from(GOLDEN)))["update"])
    where: Any = update
    while isinstance(where, dict) and where:
        key = data.draw(st.sampled_from(sorted(where)))
        if isinstance(where[key], dict) and data.draw(st.booleans()):
            where = where[key]
            continue
        where[key] = data.draw(JUNK)
        break
    damaged = readable(update)
    with suppress(*UNREADABLE):
        assert damaged is None or len(read(damaged, ME, EIGHT)) < 2


@given(JUNK)
def test_what_is_no_update_is_refused(junk: object) -> None:
    assert readable(junk) is None
