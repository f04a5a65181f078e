"""People type as they like: what is read, what is not, and that nothing crashes."""

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from handlers.reading import (
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
from handlers.rules.duty import EVERY_DAY, Span
from handlers.times import Past, moment, repetition, span
from storage.types import MemberId, Role

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
NOW: Final = datetime(2025, 11, 24, 15, 0, 20, tzinfo=SHANGHAI)  # a Monday
MEMBER: Final = MemberId(1)
QUICK: Final = settings(deadline=None, max_examples=60)

# Any text at all, and texts made of what the readers look for.
PIECES: Final = (
    *"0123456789十百千零一二三两#号第点时半刻分:-~到、，. \n年月日天周末今明后下本每早晚起从楼栋",
    *(
        "工单",
        "星期",
        "小时",
        "上午",
        "下午",
        "凌晨",
        "工作日",
        "长期",
        "全体",
        "满意",
        "不",
        "星",
        "👍",
        "１",
        "\u200b",
        "\u202e",
        "\0",
    ),
)
texts = st.text(max_size=60) | st.lists(st.sampled_from(PIECES), max_size=12).map("".join)
ABSURD: Final = (
    "",
    " ",
    "😀" * 50,
    "\u200b\u200f\u202e\0\x1b",
    "\ud800",
    "<b>12</b>",
    "مرحبا ١٢",
    "9" * 5000,
    "十" * 10_000,
    "1 " * 5000,
    "周一" + " " * 9990,
    "1" + " " * 9990,
    "工单" * 5000,
    "每周一" + "、周二" * 3000,
    "-" * 10_000,
    "a\u0300" + "\u0300" * 9990,
    "行\n" * 1_000_000,
)


def shown(at: datetime) -> str:
    """As an admin sees it."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def read_everything(text: str) -> None:
    """Ask every reader; only `Unclear` may come back instead of a value."""
    words(text), clean(text), leading_number(text), repetition(text), role_named(text)
    for reader in (number, rating, lambda t: moment(t, NOW, SHANGHAI), lambda t: span(t, NOW, SHANGHAI, MEMBER)):
        with suppress(Unclear):
            reader(text)


@QUICK
@given(texts)
def test_no_text_crashes_a_reader(text: str) -> None:
    read_everything(text)


@pytest.mark.parametrize("text", ABSURD, ids=range(len(ABSURD)))
def test_absurd_text_is_read_in_no_time(text: str) -> None:
    began = perf_counter()
    read_everything(text)
    assert perf_counter() - began < 2


def test_what_is_unclear_does_not_repeat_the_words() -> None:
    for reader in (number, rating, lambda t: moment(t, NOW, SHANGHAI), lambda t: span(t, NOW, SHANGHAI, MEMBER)):
        with pytest.raises(Unclear) as unclear:
            reader("张三13800005523")
        assert "13800005523" not in str(unclear.value)


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
    ]
    + ["5分钟", "一直没来", "12号晚上来", "13800138000 打不通", "1单元", "12个人", "#12-1203", "12层"],
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


# Moments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("明天上午9点", "2025-11-25 09:00"),
        ("明早9点", "2025-11-25 09:00"),
        ("11月25日 14:30", "2025-11-25 14:30"),
        ("11月25日（周二）上午9点", "2025-11-25 09:00"),
        ("十一月二十五日晚上八点一刻", "2025-11-25 20:15"),
        ("2025-11-30 09:00", "2025-11-30 09:00"),
        ("１１.２５ ９：３０", "2025-11-25 09:30"),
        ("今晚八点半", "2025-11-24 20:30"),
        ("今晚12点", "2025-11-25 00:00"),
        ("今晚0点", "2025-11-25 00:00"),
        ("明天凌晨2点", "2025-11-25 02:00"),
        ("明天3点", "2025-11-25 15:00"),
        ("今天8点", "2025-11-24 20:00"),
        ("上午9点", "2025-11-25 09:00"),
        ("下周一早上8点", "2025-12-01 08:00"),
        ("周五", "2025-11-28 09:00"),
        ("周一", "2025-12-01 09:00"),
        ("后天", "2025-11-26 09:00"),
        ("明天下午", "2025-11-25 14:00"),
        ("20号", "2025-12-20 09:00"),
        ("31号", "2025-12-31 09:00"),
        ("1月3日", "2026-01-03 09:00"),
        ("2月29日", "2028-02-29 09:00"),
        ("下个月1号9点", "2025-12-01 09:00"),
        ("半小时后", "2025-11-24 15:30"),
        ("一个半小时后", "2025-11-24 16:30"),
        ("十分钟后", "2025-11-24 15:10"),
        ("三天后9点", "2025-11-27 09:00"),
        ("现在", "2025-11-24 15:00"),
        ("今天", "2025-11-24 15:00"),
    ],
)
def test_a_time_is_read_as_people_say_it(text: str, expected: str) -> None:
    at, rest = moment(f"{text} 全体：【通知】停水\n请储水", NOW, SHANGHAI)
    assert shown(at) == expected
    assert at.tzinfo is UTC
    assert rest == "全体：【通知】停水\n请储水"


@pytest.mark.parametrize("text", ["昨天", "今天上午8点", "11月20日", "2025-11-24 14:59", "今早", "本周一9:00"])
def test_a_time_gone_by_is_past(text: str) -> None:
    with pytest.raises(Past):
        moment(text, NOW, SHANGHAI)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "停水",
        "明天停水",
        "明天上午9点停水",
        "明天9:00-11:00",
        "今天下午3点到5点",
        "2月30日",
        "25:00",
        "上午14点",
        "明天25点",
    ]
    + [
        "13月1日",
        "99999年1月1日",
        "2099年1月1日",
        "999999天后",
        "999999999小时后",
        "3-2-1203漏水",
        "12.5元",
        "现在停水了",
        "明天凌晨",
    ],
)
def test_a_sentence_or_nonsense_is_no_time(text: str) -> None:
    with pytest.raises(Unclear):
        moment(text, NOW, SHANGHAI)


@QUICK
@given(
    st.datetimes(datetime(2025, 11, 24, 15, 1), datetime(2026, 5, 1)),
    st.sampled_from(["%Y-%m-%d %H:%M", "%Y年%m月%d日%H点%M分", "%m月%d日 %H:%M", "%Y/%m/%d %H:%M:%S"]),
)
def test_a_time_that_was_written_reads_back(at: datetime, written: str) -> None:
    at = at.replace(hour=max(at.hour, 6), second=0, microsecond=0)  # 03点 is the afternoon
    assert shown(moment(at.strftime(written), NOW, SHANGHAI)[0]) == at.strftime("%Y-%m-%d %H:%M")


@QUICK
@given(texts, st.datetimes(datetime(2025, 1, 1), datetime(2027, 1, 1), timezones=st.just(SHANGHAI)))
def test_what_is_read_is_never_past(text: str, now: datetime) -> None:
    try:
        at, _ = moment(text, now, SHANGHAI)
    except Unclear:
        return
    assert now - timedelta(minutes=1) < at < now + timedelta(days=366 * 9)


# Repetitions and duty


@pytest.mark.parametrize(
    ("text", "at", "weekdays", "month_day"),
    [
        ("每天8点", time(8), "1234567", None),
        ("每天", time(9), "1234567", None),
        ("每晚8点", time(20), "1234567", None),
        ("每周一9点", time(9), "1", None),
        ("每周一三五 18:30", time(18, 30), "135", None),
        ("每周一三点", time(15), "1", None),
        ("每周六、周日 9点", time(9), "67", None),
        ("每周一到周五9点", time(9), "12345", None),
        ("每个工作日8:30", time(8, 30), "12345", None),
        ("每星期天下午两点半", time(14, 30), "7", None),
        ("每周末上午10点", time(10), "67", None),
        ("每月1号9点", time(9), "1234567", 1),
        ("每月最后一天", time(9), "1234567", 31),
    ],
)
def test_a_repetition_is_read(text: str, at: time, weekdays: str, month_day: int | None) -> None:
    read = repetition(f"{text} 全体：【提醒】收垃圾")
    assert read is not None
    repeat, rest = read
    assert (repeat.at, repeat.month_day) == (at, month_day)
    assert repeat.weekdays == frozenset(map(int, weekdays))
    assert rest == "全体：【提醒】收垃圾"


@pytest.mark.parametrize(
    "text", ["", "明天9点", "每天都有人乱扔", "每周八9点", "每两周周一", "每月32号", "每月0号", "每", "每周"]
)
def test_what_does_not_come_back_is_no_repetition(text: str) -> None:
    assert repetition(text) is None


def turns(first: str, last: str | None, on: str = "1234567", starts: str = "00:00", ends: str = "00:00") -> Span:
    """Turns of `MEMBER` in 2025 or, before November, 2026: "12-01"."""
    day, end = (date.fromisoformat(f"{2025 + (d < '11')}-{d}") if d else None for d in (first, last))
    assert day
    return Span(MEMBER, day, end, frozenset(map(int, on)), time.fromisoformat(starts), time.fromisoformat(ends))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("周一到周五 8:00-20:00", turns("11-24", None, "12345", "08:00", "20:00")),
        ("每天 20:00-8:00", turns("11-24", None, starts="20:00", ends="08:00")),
        ("长期", turns("11-24", None)),
        ("明天", turns("11-25", "11-25")),
        ("本周", turns("11-24", "11-30")),
        ("下周", turns("12-01", "12-07")),
        ("下周 周一到周五 8:00—20:00", turns("12-01", "12-07", "12345", "08:00", "20:00")),
        ("下周一到周五", turns("12-01", "12-05")),
        ("本月", turns("11-01", "11-30")),
        ("11月24日-11月30日", turns("11-24", "11-30")),
        ("11.24-11.30", turns("11-24", "11-30")),
        ("从11月24日到30日 8-20点", turns("11-24", "11-30", starts="08:00", ends="20:00")),
        ("12月30日-1月2日", turns("12-30", "01-02")),
        ("12月1日起 周末 全天", turns("12-01", None, "67")),
        ("周一三五 晚上8点到早上6点", turns("11-24", None, "135", "20:00", "06:00")),
        ("今晚8点到12点", turns("11-24", "11-24", starts="20:00", ends="00:00")),
        ("20:00-24:00", turns("11-24", None, starts="20:00", ends="00:00")),
        ("20:00到次日8:00", turns("11-24", None, starts="20:00", ends="08:00")),
        ("8点到5点", turns("11-24", None, starts="08:00", ends="17:00")),
        ("9点到6点", turns("11-24", None, starts="09:00", ends="18:00")),
        ("22点到6点", turns("11-24", None, starts="22:00", ends="06:00")),
        ("晚上8点到10点", turns("11-24", None, starts="20:00", ends="22:00")),
        ("下午2点到6点", turns("11-24", None, starts="14:00", ends="18:00")),
    ],
)
def test_duty_hours_are_read(text: str, expected: Span) -> None:
    assert span(f"{text} 3栋", NOW, SHANGHAI, MEMBER) == (expected, "3栋")


@pytest.mark.parametrize(
    "text", ["", "张三", "8:00", "11月30日-11月24日", "周一到周五8点上班", "明天 8:00-", "2月30日"]
)
def test_duty_without_days_or_hours_is_unclear(text: str) -> None:
    with pytest.raises(Unclear):
        span(text, NOW, SHANGHAI, MEMBER)


def test_duty_that_is_over_is_past() -> None:
    with pytest.raises(Past):
        span("11月1日-11月5日", NOW, SHANGHAI, MEMBER)


@QUICK
@given(texts)
def test_duty_that_was_read_is_duty_some_day(text: str) -> None:
    try:
        read, _ = span(text, NOW, SHANGHAI, MEMBER)
    except Unclear:
        return
    assert read.weekdays <= EVERY_DAY
    assert read.weekdays
    assert read.last_day is None or read.first_day <= read.last_day >= NOW.date()
