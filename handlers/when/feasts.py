"""Festivals and days of the moon as people name them: 端午节早上, 农历正月十五, 大年三十, 闰六月初六."""

import re
from datetime import date
from typing import Final

from handlers.reading.days import value_of
from handlers.reading.values import NUMERAL
from handlers.rules.moon import FEASTS, NoSuchDay, day_of_moon, feast_day
from handlers.when.understood import Unsure, Why

_ALIASES: Final = {
    "元旦": "元旦节 元旦 新年第一天",
    "妇女节": "三八妇女节 三八节 妇女节",
    "植树节": "植树节",
    "劳动节": "五一劳动节 五一节 五一 劳动节",
    "青年节": "五四青年节 青年节",
    "儿童节": "六一儿童节 六一节 六一 儿童节",
    "建党节": "七一建党节 建党节",
    "建军节": "八一建军节 建军节",
    "教师节": "教师节",
    "国庆节": "十一国庆节 十一国庆 国庆节 国庆",
    "春节": "春节 大年初一 年初一 新春",
    "元宵节": "元宵节 元宵",
    "端午节": "端午节 端午",
    "七夕": "七夕节 七夕",
    "中元节": "中元节 中元",
    "中秋节": "中秋节 中秋",
    "重阳节": "重阳节 重阳",
    "腊八": "腊八节 腊八",
    "除夕": "除夕 大年三十 年三十",
    "清明": "清明节 清明",
    "冬至": "冬至节 冬至",
}
_BY_ALIAS: Final = {alias: name for name in FEASTS for alias in _ALIASES[name].split()}
FEAST: Final = "|".join(sorted(_BY_ALIAS, key=len, reverse=True))
_FEAST: Final = re.compile(rf"(?P<year>今年|明年)?的?(?:农历|阴历)?(?P<feast>{FEAST})(?:当[天日]|那天)?")
_SMALL_YEAR: Final = re.compile("小年")
_NUMBER: Final = "初[一二三四五六七八九十]|廿[一二三四五六七八九]?|三十|[二两]?十[一二三四五六七八九]?"
_MOON: Final = re.compile(
    rf"""
    (?P<said>农历|阴历|旧历)?\s*(?P<leap>闰)?(?P<month>正|冬|腊|{NUMERAL})月\s*
    (?P<day>{_NUMBER}|[0-9]{{1,2}}|[一二三四五六七八九])(?:[日号])?(?![点时刻])
    | (?:大?年)(?P<new>初[一二三四五六七八九十])
    | (?P<bare>初[一二三四五六七八九十])
    """,
    re.VERBOSE,
)
_MONTHS: Final = {"正": 1, "冬": 11, "腊": 12}
# 三月三 and 八月十五 are days of the moon to some, and dates to others.
_EITHER: Final = re.compile(
    r"(?P<month>[一二三四五六七八九十]{1,2}+)月(?P<day>[一二三四五六七八九十]{1,3}+)(?![日号点时])"
)


def feast_named(alias: str) -> str:
    """The festival that people call so."""
    return _BY_ALIAS[alias]


def feast_at(text: str, start: int, today: date) -> tuple[date, int] | None:
    """The festival at `start`, the next one from `today` on, and where its words end."""
    if small := _SMALL_YEAR.match(text, start):
        raise Unsure(Why.REGION, start, small.end(), "腊月二十三", "腊月二十四")
    found = _FEAST.match(text, start)
    if found is None:
        return None
    name = feast_named(found["feast"])
    if found["year"]:
        return feast_day(name, today.year + (found["year"] == "明年")), found.end()
    return next_feast(name, today), found.end()


def next_feast(name: str, today: date) -> date:
    """The first day of that festival from `today` on."""
    return next(day for year in range(today.year, today.year + 3) if (day := feast_day(name, year)) >= today)


def moon_at(text: str, start: int, today: date) -> tuple[date, int] | None:
    """The day of the moon that stands at `start`, the next one from `today` on, and where its words end."""
    found = _MOON.match(text, start)
    if found is None or not _is_moon(found):
        _refuse_either(text, start)
        return None
    try:
        return _next_day(found, today), found.end()
    except NoSuchDay as error:
        raise Unsure(Why.NO_DAY, start, found.end()) from error


def moon_number(text: str) -> int:
    """The number of a day of the moon: 初八 is 8, 廿三 is 23."""
    return value_of(text.removeprefix("初").replace("廿", "二十"))


def moon_month_and_day(text: str, start: int) -> tuple[int, int, int] | None:
    """Month and day by the moon that stand at `start`, and where they end; the last day of the year is `EVE`."""
    found = _MOON.match(text, start)
    if found is None or not found["month"] or not _is_moon(found):
        return None
    return _month(found), moon_number(found["day"]), found.end()


def _is_moon(found: re.Match[str]) -> bool:
    if not found["month"]:
        return True
    own_word = found["month"] in _MONTHS or found["leap"] or found["said"]
    return bool(own_word) or found["day"].startswith(("初", "廿"))


def _refuse_either(text: str, start: int) -> None:
    if found := _EITHER.match(text, start):
        raise Unsure(Why.MOON, start, found.end(), f"农历{found[0]}", f"{found[0]}日")


def _month(found: re.Match[str]) -> int:
    return _MONTHS.get(found["month"]) or value_of(found["month"])


def _next_day(found: re.Match[str], today: date) -> date:
    if found["bare"]:
        day = moon_number(found["bare"])
        months = ((year, month) for year in (today.year - 1, today.year, today.year + 1) for month in range(1, 13))
        return min(at for year, month in months if (at := day_of_moon(year, month, day)) >= today)
    month, day = (1, moon_number(found["new"])) if found["new"] else (_month(found), moon_number(found["day"]))
    for year in range(today.year - 1, today.year + 3):
        try:
            at = day_of_moon(year, month, day, leap=bool(found["leap"]))
        except NoSuchDay:
            continue
        if at >= today:
            return at
    raise NoSuchDay(f"{month}-{day}")
