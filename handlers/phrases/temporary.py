"""What is said about rosters that hold for some days only."""

from collections.abc import Sequence
from datetime import date, datetime

from handlers.phrases.leave import period
from handlers.phrases.places import names
from handlers.phrases.times import date_name, days_name, hours_name
from handlers.rules.duty import Span

Time = tuple[datetime, datetime]  #: local


def entered(places: Sequence[str], time: Time, served: Sequence[tuple[Sequence[str], Span | None]], today: date) -> str:
    """A temporary roster, as it was understood."""
    head = f"排好临时值班了。{names(places)} {period(*time, today)}，这几天平时的班先不算："
    if not served:
        return f"{head}\n没有人值班，有事直接找上一级。"
    lines = [f"{'、'.join(people)} {_turns(span, time, today)}" for people, span in served]
    return "\n".join([head, *lines, "没排到的时候就是没人，有事找上一级。不要了发“临时值班 地点 取消”。"])


def _turns(span: Span | None, time: Time, today: date) -> str:
    if span is None:
        return "从头到尾"
    days = days_name(span.weekdays, span.days)
    last = span.last_day or span.first_day
    if span.first_day == last:
        days = date_name(last, today)
    elif (span.first_day, last) != (time[0].date(), last) or (time[1].date() - last).days > 1:
        days = f"{date_name(span.first_day, today)} 到 {date_name(last, today)} {days}"
    return f"{days} {hours_name(span.starts, span.ends)}"


def too_long(days: int) -> str:
    """When it is no temporary roster any more."""
    return f"临时值班最长 {days} 天。更久的请直接改“排班”或“轮班”。"


def outside(said: str) -> str:
    """When somebody's turns are not within the days."""
    return f"“{said[:40]}”不在这几天里面。请对一下日期，再发一次。"


def none_here(place: str) -> str:
    """When there is nothing to take back."""
    return f"{place}没有临时值班，用的就是平时的班。"


def cancelled(place: str, times: Sequence[Time], today: date) -> str:
    """After 取消."""
    return f"{place}的临时值班取消了（{'；'.join(period(*time, today) for time in times)}），照平时的班来。"
