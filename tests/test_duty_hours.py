"""Duty hours are read as an admin says them."""

from datetime import date, time
from typing import Final

import pytest
from hypothesis import given

from handlers.reading.times import Past, span
from handlers.reading.values import (
    Unclear,
)
from handlers.rules.duty import EVERY_DAY, Span
from storage.types import MemberId
from tests.drawn import NOW, QUICK, SHANGHAI, texts

MEMBER: Final = MemberId(1)


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
