"""A repetition: its rhythm, from when on, and when it ends (到年底为止, 共4次)."""

import re
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Final

from handlers.reading.days import value_of
from handlers.reading.values import NUMERAL
from handlers.rules.rhythms import BeforeDaysOff, Days, Weekly
from handlers.when.clock import PART_AHEAD, clocks_at
from handlers.when.day import Day, day_at
from handlers.when.daysoff import BEFORE_EVERY
from handlers.when.understood import Here, Unsure, Why, count_of
from handlers.when.weeks import EVERY, week_rhythm
from handlers.when.years import year_rhythm

DAY_ENDS: Final = time(23, 59)
MOST_TIMES: Final = 400  #: that something comes back, where its number is said
_DAILY: Final = re.compile(rf"每[天日]|天天|每{PART_AHEAD}|连续(?P<count>{NUMERAL})[天日]")
_TOO_OFTEN: Final = re.compile(rf"每隔?(?:{NUMERAL}|半)?个?半?个?(?:小时|钟头|分钟|刻钟)")
_HALF_MONTH: Final = re.compile("每半个?月")
_BARE: Final = re.compile(rf"每(?:逢|隔|一|两|{NUMERAL})?个?(?:周|星期|礼拜|月|季度?|年)(?:一次)?")
_AGAIN: Final = re.compile(f"{EVERY}|天天|工作日|休息日|节假日|隔")
_FROM: Final = re.compile("从|自")
_ONWARDS: Final = re.compile(r"(?:起|开始|以后)[,，\s]*")
_THROUGH: Final = re.compile(r"\s*[-~–—到至]+\s*")
_COMMA: Final = re.compile(r"[,，\s]*")
_TIMES: Final = re.compile(
    rf"[,，;；\s]*(?:(?:(?<=[,，;；])|一共|总共|共|连续|连发)(?P<count>{NUMERAL})次|连[续发](?P<days>{NUMERAL})[天日])"
)
_EACH_DAY: Final = re.compile("的?每[天日]")
_UNTIL: Final = re.compile(r"[,，;；\s]*(?:一?直)?(?:截[止至]到?|到|至)")
_STOPS: Final = re.compile(r"为?止|结束|截止")
_YEAR_END: Final = re.compile("(?:今年)?年[底末]")


@dataclass(frozen=True, slots=True)
class Bounds:
    """From when a repetition comes, and until when or how often."""

    end: int  #: where their words end
    first: date | None = None
    until: datetime | None = None
    count: int | None = None
    days: int | None = None


def rhythm_at(text: str, start: int) -> tuple[Days, int, int | None] | None:
    """The days that come again and again at `start`, where their words end, and how many, if that is among them.

    Raises:
        Unsure: It comes again, but it is not clear on which days.
    """
    if found := _TOO_OFTEN.match(text, start):
        raise Unsure(Why.TOO_OFTEN, start, found.end())
    if found := _HALF_MONTH.match(text, start):
        raise Unsure(Why.HOW_MANY, start, found.end(), "每月1号和15号", "每15天")
    if found := BEFORE_EVERY.match(text, start):
        return BeforeDaysOff(value_of(found["count"] or "1")), found.end(), None
    if rhythm := year_rhythm(text, start) or week_rhythm(text, start):
        each = _EACH_DAY.match(text, rhythm[1])
        return rhythm[0], each.end() if each else rhythm[1], None
    if found := _DAILY.match(text, start):
        return Weekly(), found.end(), count_of(found, "count") if found["count"] else None
    if found := _BARE.match(text, start):
        raise Unsure(Why.WHICH_DAY, start, found.end())
    return None


def begun_at(text: str, here: Here) -> Bounds:
    """What stands before the days: 从12月1日起, 12月1日到5日; the end is 0 where nothing of the kind does."""
    nothing = Bounds(0)
    start = found.end() if (found := _FROM.match(text)) else 0
    if _AGAIN.match(text, start):
        return nothing
    day = day_at(text, start, here)
    if day is None:
        return nothing
    if onwards := _ONWARDS.match(text, day.end):
        return Bounds(onwards.end(), day.date)
    through = _THROUGH.match(text, day.end)
    last = _through(text, through.end(), day, here) if through else None
    if last is None or last.date < day.date:
        return nothing
    comma = _COMMA.match(text, last.end)
    return Bounds(comma.end() if comma else last.end, day.date, datetime.combine(last.date, DAY_ENDS))


def _through(text: str, start: int, first: Day, here: Here) -> Day | None:
    """The last day of several: in 12月1日到5日 the 5th is counted from the first of them."""
    last = day_at(text, start, here)
    if last is None or not last.loose:
        return last
    began = datetime.combine(first.date, time(12), tzinfo=here.zone)
    return day_at(text, start, replace(here, now=max(began, here.now)))


def ended_at(text: str, start: int, here: Here) -> Bounds:
    """What stands behind the hours: 共4次, 到年底为止; the end is `start` where nothing of the kind does."""
    if found := _TIMES.match(text, start):
        count = count_of(found, "count" if found["count"] else "days")
        if not 1 <= count <= MOST_TIMES:
            raise Unsure(Why.HOW_MANY, start, found.end())
        return Bounds(found.end(), count=count) if found["count"] else Bounds(found.end(), days=count)
    found = _UNTIL.match(text, start)
    last = _last(text, found.end(), here) if found else None
    if last is None:
        return Bounds(start)
    clocks = clocks_at(text, last[1])
    end = clocks[0].end if clocks else last[1]
    stops = _STOPS.match(text, end)
    at = datetime.combine(last[0], time()) + clocks[0].at if clocks else datetime.combine(last[0], DAY_ENDS)
    return Bounds(stops.end() if stops else end, until=at)


def _last(text: str, start: int, here: Here) -> tuple[date, int] | None:
    if found := _YEAR_END.match(text, start):
        return date(here.today.year, 12, 31), found.end()
    day = day_at(text, start, here)
    return (day.date, day.end) if day else None
