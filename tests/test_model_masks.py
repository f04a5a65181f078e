"""Nothing by which a person is found leaves the machine, and what comes back is put in its place."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from handlers.understanding.masks import Masks
from handlers.understanding.normalise import plain
from handlers.understanding.prompt import told
from handlers.understanding.types import Heard, Judgement, Memory, OpenTicket, Question, Scene, Spot
from storage.types import Category, Intent, Role, Urgency

NOW: Final = datetime(2026, 5, 11, 1, 0, tzinfo=UTC)
SCENE: Final = Scene("3", ("1", "2", "3"), 18, "锦绣家园")

SURNAMES: Final = st.sampled_from("王李张刘陈杨赵周吴徐孙胡朱林何郭罗梁宋谢韩唐冯曹袁邓许傅沈彭吕苏卢蒋蔡贾丁魏薛")
CALLED: Final = st.sampled_from(
    ("姐", "哥", "阿姨", "叔叔", "奶奶", "爷爷", "师傅", "老师", "书记", "主任", "经理", "大爷", "女士")
)
GIVEN: Final = st.text("芳建国秀英伟强丽军敏静涛艳超娜霞鹏辉", min_size=1, max_size=2)
FULL: Final = st.builds(str.__add__, SURNAMES, GIVEN)
TITLED: Final = st.builds(str.__add__, SURNAMES, CALLED)
PHONES: Final = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
GROUPED: Final = PHONES.map(lambda phone: f"{phone[:3]}-{phone[3:7]}-{phone[7:]}")
SPACED: Final = st.builds(
    lambda phone, gap: gap.join(phone), PHONES, st.sampled_from((" ", "-", ".", "，", "\ufe0f\u20e3", "·"))
)
WIDE: Final = PHONES.map(lambda phone: "".join(chr(ord(c) + 0xFEE0) for c in phone))
SPELLED: Final = PHONES.map(lambda phone: "".join("零一二三四五六七八九"[int(c)] for c in phone))
IDS: Final = st.from_regex(r"[1-6][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])[0-2][1-9][0-9]{3}[0-9X]", fullmatch=True)
PLATES: Final = st.from_regex(r"[京津沪渝贵川粤苏浙][A-Z][A-HJ-NP-Z0-9]{4}[0-9]", fullmatch=True)
ROOMS: Final = st.builds(lambda floor, door: f"{floor}{door:02}", st.integers(1, 33), st.integers(1, 8))
HOMES: Final = st.builds(
    lambda form, unit, room: form.format(unit, room),
    st.sampled_from(("{0}-{1}", "3-{0}-{1}", "3栋{0}单元{1}", "{0}单元{1}室", "3#{0}-{1}", "{1}室")),
    st.integers(1, 3),
    ROOMS,
)  # fmt: skip
FILLERS: Final = st.sampled_from(
    ("漏水了", "，", "。", "电梯又坏了", " ", "谁的车挡路", "请联系", "在", "说", "！", "麻烦", "\n")
)


def heard(text: str, name: str = "2-1203 李姐", sender: str = "u1", minutes: int = 0) -> Heard:
    return Heard("m", NOW - timedelta(minutes=minutes), sender, name, Role.RESIDENT, text)


def asked(text: str, *before: Heard, tickets: Sequence[OpenTicket] = (), name: str = "2-1203 李姐") -> Question:
    recent = tuple((one, Judgement(Intent.CHATTER)) for one in before)
    return Question(heard(text, name), SCENE, Memory(recent), tuple(tickets))


def words_told(question: Question, masks: Masks | None = None) -> str:
    """Everything that would leave, the stand-ins left out: their own numbers are nobody's."""
    return told(question, masks or Masks(SCENE), 8)


@given(
    st.lists(
        st.tuples(FILLERS, st.one_of(PHONES, GROUPED, SPACED, WIDE, SPELLED, IDS, PLATES, HOMES, TITLED)),
        min_size=1,
        max_size=4,
    ),
    st.booleans(),
)
@example([("，", "13800001234"), ("，", "3-2-1203")], True)
def test_no_number_room_plate_or_name_leaves(said: list[tuple[str, str]], as_context: bool) -> None:
    text = "".join(filler + secret + "，" for filler, secret in said)
    question = asked("好", heard(text, minutes=3)) if as_context else asked(text)
    masks = Masks(SCENE)
    left = words_told(question, masks)
    for _, secret in said:
        for part in revealing(secret):
            assert part not in left


def revealing(secret: str) -> list[str]:
    """What of a secret must not be read anywhere: for an address the room, else all of it."""
    if sum(c.isdecimal() for c in secret) == 11 and len(secret) > 19:
        return [plain(secret)]
    if secret[-1:] == "室" or "-" in secret or "单元" in secret:
        digits = "".join(c if c.isdecimal() else " " for c in secret).split()
        return [part for part in digits if len(part) > 2]
    return [secret]


@given(
    FULL,
    st.sampled_from(("2-1203 {}", "{}", "红管家 {}", "3栋1单元502 {}")),
    st.sampled_from(("{}家漏水", "找{}", "@{} 在吗")),
)
def test_whoever_spoke_is_not_named_by_others(name: str, nickname: str, said: str) -> None:
    before = heard("早", nickname.format(name), "u2", minutes=2)
    left = json.loads(words_told(asked(said.format(name), before)))
    assert name not in json.dumps(left, ensure_ascii=False)
    assert left["recent"][0]["from"] in left["message"]["text"]


@given(FULL)
def test_a_member_who_never_spoke_is_not_named_either(name: str) -> None:
    masks = Masks(SCENE)
    masks.learn([name])
    assert name not in words_told(asked(f"{name}家的水管爆了"), masks)


@pytest.mark.parametrize("cue", ["我叫{}", "我是{}", "联系人：{}", "户主{}的房子", "姓名 {}，三口人"])
@given(name=FULL)
def test_who_introduces_himself_is_not_named(cue: str, name: str) -> None:
    assert name not in words_told(asked(cue.format(name)))


@pytest.mark.parametrize("said", ["值班：杜玉兰 欧阳小翠", "接龙\n1. 杜玉兰 两板\n2.欧阳小翠"])
def test_who_stands_in_a_list_is_not_named(said: str) -> None:
    left = words_told(asked(said))
    assert "杜玉兰" not in left
    assert "小翠" not in left


@given(st.lists(HOMES, min_size=1, max_size=3), st.lists(st.one_of(PHONES, IDS, PLATES, TITLED), max_size=3))
def test_what_was_hidden_is_restored(homes: list[str], others: list[str]) -> None:
    masks = Masks(SCENE)
    hidden = masks.hide("，".join((*homes, *others)) + "，")
    restored = masks.restored(hidden)
    for secret in (*homes, *others):
        assert all(part in restored for part in revealing(secret))


@given(ROOMS, st.integers(1, 3))
def test_a_room_keeps_its_stand_in_however_it_is_written(room: str, unit: int) -> None:
    masks = Masks(SCENE)
    first, second = masks.hide(f"3-{unit}-{room}漏水"), masks.hide(f"{room}室又漏了")
    stand_in = first[first.index("[") : first.index("]") + 1]
    assert stand_in in second
    assert masks.room(stand_in) == masks.room(stand_in.strip("[]")) == room


def test_what_somebody_types_is_no_stand_in() -> None:
    masks = Masks(SCENE)
    masks.hide("3-2-1203漏水")
    hidden = masks.hide("[房1]也漏")
    assert masks.restored(hidden) == "(房1)也漏"
    assert masks.room("[房9]") is None
    assert masks.room("1203") is None


def test_a_ticket_is_told_without_its_room_and_its_reporter() -> None:
    gist = "我家3-2-1203厨房漏水，我是李姐，电话13800001234"
    ticket = OpenTicket("7", Category.LEAK, Urgency.URGENT, Spot("3", "2", None, "1203"), "u1", NOW, NOW, gist)
    left = words_told(asked("1203好了没", heard("早"), tickets=[ticket]))
    assert not [secret for secret in ("1203", "李姐", "13800001234", "u1") if secret in left]
    said = json.loads(left)
    assert said["tickets"][0]["place"] == "3栋2单元[房1]"
    assert said["message"]["text"] == "[房1]好了没"
    assert said["tickets"][0]["by"] == said["message"]["from"]


def test_numbers_are_forgotten_when_the_chat_forgets_them_and_people_are_not() -> None:
    masks = Masks(SCENE)
    masks.resume(NOW)
    person, first = masks.meet("u1", "李姐"), masks.hide("电话13800001234")
    masks.resume(NOW + timedelta(hours=3))
    assert masks.restored(first) == first
    assert masks.hide("李姐") == person


def test_what_is_no_secret_stays_readable() -> None:
    masks = Masks(SCENE)
    for text in (
        "二单元电梯停在5楼",
        "单元门口有白蚁",
        "谢谢大家",
        "周五见",
        "早上8:30到12点停水",
        "物业费一年1203块",
        "高空抛物",
        "小区大门",
        "马上来",
    ):
        assert "[" not in masks.hide(text)
