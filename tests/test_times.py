"""Times and repetitions are read as people say them."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.reading import (
    Unclear,
)
from handlers.times import Past, moment, repetition
from tests.drawn import NOW, QUICK, SHANGHAI, texts


def shown(at: datetime) -> str:
    """As an admin sees it."""
    return at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


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


# Repetitions


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
