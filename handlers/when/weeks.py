"""What comes back by days and weeks: 每周一和周四, 隔周周五, 每隔一天, 工作日, 每逢双号."""

import re
from typing import Final

from handlers.reading.values import NUMERAL
from handlers.rules.rhythms import Days, EveryDays, OfKind, Parity, Weekly
from handlers.when.months import WEEK, WEEKDAYS
from handlers.when.understood import Unsure, Why, count_of
from storage.types import DayKind

Found = tuple[Days, int]

EVERY: Final = "(?:每逢|每个?|逢)"
_KINDS: Final = re.compile(
    rf"{EVERY}?的?(?:(?P<work>工作日|上班日)|(?P<feast>(?:法定)?节?假日)|(?P<off>休息日))(?!前|后)"
)
_OF_KIND: Final = {
    "work": (DayKind.WORKDAY,),
    "feast": (DayKind.HOLIDAY,),
    "off": (DayKind.DAY_OFF, DayKind.HOLIDAY),
}
_WEEKEND: Final = re.compile(rf"{EVERY}(?:{WEEK}末|双休日)")
_ONE: Final = "(?:[一二三四五六日天](?![点时])|[1-7](?![0-9点时:：]))"
_WEEKLY: Final = re.compile(
    rf"""
    (?:(?P<other>每?隔(?:一个?)?{WEEK}的?)|每(?P<weeks>{NUMERAL})个?{WEEK}的?|{EVERY})
    {WEEK}(?P<first>{_ONE})
    (?:\s*[-~–—到至]\s*{WEEK}?(?P<last>{_ONE})
      |(?P<more>(?:\s*+[、,，和及]?\s*+{WEEK}?{_ONE}(?![栋幢号楼十次]))*))
    """,
    re.VERBOSE,
)
_PAIRED: Final = re.compile(rf"[单双]周的?(?P<day>{WEEK}[一二三四五六日天])")
_FEW: Final = re.compile(
    rf"(?P<one>每?隔[一1][天日]|隔[天日]一次)|每(?P<every>{NUMERAL})[天日]|每?隔(?P<gap>{NUMERAL})[天日]|(?P<bare>隔[天日])"
)
_PARITY: Final = re.compile(r"(?:每逢?|逢)(?P<which>[单双])(?:号|日|数日)")
LONGEST: Final = 366  #: days or weeks from one time to the next


def week_rhythm(text: str, start: int) -> Found | None:
    """The rhythm of days or weeks at `start`, and where its words end.

    Raises:
        Unsure: It may be another one.
    """
    if found := _WEEKEND.match(text, start):
        return Weekly((6, 7)), found.end()
    if found := _PAIRED.match(text, start):
        raise Unsure(Why.ONCE_OR_AGAIN, start, found.end(), f"每两周{found['day']}")
    if found := _PARITY.match(text, start):
        return Parity(1 if found["which"] == "单" else 0), found.end()
    if found := _KINDS.match(text, start):
        return OfKind(_OF_KIND[found.lastgroup or ""]), found.end()
    return _weekly(text, start) or _every_few(text, start)


def _weekly(text: str, start: int) -> Found | None:
    found = _WEEKLY.match(text, start)
    if found is None:
        return None
    weeks = 2 if found["other"] else count_of(found, "weeks") if found["weeks"] else 1
    if not 1 <= weeks <= LONGEST // 7:
        raise Unsure(Why.HOW_MANY, start, found.end())
    first = WEEKDAYS[found["first"]]
    if found["last"]:
        days = {(first + i - 1) % 7 + 1 for i in range((WEEKDAYS[found["last"]] - first) % 7 + 1)}
    else:
        days = {first} | {WEEKDAYS[c] for c in found["more"] if c in WEEKDAYS}
    return Weekly(tuple(sorted(days)), weeks), found.end()


def _every_few(text: str, start: int) -> Found | None:
    found = _FEW.match(text, start)
    if found is None:
        return None
    if found["one"]:
        return EveryDays(2), found.end()
    if found["bare"]:
        raise Unsure(Why.ONCE_OR_AGAIN, start, found.end(), "明天", "每隔一天")
    count = count_of(found, "every" if found["every"] else "gap")
    if not 1 <= count <= LONGEST:
        raise Unsure(Why.HOW_MANY, start, found.end())
    if found["gap"]:
        raise Unsure(Why.HOW_MANY, start, found.end(), f"每{count}天", f"每{count + 1}天")
    return (EveryDays(count) if count > 1 else Weekly()), found.end()
