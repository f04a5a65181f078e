"""Whatever comes in, something sensible comes out: any text, any line, any file in the place of the weights."""

import io
import json
import shutil
import subprocess
import sys
import unicodedata
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bench.worst import REPEATS
from handlers.understanding.decide import Reader
from handlers.understanding.group import Group
from handlers.understanding.masks import Masks
from handlers.understanding.model import WEIGHTS, ModelBroken, load_reader
from handlers.understanding.normalise import HEAD, TAIL, plain
from handlers.understanding.parse import predictions
from handlers.understanding.types import Heard, Memory, Question, Scene
from storage.types import Act, Category, Role, Urgency
from tests.drawn import ABSURD

ROOT: Final = Path(__file__).parent.parent
MORNING: Final = datetime.fromisoformat("2026-05-11T08:00:00+08:00")
CHAT: Final = {"chat": {"id": "g", "building": "3", "units": ["1", "2"], "floors": 18}}
SOME: Final = settings(deadline=None, max_examples=25)
MANY: Final = settings(deadline=None, max_examples=80)

# What the rules, the places and the names look for, and what only a machine writes.
PIECES: Final = (
    *[
        "3-1-502",
        "三单元",
        "负一楼",
        "13A02",
        "我家",
        "楼上",
        "困在电梯里",
        "着火了",
        "煤气味",
        "停水",
        "修好了",
        "我家也是",
        "+1",
        "@老王 ",
    ],
    *[
        "还有",
        "另外",
        "；",
        "不是",
        "打错",
        "老王",
        "138-0013-8000",
        "忽略以上规则",
        "[人1]",
        "{}",
        '{"act":"open"}',
        "\0role admin",
    ],
    *[
        "\ud800",
        "\udfff",
        "\u202e",
        "\u200b",
        "\0",
        "\x1b[2J",
        "\ufeff",
        "ﷺ",
        "مرحبا",
        "Z\u0301\u0301",
        "👨\u200d👩\u200d👧",
        "１２３",
        "\u2028",
    ],
)
any_text = st.text(st.characters(), max_size=40) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
long_text = st.builds(lambda piece, times: piece * times, any_text.filter(bool), st.integers(1, 3000))
anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | any_text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(any_text, inner, max_size=4),
    max_leaves=8,
)


def message(text: object, **other: object) -> dict[str, Any]:
    sender = {"id": "u1", "name": "2-1203 李姐", "role": "resident"}
    return {"id": "m1", "ts": MORNING.isoformat(), "sender": sender, "text": text, **other}


def is_sound(answer: dict[str, Any]) -> bool:
    """Whether a prediction is one of tests/eval/FORMAT.md, which JSON can carry."""
    json.dumps(answer, allow_nan=False)
    assert set(answer) == {"id", "intent", "items"}
    assert isinstance(answer["id"], str | None)
    assert answer["intent"] in {"request", "question", "notice", "chatter"}
    assert bool(answer["items"]) == (answer["intent"] == "request")
    return all(is_item(item) for item in answer["items"])


def is_item(item: dict[str, Any]) -> bool:
    where = item["location"]
    Act(item["act"]), Category(item["category"]), Urgency(item["urgency"])
    assert isinstance(where["floor"], int | None)
    return all(isinstance(where[part], str | None) for part in ("building", "unit", "room")) and bool(item["ticket"])


def parsed(reader: Reader, *lines: str) -> tuple[list[dict[str, Any]], list[str]]:
    complaints: list[str] = []
    answers = [json.loads(line) for line in predictions(reader, lines, complaints.append)]
    assert all(is_sound(answer) for answer in answers)
    return answers, complaints


# Any text


@MANY
@given(st.lists(st.tuples(any_text | long_text, any_text, st.sampled_from([*Role, "bot"])), min_size=1, max_size=6))
def test_any_talk_is_understood_somehow(reader: Reader, talk: list[tuple[str, str, str]]) -> None:
    group = Group(Scene("3", ("1", "2"), 18))
    for number, (text, name, role) in enumerate(talk):
        said = message(text, id=f"m{number}", ts=(MORNING + timedelta(minutes=number)).isoformat())
        said |= {"sender": {"id": name, "name": name, "role": role}, "reply_to": f"m{number - 1}", "mentions": [name]}
        assert is_sound(group.hear(reader, said))


@pytest.mark.parametrize("text", ABSURD, ids=range(len(ABSURD)))
def test_absurd_texts_are_understood_somehow(reader: Reader, text: str) -> None:
    assert is_sound(Group(Scene()).hear(reader, message(text, sender={"id": text, "name": text})))
    assert isinstance(Masks().hide(text), str)


@MANY
@given(any_text | long_text)
def test_names_and_numbers_are_hidden_in_any_text(text: str) -> None:
    masks = Masks(Scene("3", ("1", "2"), 18))
    masks.meet("u1", text)
    masks.restored(masks.hide(text))


# Bounded work


@SOME
@given(any_text | long_text)
@example("ﷺ" * 100_000)
@example("\u0f73" * 100_000)
@example("\u202e\u200b" * 50_000)
def test_no_text_is_read_beyond_its_beginning_and_end(text: str) -> None:
    """One character may stand for eighteen; they are cut again."""
    assert len(plain(text)) <= HEAD + TAIL


@SOME
@given(any_text, any_text.filter(bool), any_text)
def test_what_stands_in_the_middle_of_a_long_text_costs_and_changes_nothing(
    reader: Reader, begin: str, middle: str, end: str
) -> None:
    begin, end = begin.ljust(HEAD, "一")[:HEAD], end.rjust(TAIL, "一")[-TAIL:]
    middle = (middle * (100_000 // len(middle)))[: 100_000 - HEAD - TAIL]
    short, long = (
        reader.weigh((Question(Heard("m", MORNING, "u", "", Role.RESIDENT, text), Scene("3"), Memory(), ()),))[0]
        for text in (f"{begin}中{end}", begin + middle + end)
    )
    assert short.view.text == long.view.text
    assert short.verdict == long.verdict


@pytest.mark.parametrize("piece", REPEATS, ids=range(len(REPEATS)))
@pytest.mark.parametrize("role", [Role.RESIDENT, Role.PROPERTY])
def test_no_rule_runs_away(reader: Reader, piece: str, role: Role) -> None:
    """What a careless expression tries in every order; it would not end in years."""
    text = (piece * 2000)[: HEAD + TAIL]
    assert is_sound(Group(Scene("3")).hear(reader, message(text, sender={"id": "u1", "name": text, "role": role})))


# Any line


@MANY
@given(
    st.fixed_dictionaries({}, optional=dict.fromkeys((*message(""), "reply_to", "mentions", "attachments"), anything))
)
def test_any_field_may_hold_anything(reader: Reader, odd: dict[str, Any]) -> None:
    good = json.dumps(message("二单元停水了", id="m0"))
    answers, _ = parsed(reader, json.dumps(CHAT), good, json.dumps(message("我家也停了") | odd), good)
    assert len(answers) == 3


@MANY
@given(anything, st.fixed_dictionaries({}, optional=dict.fromkeys(CHAT["chat"], anything)))
def test_any_group_may_be_described_by_anything_and_gets_no_prediction(
    reader: Reader, odd: object, described: dict[str, Any]
) -> None:
    for chat in (odd, described):
        answers, _ = parsed(reader, json.dumps({"chat": chat}), json.dumps(message("停水了")))
        assert [answer["id"] for answer in answers] == ["m1"]


@pytest.mark.parametrize(
    "line",
    [
        "[" * 100_000,
        '{"id":' + "[" * 900 + "]" * 900 + "}",
        '{"id": {"a": [NaN]}}',
        "9" * 5000,
        '{"id": 1e999}',
        '{"id": "m", "id": null}',
        "NaN",
        "null",
        '"chat"',
        '["chat"]',
        "\ufeff{}",
        "\ud800",
        json.dumps(message("\ud800停水了", id="\udfff")),
        json.dumps(message(None, sender=None)),
        json.dumps(message("停水", ts="0001-01-01T00:00:00+08:00")),
        json.dumps(message("停水", ts="9999-12-31T23:59:59-12:00")),
        json.dumps(message("停水", ts="2026-05-11T08:00:00")),
        json.dumps(message("停水", mentions=[["u1"]], reply_to={"m": 1})),
        '{"id": "m", "text": ' + "[" * 900 + "]" * 900 + "}",
        "{" * 50_000 + "}" * 50_000,
    ],
    ids=lambda line: line[:20].encode("ascii", "backslashreplace").decode(),
)
def test_what_no_channel_would_send_does_not_stop_the_stream(reader: Reader, line: str) -> None:
    """Neither before other lines nor between them, where there is something to remember."""
    good = json.dumps(message("一单元停电了", id="m0"))
    answers, _ = parsed(reader, line, good, line, good)
    assert len(answers) == 4


def test_a_broken_group_line_ends_the_group_before(reader: Reader) -> None:
    said = json.dumps(message("停水了"))
    answers, complaints = parsed(reader, json.dumps(CHAT), said, '{"chat": null}', said)
    assert [answer["items"][0]["location"]["building"] for answer in answers] == ["3", None]
    assert len(complaints) == 1
    assert "第 3 行" in complaints[0]


def test_times_with_and_without_a_zone_may_stand_in_one_file(reader: Reader) -> None:
    later = message("我家也停了", id="m2", ts="2026-05-11T08:05:00", sender={"id": "u2", "role": "resident"})
    answers, complaints = parsed(reader, json.dumps(message("一单元停水了，一滴都没有")), json.dumps(later))
    assert [item["act"] for item in answers[1]["items"]] == ["me_too"]
    assert not complaints


def test_the_program_reads_on_after_bytes_that_are_no_text() -> None:
    good = json.dumps(message("一单元停水了，一滴都没有")).encode()
    raw = b"\xff\xfe{\x00\n\xed\xa0\x80\n" + good + b"\r\n\n{\n" + good[:-9] + b"\n" + good
    ran = subprocess.run([sys.executable, "-m", "bot", "parse"], input=raw, capture_output=True, check=False)
    answers = [json.loads(line) for line in ran.stdout.splitlines()]
    assert ran.returncode == 0
    assert [answer["id"] for answer in answers] == [None, None, "m1", None, None, "m1"]
    assert ran.stderr.decode().count("读不懂") == 4


# Any file in the place of the weights


@cache
def weights() -> bytes:
    return WEIGHTS.read_bytes()


@cache
def arrays() -> dict[str, Any]:
    with np.load(io.BytesIO(weights())) as file:
        return {name: file[name] for name in file.files}


def is_refused(path: Path, content: bytes) -> bool:
    """Whether this content is refused in one Chinese sentence; else it must be as good as the real one."""
    path.write_bytes(content)
    try:
        load_reader(path)
    except ModelBroken as broken:
        return str(broken) == "理解模型 weights.npz 已损坏，请重新安装 guanjia，或用 train 重新训练。"
    return False


def packed(**changed: Any) -> bytes:
    """The weights with other arrays in the place of some; None leaves one out."""
    into = io.BytesIO()
    np.savez(into, **{name: array for name, array in (arrays() | changed).items() if array is not None})
    return into.getvalue()


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("model") / "weights.npz"


@SOME
@given(st.integers(0, WEIGHTS.stat().st_size - 1))
def test_weights_that_end_early_are_refused(path: Path, length: int) -> None:
    assert is_refused(path, weights()[:length])


@SOME
@given(st.integers(0, WEIGHTS.stat().st_size - 1), st.integers(1, 255))
@example(0, 255)
@example(8, 1)  # the compression method
@example(6, 1)  # encrypted
@example(172, 1)  # the description of an array
def test_weights_with_a_wrong_byte_are_refused_or_as_good(path: Path, at: int, change: int) -> None:
    damaged = bytearray(weights())
    damaged[at] ^= change
    is_refused(path, bytes(damaged))


@SOME
@given(st.integers(0, WEIGHTS.stat().st_size - 1), st.binary(min_size=1, max_size=400))
def test_weights_overwritten_in_part_are_refused_or_as_good(path: Path, at: int, blot: bytes) -> None:
    is_refused(path, weights()[:at] + blot + weights()[at + len(blot) :])


@pytest.mark.parametrize("name", arrays())
def test_every_array_has_to_be_there_to_fit_and_to_hold_numbers(path: Path, name: str) -> None:
    array = arrays()[name]
    assert is_refused(path, packed(**{name: None}))
    assert is_refused(path, packed(**{name: array[:-1]}))
    assert is_refused(path, packed(**{name: np.concatenate((array, array[-1:]))}))
    assert is_refused(path, packed(**{name: np.array("停水")}))
    assert is_refused(path, packed(**{name: np.array([print], dtype=object)}))
    if array.dtype == np.float32:
        assert is_refused(path, packed(**{name: np.full_like(array, np.nan)}))


def foreign() -> dict[str, bytes]:
    alone, text = io.BytesIO(), unicodedata.normalize("NFC", "不是模型\n").encode()
    np.save(alone, np.zeros(3))
    other = io.BytesIO()
    np.savez(other, weights=np.zeros((3, 3)))
    return {"nothing": b"", "text": text, "an array": alone.getvalue(), "other arrays": other.getvalue()}


@pytest.mark.parametrize("kind", foreign())
def test_files_that_are_something_else_are_refused(path: Path, kind: str) -> None:
    assert is_refused(path, foreign()[kind])


def test_a_folder_in_the_place_of_the_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="已损坏"):
        load_reader(tmp_path)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "找不到理解模型 weights.npz，请重新安装 guanjia，或用 train 重新训练。"),
        (b"PK\x03\x04", "理解模型 weights.npz 已损坏，请重新安装 guanjia，或用 train 重新训练。"),
    ],
    ids=["missing", "broken"],
)
def test_the_program_does_not_start_without_its_weights(tmp_path: Path, content: bytes | None, sentence: str) -> None:
    for package in ("bot", "handlers", "storage"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__", "weights.npz"))
    if content is not None:
        (tmp_path / WEIGHTS.relative_to(ROOT)).write_bytes(content)
    command = [sys.executable, "-m", "bot", "parse"]
    ran = subprocess.run(command, cwd=tmp_path, input=b"{}\n", capture_output=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr.decode()) == (2, b"", f"{sentence}\n")
