"""Repetitions in words that the bot itself reads back: “每月最后一个工作日 9:00，到2026年12月31日为止”."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final

from handlers.phrases.times import WEEKDAYS, spoken_clock, weekdays_name
from handlers.rules.repeats import Repeat
from handlers.rules.rhythms import (
    ALL_MONTHS,
    BeforeDaysOff,
    Days,
    EveryDays,
    Feast,
    Monthly,
    Moon,
    NthWeekday,
    NthWorkday,
    OfKind,
    Parity,
    Weekly,
)
from storage.types import DayKind

_KINDS: Final[Mapping[tuple[DayKind, ...], str]] = {
    (DayKind.WORKDAY,): "每个工作日",
    (DayKind.HOLIDAY,): "每个节假日",
    (DayKind.DAY_OFF, DayKind.HOLIDAY): "每个休息日",
}
_MOON_MONTHS: Final = ("正", "二", "三", "四", "五", "六", "七", "八", "九", "十", "冬", "腊")
_TENS: Final = {0: "初", 1: "十", 2: "二十", 3: "三十"}
_DIGITS: Final = "十一二三四五六七八九"
LAST_MINUTE: Final = time(23, 59)


def repeat_name(repeat: Repeat) -> str:
    """“每周一 9:00”, “从2026年11月20日起，每2周周五 9:00，到2026年12月31日为止”."""
    begins = f"从{_full(repeat.first)}起，" if repeat.first else ""
    clocks = "、".join(spoken_clock(at) for at in repeat.times)
    return f"{begins}{rhythm_name(repeat.days)} {clocks}{_until(repeat.until)}"


def rhythm_name(days: Days) -> str:
    """“每周一、三”, “每季度第 1 个周一”, “每年重阳节”."""
    match days:
        case Weekly(weekdays, 1):
            return weekdays_name(weekdays)
        case Weekly(weekdays, weeks):
            return f"每{weeks}周周" + "、".join(WEEKDAYS[day - 1] for day in weekdays)
        case EveryDays(count):
            return f"每{count}天"
        case Parity(rest):
            return "每逢单号" if rest else "每逢双号"
    return _of_year(days)


def _of_year(days: Monthly | NthWeekday | NthWorkday | Moon | Feast | OfKind | BeforeDaysOff) -> str:
    match days:
        case Feast(name, shift):
            return f"每年{name}" + (f"{'前' if shift < 0 else '后'}{abs(shift)}天" if shift else "")
        case Moon():
            return _of_moon(days)
        case OfKind(kinds):
            return _KINDS[kinds]
        case BeforeDaysOff(before):
            return f"每逢节前{before}天"
    return _of_month(days)


def _of_moon(days: Moon) -> str:
    numbers = "、".join(map(moon_day_name, days.days))
    return f"每月农历{numbers}" if days.month is None else f"每年农历{_MOON_MONTHS[days.month - 1]}月{numbers}"


def _of_month(days: Monthly | NthWeekday | NthWorkday) -> str:
    months = _months(days.months)
    if isinstance(days, NthWeekday):
        return f"{months}{_nth(days.nth)}周{WEEKDAYS[days.weekday - 1]}"
    if isinstance(days, NthWorkday):
        return f"{months}{_nth(days.nth)}工作日"
    return _monthly(days, months)


def _monthly(days: Monthly, months: str) -> str:
    first = days.days[0]
    if first in (-1, 31) and len(days.days) == 1:
        return f"{months}最后一天"
    if first < 0:
        return f"{months}倒数第 {-first} 天"
    if len(days.months) == 1:
        return f"{months}{first}日"
    if days.months == ALL_MONTHS:
        return f"{months} {'、'.join(map(str, days.days))} 号"
    return f"{months}{'首月' if days.months[0] == 1 else '末月'}{first}号"


def _months(months: tuple[int, ...]) -> str:
    if months == ALL_MONTHS:
        return "每月"
    return f"每年{months[0]}月" if len(months) == 1 else "每季度"


def _nth(nth: int) -> str:
    if nth == -1:
        return "最后一个"
    return f"第 {nth} 个" if nth > 0 else f"倒数第 {-nth} 个"


def moon_day_name(number: int) -> str:
    """“初一”, “十五”, “二十三”."""
    tens, ones = divmod(number, 10)
    if not ones:
        return {1: "初十", 2: "二十", 3: "三十"}[tens]
    return f"{_TENS[tens]}{_DIGITS[ones]}"


def _until(until: datetime | None) -> str:
    if until is None:
        return ""
    clock = "" if until.time() == LAST_MINUTE else f" {spoken_clock(until.time())}"
    return f"，到{_full(until.date())}{clock}为止"


def _full(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
