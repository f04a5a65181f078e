"""The one day that is said: 后天, 下周三, 11月25日（周三）, 三天后, 除夕前两天, 节后第一个工作日."""

import re
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from handlers.reading.days import YEARS_AHEAD
from handlers.reading.values import NUMERAL
from handlers.rules.moon import DAY, NoSuchDay
from handlers.when.clock import PART_AHEAD
from handlers.when.dates import BESIDE, agreed, date_at, date_beside
from handlers.when.daysoff import holiday_at, workdays_at
from handlers.when.feasts import feast_at, moon_at
from handlers.when.months import WEEK, WEEKDAYS, month_day_at, next_month
from handlers.when.understood import Here, Unsure, Why, count_of

AFTER_MIDNIGHT: Final = 5  #: o'clock: until then, who has not slept yet means by 明天 the day that has begun

_NEAR: Final = re.compile(
    rf"(?P<near>大前|大后|前|昨|今|明|后)(?:[天日儿朝]个?{BESIDE}|{PART_AHEAD})|(?P<next>次日|第二天|隔日)"
)
_DAYS: Final = {"大前": -3, "前": -2, "昨": -1, "今": 0, "明": 1, "后": 2, "大后": 3}
_AHEAD: Final = re.compile(
    rf"(?P<pass>过)?(?:(?P<half>半)|(?P<count>{NUMERAL}))\s*个?(?P<unit>天|日|周|星期|礼拜|月|年)"
    r"(?:(?P<ahead>[以之过]?后)|(?P<back>[以之]?前)|(?P<within>[以之]?内))?"
)
_SOME: Final = re.compile(r"(?:再?过(?:几|两|些|一阵)天?|几天[以之]?后|改天|这[几两]天|近期|最近|这阵子)")
_WEEK: Final = re.compile(
    rf"(?:(?P<week>上上|上|下下|下|[本这])一?个?(?:{WEEK}的)?)?{WEEK}(?P<weekday>[一二三四五六日天]|[1-7](?![0-9])){BESIDE}"
)
_WEEKS: Final = {"上上": -2, "上": -1, "本": 0, "这": 0, "下": 1, "下下": 2}
_LIST: Final = re.compile(
    rf"(?:[本这下]个?)?{WEEK}[一二三四五六日天](?:\s*(?:[到至~–—\-、,，和及]\s*{WEEK}?|{WEEK})[一二三四五六日天])+"
)
_WEEKEND: Final = re.compile(r"(?P<week>[本这下])?个?(?:周末|双休日)")
_WHOLE_WEEK: Final = re.compile(rf"[本这下]+一?个?{WEEK}")
_YEAR_END: Final = re.compile("(?P<last>(?:今年)?年?最后[一1]天)|(?P<vague>年底|年末|岁末)|年前|年后")
_SHIFT: Final = re.compile(
    rf"的?(?:[以之]?(?P<before>前)(?:(?P<count>{NUMERAL})[天日]|夕)|[以之]?(?P<after>后)(?P<after_count>{NUMERAL})天|(?P<next>第二天))"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A day, and where its words end."""

    date: date
    end: int
    loose: str = ""  #: "weekday" or "number": it may as well be the next one of that name
    near: bool = False  #: 今天 and the like
    fixed: bool = True  #: 前一天 may follow it
    unknown: frozenset[int] = frozenset()


def day_at(text: str, start: int, here: Here) -> Day | None:
    """The day that stands at `start`; `text` is folded.

    Raises:
        Unsure: There is no such day, or several can be meant.
    """
    for reader in (_near, _workdays, _ahead, _weekday, _holiday, _moon, _month_day, _date, _year_end):
        found = reader(text, start, here)
        if found is not None:
            return _bounded(_shifted(text, found), start, here)
    return None


def _bounded(day: Day, start: int, here: Here) -> Day:
    if abs(day.date - here.today) > YEARS_AHEAD * 366 * DAY:
        raise Unsure(Why.NO_DAY, start, day.end)
    return day


def _shifted(text: str, day: Day) -> Day:
    found = _SHIFT.match(text, day.end)
    if found is None or (not day.fixed and not found["next"]):
        return day
    said = next((group for group in ("count", "after_count") if found[group]), None)
    count = (count_of(found, said) if said else 1) * (-1 if found["before"] else 1)
    if abs(count) > 60:
        raise Unsure(Why.NO_DAY, day.end, found.end())
    return replace(day, date=day.date + count * DAY, end=found.end(), loose="")


def _near(text: str, start: int, here: Here) -> Day | None:
    found = _NEAR.match(text, start)
    if found is None:
        return None
    if found["near"] == "明" and here.local.hour < AFTER_MIDNIGHT:
        heads = [f"{day.month}月{day.day}日" for day in (here.today, here.today + DAY)]
        raise Unsure(Why.AFTER_MIDNIGHT, start, found.end(), *heads)
    ahead = 1 if found["next"] else _DAYS[found["near"]]
    day = agreed(found, here.today + ahead * DAY)
    return Day(day, found.end(), near=ahead == 0, fixed=False)


def _workdays(text: str, start: int, here: Here) -> Day | None:
    found = workdays_at(text, start, here)
    return Day(found[0], found[1], fixed=False, unknown=found[2]) if found else None


def _ahead(text: str, start: int, here: Here) -> Day | None:
    if some := _SOME.match(text, start):
        raise Unsure(Why.HOW_MANY, start, some.end(), "明天", "后天", "大后天")
    found = _AHEAD.match(text, start)
    if found is None or not (found["pass"] or found["ahead"] or found["back"] or found["within"]):
        return None
    if found["within"]:
        raise Unsure(Why.LIMIT, start, found.end())
    count = count_of(found, "count") if found["count"] else 0
    if count > 400 or (found["half"] and found["unit"] not in ("月", "年")):
        raise Unsure(Why.NO_DAY, start, found.end())
    day = _counted(here.today, count, found["unit"], -1 if found["back"] else 1)
    return Day(day, found.end(), fixed=False)


def _counted(today: date, count: int, unit: str, way: int) -> date:
    """So many days, weeks, months or years from today; 0 is a half."""
    if unit in ("月", "年") and not count:
        return today + way * (15 * DAY if unit == "月" else 182 * DAY)
    if unit not in ("月", "年"):
        return today + way * count * (DAY if unit in ("天", "日") else 7 * DAY)
    months = today.year * 12 + today.month - 1 + way * count * (12 if unit == "年" else 1)
    first = date(months // 12, months % 12 + 1, 1)
    return min(first + (today.day - 1) * DAY, next_month(first) - DAY)


def _weekday(text: str, start: int, here: Here) -> Day | None:
    if listed := _LIST.match(text, start):
        raise Unsure(Why.ONCE_OR_AGAIN, start, listed.end(), f"每{listed[0].lstrip('本这下个')}")
    if weekend := _WEEKEND.match(text, start):
        head = weekend["week"] or ""
        raise Unsure(Why.WEEKEND, start, weekend.end(), f"{head}周六", f"{head}周日")
    found = _WEEK.match(text, start)
    if found is None:
        if whole := _WHOLE_WEEK.match(text, start):
            raise Unsure(Why.WHICH_DAY, start, whole.end())
        return None
    day = here.today + (WEEKDAYS[found["weekday"]] - here.today.isoweekday()) * DAY
    if found["week"]:
        return Day(agreed(found, day + _WEEKS[found["week"]] * 7 * DAY), found.end())
    if (dated := date_beside(found, here.today)) is not None:
        return Day(agreed(found, dated), found.end())
    return Day(agreed(found, day if day >= here.today else day + 7 * DAY), found.end(), loose="weekday")


def _holiday(text: str, start: int, here: Here) -> Day | None:
    found = holiday_at(text, start, here)
    return Day(*found, fixed=False) if found else None


def _moon(text: str, start: int, here: Here) -> Day | None:
    try:
        found = feast_at(text, start, here.today) or moon_at(text, start, here.today)
    except NoSuchDay:
        raise Unsure(Why.NO_DAY, start, start + 1) from None
    return Day(*found) if found else None


def _month_day(text: str, start: int, here: Here) -> Day | None:
    found = month_day_at(text, start, here)
    return Day(found[0], found[1], loose="number" if found[2] else "") if found else None


def _date(text: str, start: int, here: Here) -> Day | None:
    found = date_at(text, start, here.today)
    return Day(*found) if found else None


def _year_end(text: str, start: int, here: Here) -> Day | None:
    found = _YEAR_END.match(text, start)
    if found is None:
        return None
    if found["last"]:
        return Day(date(here.today.year, 12, 31), found.end())
    raise Unsure(Why.WHICH_DAY, start, found.end(), *(["12月31日"] if found["vague"] else []))
