"""What the bot says where people take turns."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from handlers.phrases.places import names
from handlers.phrases.times import WEEKDAYS, clock_name, date_name, days_name, hours_name, turn_name
from handlers.rules.patterns import Pattern
from storage.turns import Cadence

_UNITS: Final = {Cadence.HOUR: "小时", Cadence.DAY: "天", Cadence.WEEK: "周", Cadence.MONTH: "个月", Cadence.TURN: "班"}


def entered(places: Sequence[str], pattern: Pattern, order: Sequence[Sequence[str]], *, news: bool) -> str:
    """A rotation, as it was understood."""
    line = f"{names(places)}：{pattern_name(pattern)}，顺序 {' → '.join('和'.join(seat) for seat in order)}"
    return f"排好轮班了。{line}。" if news else f"已经这样轮着了，没有变。{line}。"


def you_are_in(places: Sequence[str], pattern: Pattern, order: Sequence[Sequence[str]]) -> str:
    """To who is new in an order."""
    line = f"{names(places)}：{pattern_name(pattern)}，顺序 {' → '.join('和'.join(seat) for seat in order)}"
    return f"社区把您排进了轮班。{line}。\n自己的班发“我的值班”看；到时候来不了，发“换班”或“请假”。"


def coming(turns: Sequence[tuple[str, datetime, datetime]], today: date, zone: ZoneInfo) -> str:
    """Who has the next turns: name, beginning and end."""
    rows = (f"{turn_name(s.astimezone(zone), e.astimezone(zone), today)} {name}" for name, s, e in turns)
    return "接下来：\n" + "\n".join(rows)


def order(place: str, pattern: Pattern, order: Sequence[Sequence[str]], on: int) -> str:
    """A rotation that there is; `on` is whose turn it is, or was last."""
    names = ["和".join(seat) for seat in order]
    return f"{place}：{pattern_name(pattern)}，顺序 {' → '.join(names)}，现在轮到{names[on]}。要改人就照新的顺序再发一次“轮班”。"


def no_rotation(place: str) -> str:
    """When nobody takes turns there."""
    return f"{place}没有轮班。请发“轮班 {place} 每周一8点 王芳、赵强、陈素芬”这样来排；固定的班发“排班表 {place}”看。"


def later_than_now(place: str, first: date, today: date) -> str:
    """When an order that holds already is to be another one from some day on."""
    return (
        f"{place}这个时段已经有轮班了。要从{date_name(first, today)}起换一套人，请到那天再发；"
        "现在就换的话，去掉日期再发一次。中间几天不一样，发“临时值班”。"
    )


def named_twice() -> str:
    """When somebody is in an order twice."""
    return "同一个人在顺序里写了两遍。每人写一次就行，轮完一圈会从头再来。"


def pattern_name(pattern: Pattern) -> str:
    """“每周一 8:00 换人”, “每天 20:00 到次日 8:00，一班一换”, “工作日（调休上班也算）8:00 到 18:00，一周一换”."""
    if pattern.is_always_on:
        if pattern.cadence is Cadence.HOUR:
            return f"每{_count(pattern.every)}小时换人（从 {clock_name(pattern.starts)} 算起）"
        return f"{_when(pattern)} {clock_name(pattern.starts)} 换人"
    days = days_name(pattern.weekdays, pattern.days)
    hours = f"{days}{'' if days.endswith('）') else ' '}{hours_name(pattern.starts, pattern.ends)}"
    return f"{hours}，{_count(pattern.every)}{_UNITS[pattern.cadence]}一换"


def _when(pattern: Pattern) -> str:
    every, since = pattern.every, pattern.since
    many = f"每{_count(every)}" if every > 1 else "每"
    if pattern.cadence is Cadence.WEEK:
        return f"{many}周{'的周' if every > 1 else ''}{WEEKDAYS[since.weekday()]}"
    if pattern.cadence is Cadence.MONTH:
        return f"{many}{'个' if every > 1 else ''}月 {since.day} 号"
    return f"{many}天"


def _count(number: int) -> str:
    return {1: "一", 2: "两"}.get(number, f" {number} ")
