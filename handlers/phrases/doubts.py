"""Times that have to be asked back, and the dates of what comes again and again."""

from collections.abc import Mapping, Sequence
from typing import Final

from handlers.phrases.repeats import repeat_name
from handlers.rules.repeats import SHOWN, Repeat
from handlers.rules.rhythms import Monthly
from handlers.when.understood import Why
from storage.broadcasts import Broadcast

QUESTIONS: Final[Mapping[Why, str]] = {
    Why.HALF: "这个钟点可能是上午，也可能是下午。",
    Why.NIGHT: "这个钟点说不准是哪一夜。",
    Why.NO_HOUR: "没有这个钟点。",
    Why.WHICH_HOUR: "没看出来是几点。",
    Why.NO_DAY: "没有这一天。",
    Why.WHICH_DAY: "没看出来是哪一天。",
    Why.GONE: "这个时间今天已经过了。",
    Why.WEEKEND: "周末有两天。",
    Why.HOW_MANY: "没看出来隔几天。",
    Why.ONCE_OR_AGAIN: "没看出来是只发这一次，还是以后都发。",
    Why.MOON: "可能是农历，也可能是公历。",
    Why.REGION: "小年各地不一样。",
    Why.AFTER_MIDNIGHT: "现在刚过零点，“明天”可能是天亮以后，也可能是再下一天。",
    Why.CLASH: "日期和星期对不上。",
    Why.SPAN: "这是一段时间，没看出来什么时候发。",
    Why.SEVERAL: "写了不止一个时间，一条只能定一个。",
    Why.LIMIT: "这是期限，没看出来什么时候发。",
    Why.TOO_OFTEN: "一天里最多定几个钟点，不能隔一会儿就发。",
    Why.UNKNOWN_YEAR: "那一年的放假安排还没公布，说不准是哪天。",
}


def which_time(broadcast: Broadcast, why: Why, names: Sequence[str]) -> str:
    """When a draft has a time that may mean several things, or none; a button a reading is below it."""
    number = broadcast.id
    question = f"{number} 号通知先记下了，还没发。{QUESTIONS[why]}"
    if not names:
        return f"{question}请发“改时间 {number} ”加上时间，比如“改时间 {number} 明天上午9点”。"
    if len(names) == 1:
        return f"{question}是{names[0]}吗？是就选它，不是就把时间再说一遍。"
    return f"{question}是{'，还是'.join(names)}？请选一个，都不是就把时间再说一遍。"


def time_first(broadcast: Broadcast) -> str:
    """When a draft is confirmed whose time nobody knows yet."""
    return f"{broadcast.id} 号的时间还没定。请先发“改时间 {broadcast.id} ”加上时间，比如“改时间 {broadcast.id} 明天上午9点”。"


def no_draft_to_time(broadcast: Broadcast) -> str:
    """When the time of something is changed that is no draft any more."""
    return f"{broadcast.id} 号已经不是草稿了，改不了时间。请发“取消通知 {broadcast.id}”，再重新写一条。"


def coming(repeat: Repeat, names: Sequence[str], unknown: Sequence[int], *, postponed: bool) -> str:
    """A repetition with its next dates, and what there is to know of them."""
    label = "接下来" if len(names) == SHOWN else "就是"
    notes = "（夜里不打扰大家，早上再发；急事请用“预警”）" if postponed else ""
    short = isinstance(repeat.days, Monthly) and any(28 < day < 31 for day in repeat.days.days)
    if short:
        notes += "（没有这一天的月份放在最后一天）"
    return f"{repeat_name(repeat)}，{label}：{'、'.join(names)}{notes}{unknown_years(unknown)}"


def unknown_years(years: Sequence[int]) -> str:
    """Behind a date that was counted without the yearly notice."""
    if not years:
        return ""
    named = "、".join(str(year) for year in years)
    return f"（{named} 年的放假安排还没公布，先按周一到周五上班、法定节日放假算）"
