"""What the bot may have missed, and what it can no longer answer in time."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from handlers.phrases.places import names
from handlers.phrases.tickets import moment


def missed(start: datetime, end: datetime, groups: Sequence[str], zone: ZoneInfo) -> str:
    """To those who answer for the places, alone."""
    where = f"{names(groups)}群里的话" if groups else "单独发给我的话"
    return (
        f"我刚才掉线了：{_span(start, end, zone)}，{where}我可能漏听了。"
        "请翻一下那段时间，有事没人管的，替他报一下，或者请他再说一遍。"
    )


def missed_here(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    """To a group, where nobody can be told alone."""
    return f"我刚才掉线了，{_span(start, end, zone)}的话可能漏听了。那会儿报的事，麻烦再说一遍。"


def too_late_to_answer(at: datetime, zone: ZoneInfo) -> str:
    """Once a chat, where it was asked something that an answer comes hours too late for."""
    return f"我刚才掉线了，{moment(at, zone)}前后发给我的话现在才看到。报的事都登记了；问的事还要的话，请再问一遍。"


def _span(start: datetime, end: datetime, zone: ZoneInfo) -> str:
    same_day = start.astimezone(zone).date() == end.astimezone(zone).date()
    return f"{moment(start, zone)} 到 {f'{end.astimezone(zone):%H:%M}' if same_day else moment(end, zone)}"
