"""What the property tests draw from, and the clock that they go by."""

from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
NOW: Final = datetime(2025, 11, 24, 15, 0, 20, tzinfo=SHANGHAI)  # a Monday
QUICK: Final = settings(deadline=None, max_examples=60)

days = st.dates(date(2025, 1, 1), date(2026, 12, 31))
clocks = st.times().map(lambda t: t.replace(second=0, microsecond=0))
moments = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31), timezones=st.just(SHANGHAI))
weekdays = st.frozensets(st.integers(1, 7), min_size=1)

# Any text at all, and texts made of what the readers look for.
PIECES: Final = (
    *"0123456789十百千零一二三两#号第点时半刻分:-~到、，. \n年月日天周末今明后下本每早晚起从楼栋不星👍１\u200b\u202e\0",
    *["工单", "星期", "小时", "上午", "下午", "凌晨", "工作日", "长期", "全体", "满意"],
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


def july(text: str) -> datetime:
    """A moment of July 2017, whose 24th is a Monday: "24 08:00"."""
    return datetime.strptime(f"2017-07-{text}", "%Y-%m-%d %H:%M").replace(tzinfo=SHANGHAI)
