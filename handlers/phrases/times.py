"""Days, hours and repetitions in words, as a notice on the wall would give them."""

from collections.abc import Collection
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from handlers.rules.duty import DAY, EVERY_DAY, Span
from storage.turns import Days

WEEKDAYS: Final = "一二三四五六日"
_NEAR: Final = {0: "今天", 1: "明天", 2: "后天"}
_MIDNIGHT: Final = time()
_KINDS: Final = {
    Days.WORKDAYS: "工作日（调休上班也算）",
    Days.DAYS_OFF: "休息日（周末和放假）",
    Days.HOLIDAYS: "法定节假日",
}


def date_name(day: date, today: date) -> str:
    """“5月12日 周二”, with the year where it is another one."""
    year = f"{day.year}年" if day.year != today.year else ""
    return f"{year}{day.month}月{day.day}日 周{WEEKDAYS[day.weekday()]}"


def day_name(day: date, today: date) -> str:
    """“明天（5月12日 周二）” or “5月18日 周一”."""
    name = date_name(day, today)
    near = _NEAR.get((day - today).days)
    return f"{near}（{name}）" if near else name


def clock_name(clock: time) -> str:
    """“9:00”."""
    return f"{clock.hour}:{clock.minute:02}"


def spoken_clock(clock: time) -> str:
    """“9:00”, but “凌晨3:00” and “早上6:00”: nobody takes them for the afternoon."""
    if not 1 <= clock.hour <= 6:
        return clock_name(clock)
    return f"{'凌晨' if clock.hour < 5 else '早上'}{clock_name(clock)}"


def moment_name(at: datetime, now: datetime, zone: ZoneInfo) -> str:
    """“明天（5月12日 周二）9:00”."""
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    day = day_name(local.date(), today)
    return f"{day}{'' if day.endswith('）') else ' '}{spoken_clock(local.time())}"


def weekdays_name(weekdays: Collection[int]) -> str:
    """“每天”, “每周一到周五”, “每周一、三”."""
    days = sorted(weekdays)
    if len(days) == len(EVERY_DAY):
        return "每天"
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        return f"每周{WEEKDAYS[days[0] - 1]}到周{WEEKDAYS[days[-1] - 1]}"
    return "每周" + "、".join(WEEKDAYS[day - 1] for day in days)


def days_name(weekdays: Collection[int], days: Days) -> str:
    """“每周一到周五”, “工作日（调休上班也算）”."""
    if days is Days.ANY:
        return weekdays_name(weekdays)
    return _KINDS[days] if len(weekdays) == len(EVERY_DAY) else f"{weekdays_name(weekdays)}里的{_KINDS[days]}"


def hours_name(starts: time, ends: time) -> str:
    """“全天”, “8:00 到 20:00”, “20:00 到次日 8:00”."""
    if starts == ends == _MIDNIGHT:
        return "全天"
    if ends == _MIDNIGHT:
        return f"{clock_name(starts)} 到 24:00"
    return f"{clock_name(starts)} 到{' ' if starts < ends else '次日 '}{clock_name(ends)}"


def turn_name(starts: datetime, ends: datetime, today: date) -> str:
    """“明天（5月12日 周二）20:00 到次日 8:00”; both are local."""
    day, length = day_name(starts.date(), today), ends.replace(tzinfo=None) - starts.replace(tzinfo=None)
    if length > DAY or (length == DAY and starts.time() != _MIDNIGHT):
        hours = f"{clock_name(starts.time())} 到 {date_name(ends.date(), today)} {clock_name(ends.time())}"
    else:
        hours = hours_name(starts.time(), ends.time())
    return f"{day}{hours}" if day.endswith("）") else f"{day} {hours}"


def span_name(span: Span, today: date) -> str:
    """“从今天（5月11日 周一）起，每天 20:00 到次日 8:00”."""
    first, hours = day_name(span.first_day, today), hours_name(span.starts, span.ends)
    if span.last_day == span.first_day:
        return f"{first}{hours}" if first.endswith("）") else f"{first} {hours}"
    if span.last_day is None:
        return f"从{first}起，{days_name(span.weekdays, span.days)} {hours}"
    return f"{first}到{day_name(span.last_day, today)}，{days_name(span.weekdays, span.days)} {hours}"
