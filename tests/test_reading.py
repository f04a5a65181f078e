"""People type as they like: words, ticket numbers, ratings and roles."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.reading.values import (
    ROLE_WORDS,
    Unclear,
    clean,
    folded,
    leading_number,
    number,
    numeral,
    rating,
    role_named,
    words,
)
from storage.types import Role
from tests.drawn import QUICK, texts

# Words


@QUICK
@given(texts, st.integers(1, 80))
def test_words_are_one_visible_line_and_stay_what_they_are(text: str, limit: int) -> None:
    line = words(text, limit)
    assert len(line) <= limit
    assert line == line.strip()
    assert not set(line) & set("\n\r\t\0\u200b\u202e\u3000")
    line.encode()
    assert words(line, limit) == line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (" 张\u200b三\u202e  红管家\n", "张三 红管家"),
        ("ＡＢＣ１２３", "ABC123"),
        ("换好了，谢谢！", "换好了，谢谢！"),
        ("\u3164", ""),
        ("等等……", "等等……"),
    ],
)
def test_words_lose_what_cannot_be_seen_and_keep_what_can(text: str, expected: str) -> None:
    assert words(text) == expected


@QUICK
@given(texts)
def test_folding_keeps_every_place(text: str) -> None:
    assert len(folded(text)) == len(text)


def test_a_notice_keeps_its_lines() -> None:
    assert clean("停水\r\n8点\u200b到9点\x07 ") == "停水\n8点到9点"


# Numbers


def spoken(value: int) -> str:
    """1 to 9,999 as people write it in characters."""
    if value < 10:
        return "零一二三四五六七八九"[value]
    scale, name = next((s, n) for s, n in ((1000, "千"), (100, "百"), (10, "十")) if value >= s)
    rest = value % scale
    head = spoken(value // scale) if value >= 20 else ""
    gap = "零" if rest and rest < scale // 10 else ""
    tail = "一" + spoken(rest) if 10 <= rest < 20 else spoken(rest) if rest else ""
    return head + name + gap + tail


@QUICK
@given(st.integers(1, 9999), st.sampled_from(["{}", "#{}", "{}号", " {} 号工单", "工单{}", "第{}号", "“{}”", "{}。"]))
def test_a_number_is_read_however_it_is_written(value: int, frame: str) -> None:
    wide = "".join(chr(ord(c) + 0xFEE0) for c in str(value))
    for written in (str(value), wide, spoken(value)):
        assert number(frame.format(written)) == value


@pytest.mark.parametrize(("text", "value"), [("一百二", 120), ("一百零二", 102), ("一千二", 1200), ("一二三", 123)])
def test_numbers_are_read_as_they_are_spoken(text: str, value: int) -> None:
    assert numeral(text) == value


@pytest.mark.parametrize(
    "text", ["", "0", "零", "1.5", "12,13", "1234567890", "十十", "百", "١٢", "12栋", "12号楼", "换了"]
)
def test_what_is_no_ticket_number_is_unclear(text: str) -> None:
    with pytest.raises(Unclear):
        number(text)


@pytest.mark.parametrize(
    ("text", "value", "rest"),
    [
        ("12 换了灯管", 12, "换了灯管"),
        ("12，换好了", 12, "换好了"),
        ("十二 换好了", 12, "换好了"),
        ("12号换好了", 12, "换好了"),
        ("12 号工单 换好了", 12, "换好了"),
        ("工单12换好了", 12, "换好了"),
        ("#12楼道灯好了", 12, "楼道灯好了"),
        ("12 单元门修好了", 12, "单元门修好了"),
        ("12 【照片】", 12, "【照片】"),
        ("12\n换了\n两个", 12, "换了\n两个"),
        ("12", 12, ""),
    ],
)
def test_a_number_in_front_is_taken_off(text: str, value: int, rest: str) -> None:
    assert leading_number(text) == (value, rest)


@pytest.mark.parametrize(
    "text",
    [
        "换了灯管",
        "12栋漏水",
        "12 栋漏水",
        "12号楼漏水",
        "十二楼漏水",
        "12.5元",
        "12-1203漏水",
        "12:30来",
        "3点来",
        "3 点来",
        "5分钟",
        "一直没来",
        "12号晚上来",
        "13800138000 打不通",
        "1单元",
        "12个人",
        "#12-1203",
        "12层",
    ],
)
def test_an_address_an_hour_or_a_price_is_no_ticket(text: str) -> None:
    assert leading_number(text) == (None, text)


@QUICK
@given(st.integers(1, 999_999_999), st.text("换了灯管好 ，。", max_size=20))
def test_a_number_and_a_note_come_apart_again(value: int, note: str) -> None:
    found, rest = leading_number(f"{value} {note}")
    assert found == value
    assert note.strip().endswith(rest)


# Ratings and roles


@pytest.mark.parametrize(
    ("stars", "said"),
    [
        (
            5,
            [
                "满意",
                "很满意",
                "非常满意",
                "好评",
                "5",
                "五星",
                "5分",
                "👍",
                "👍🏻",
                "满意！谢谢师傅",
                "⭐⭐⭐⭐⭐",
                "５",
                "5星好评",
            ],
        ),
        (4, ["4分", "四星", "比较满意"]),
        (3, ["基本满意", "一般", "还行", "3"]),
        (2, ["2", "不太满意"]),
        (1, ["不满意", "差", "差评", "很差", "一星", "👎", "不满意，还在漏"]),
    ],
)
def test_a_rating_is_read_as_people_give_it(stars: int, said: list[str]) -> None:
    assert {text: rating(text) for text in said} == dict.fromkeys(said, stars)


@pytest.mark.parametrize("text", ["", "0", "6", "10分", "100", "好的", "满意个啥", "谢谢", "12"])
def test_what_is_no_rating_is_unclear(text: str) -> None:
    with pytest.raises(Unclear):
        rating(text)


def test_every_role_has_a_name_that_reads_back() -> None:
    assert set(ROLE_WORDS.values()) == set(Role)
    assert role_named("【网格长】 ") is Role.GRID_WORKER
    assert role_named("市长") is None
