"""A time that comes once: its day, its hour, and what is meant when the hour has gone by."""

import re
from datetime import UTC, datetime, time, timedelta
from typing import Final

from handlers.reading.days import HOUR, YEARS_AHEAD
from handlers.reading.times import Past
from handlers.reading.values import NUMERAL, Unclear
from handlers.rules.moon import DAY
from handlers.rules.wall import moment_of
from handlers.when.clock import Clock, clocks_at
from handlers.when.day import Day, day_at
from handlers.when.ends import ended
from handlers.when.months import next_month
from handlers.when.understood import Here, Once, Unsure, Why, count_of

MORNING: Final = 9 * HOUR  #: when a day is said without an hour
_SOON: Final = re.compile(
    rf"(?P<now>现在|马上|立即|立刻)|(?:(?P<half>半)|(?P<count>{NUMERAL}))\s*+个?(?P<more>半)?\s*+"
    r"(?:(?P<hours>小时|钟头)|(?P<quarters>刻钟)|分钟?)[以之]?(?:后|(?P<back>前))"
)
_GONE: Final = re.compile("刚才|刚刚|方才")
VAGUE_HOUR: Final = re.compile("[上下]班[前后时]?|[早午晚]?饭[前后点]|吃[过完]饭后?|天黑[前后]?|放学[前后]?|睡前")
_AND: Final = re.compile(r"\s*(?:[、和及与]|以及)\s*")
_DAY_MORE: Final = re.compile(
    rf"(?:(?:{NUMERAL})月)?(?:{NUMERAL})[日号](?![楼栋幢座院单门])|[今明后]天|大后天|[本这下]?(?:周|星期|礼拜)[一二三四五六日天]"
)
_LIMIT: Final = re.compile("[以之]?[前内]|截止")


def once(text: str, here: Here) -> tuple[Once, int]:
    """The moment that the text begins with, and where its words end.

    Raises:
        Past: It has gone by.
        Unsure: It may be another one.
        Unclear: There is none.
    """
    if soon := _soon(text, here):
        return soon
    day = day_at(text, 0, here)
    end = day.end if day else 0
    if vague := VAGUE_HOUR.match(text, end):
        raise Unsure(Why.WHICH_HOUR, 0, vague.end())
    clock, end = _one_clock(text, end, day)
    if day is None and clock is None:
        raise Unclear("no time")
    _refuse_more(text, end)
    if limit := _LIMIT.match(text, end):
        raise Unsure(Why.LIMIT, 0, limit.end())
    end = ended(text, end)
    at = datetime.combine(day.date if day else here.today, time()) + (clock.at if clock else MORNING)
    if at < here.local:
        _gone(text, day, clock, here)
    return Once(moment_of(at, here.zone), day.unknown if day else frozenset()), end


def _soon(text: str, here: Here) -> tuple[Once, int] | None:
    found = _SOON.match(text)
    if gone := _GONE.match(text) or (found if found and found["back"] else None):
        ended(text, gone.end())
        raise Past("it has gone by")
    if found is None:
        return None
    count = 0 if found["now"] else 0.5 if found["half"] else count_of(found, "count") + (0.5 if found["more"] else 0)
    unit = HOUR if found["hours"] else HOUR / 4 if found["quarters"] else HOUR / 60
    if count * unit > YEARS_AHEAD * 365 * DAY:
        raise Unsure(Why.NO_DAY, 0, found.end())
    return Once(here.now.replace(second=0, microsecond=0).astimezone(UTC) + count * unit), ended(text, found.end())


def _one_clock(text: str, start: int, day: Day | None) -> tuple[Clock | None, int]:
    clocks = clocks_at(text, start, tonight=day is None or day.near)
    if len(clocks) > 1:
        words = [text[clock.start : clock.end] for clock in clocks]
        raise Unsure(Why.SEVERAL, clocks[0].start, clocks[-1].end, *words)
    return (clocks[0], clocks[0].end) if clocks else (None, start)


def _refuse_more(text: str, end: int) -> None:
    """27号、28号上午9点 are two."""
    joint = _AND.match(text, end)
    if joint and (more := _DAY_MORE.match(text, joint.end())):
        raise Unsure(Why.SEVERAL, end, more.end(), "")


def _gone(text: str, day: Day | None, clock: Clock | None, here: Here) -> None:
    """Ask which other time is meant, where one can be; else it is past."""
    if day is not None and day.date != here.today:
        raise Past("the day has gone by")
    if day is not None and day.loose:
        raise Unsure(Why.GONE, 0, day.end, *_next_of_name(day))
    if clock is None:
        raise Unsure(Why.GONE, 0, day.end if day else 0, "今天下午", "今天晚上", "现在")
    said = text[clock.start : clock.end]
    evening = [f"今晚{said}"] if clock.part is None and timedelta() < clock.at < 12 * HOUR else []
    if day is not None and not (day.near and evening):
        raise Past("the hour has gone by")
    raise Unsure(Why.GONE, 0, clock.end, *evening, f"明天{said}")


def _next_of_name(day: Day) -> list[str]:
    """The same weekday in a week, or the same number in the month after."""
    if day.loose == "weekday":
        after = day.date + 7 * DAY
    else:
        month = next_month(day.date)
        after = month + (day.date.day - 1) * DAY
        if after.month != month.month:
            return []
    return [f"{after.year}年{after.month}月{after.day}日"]
