"""What the bot says about working time: the hours of the week, and the days that are otherwise."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from handlers.phrases.times import date_name, weekdays_name
from handlers.rules.intervals import WHOLE_DAY, Interval

Week = Mapping[int, tuple[Interval, ...]]


def clock(minutes: int) -> str:
    """“9:00”; on the next day “次日 2:00”."""
    next_day = "次日 " if minutes > WHOLE_DAY else ""
    shown = minutes - WHOLE_DAY if minutes > WHOLE_DAY else minutes
    return f"{next_day}{shown // 60}:{shown % 60:02}"


def intervals(found: Collection[Interval]) -> str:
    """“9:00-12:00、14:00-18:00”, “全天”, “休息”."""
    if list(found) == [(0, WHOLE_DAY)]:
        return "全天"
    return "、".join(f"{clock(first)}-{clock(last)}" for first, last in sorted(found)) or "休息"


def week(found: Week) -> str:
    """“每周一到周五 9:00-12:00、14:00-18:00；每周六 9:00-12:00”."""
    alike: dict[tuple[Interval, ...], list[int]] = {}
    for day in range(1, 8):
        if found.get(day):
            alike.setdefault(found[day], []).append(day)
    return "；".join(f"{weekdays_name(days)} {intervals(spans)}" for spans, days in alike.items())


def shown(place: str, found: Week, days: Sequence[str], unknown: Sequence[int]) -> str:
    """The working time of a place, the days that are otherwise, and which years nobody knows yet."""
    text = f"{place}的工作时间：{week(found)}。法定节假日休息，调休要补的班照上。"
    if days:
        text += "\n另外：" + "；".join(days) + "。"
    return text + "".join(f"\n{unknown_year(year)}" for year in unknown)


def how_to() -> str:
    """Below it."""
    return "\n要改发“工作时间 周一到周五 9:00-12:00 14:00-18:00”，临时放假发“放假 10月8日”，临时上班发“补班 10月10日”。"


def changed(shown: str) -> str:
    """After a change; running deadlines follow by themselves."""
    return f"改好了。正在走的时限按新的时间重新算。\n{shown}"


def own_day(day: date, today: date, found: tuple[Interval, ...], *, worked: bool) -> str:
    """“10月8日 周四 放假”, “10月10日 周六 上班（9:00-12:00）”."""
    return f"{date_name(day, today)} {f'上班（{intervals(found)}）' if worked else '放假'}"


def both_ways(day: date, today: date, *, worked: bool) -> str:
    """When a day is said to be off that is entered as worked, or the other way round."""
    there, undo = ("上班", "取消补班") if worked else ("放假", "取消放假")
    return (
        f"{date_name(day, today)}已经登记成{there}了，不能又放假又上班。要改就先发“{undo} {day.month}月{day.day}日”。"
    )


def nothing_said(day: date, today: date) -> str:
    """When there is nothing to take back."""
    return f"{date_name(day, today)}没有单独登记过。发“工作时间”看有哪些。"


def gone_by(day: date, today: date) -> str:
    """When a day has gone by."""
    return f"{date_name(day, today)}已经过去了。请换成今天以后的日子再发一次。"


def too_many_days(most: int) -> str:
    """When a span of days is too long for one message."""
    return f"一次最多登记 {most} 天，请分几次发。"


def overlapping() -> str:
    """When two intervals of one day lie over each other, or one has no length."""
    return "这几段时间有重叠，或者哪一段没有长短。请像“9:00-12:00 14:00-18:00”这样一段接一段地写。"


def unknown_year(year: int) -> str:
    """What is so as long as nobody knows the holidays of a year."""
    return (
        f"{year} 年的放假安排我这里还没有，先照平常的周末算。国务院通知出来后，把红管家升级到新版本；"
        "等不及就发“放假 …”“补班 …”登记，元旦、劳动节、国庆节都登记了，就算这一年齐了。"
    )


def recounted(place: str, moved: int) -> str:
    """To the community, once running deadlines were counted anew."""
    return f"{place}的时间改了，没办完的 {moved} 张单时限跟着变了。看哪张就发“工单 编号”。"
