"""What a time in front of a notice turned out to mean, or why it has to be asked back."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from handlers.reading.days import value_of
from handlers.reading.values import Unclear
from handlers.rules.holidays import NONE
from handlers.rules.repeats import Repeat
from storage.types import DayKind


@dataclass(frozen=True, slots=True)
class Once:
    """One moment, in UTC. `unknown`: it counts working days in years that nobody has published yet."""

    at: datetime
    unknown: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Again:
    """It comes back."""

    repeat: Repeat


When = Once | Again


class Why(StrEnum):
    """Why a time has to be asked back; the sentences are in `handlers.phrases.times`."""

    HALF = "half"  # 3点: by night or by day
    NIGHT = "night"  # 晚上3点: of which night
    NO_HOUR = "no_hour"  # 25点, 上午15点
    WHICH_HOUR = "which_hour"  # 凌晨, 下班前
    NO_DAY = "no_day"  # 2月30日, 31号 in November
    WHICH_DAY = "which_day"  # 下周, 每月, 年底
    GONE = "gone"  # of today it has gone by: is another day meant
    WEEKEND = "weekend"  # 周末: Saturday or Sunday
    HOW_MANY = "how_many"  # 过几天, 每隔两天
    ONCE_OR_AGAIN = "once_or_again"  # 周一和周四, 隔天
    MOON = "moon"  # 二月二
    REGION = "region"  # 小年
    AFTER_MIDNIGHT = "after_midnight"  # 明天, said at half past midnight
    CLASH = "clash"  # 11月25日（周四）, which is a Wednesday
    SPAN = "span"  # 9点到11点
    SEVERAL = "several"  # two hours for what comes once
    LIMIT = "limit"  # 周五前
    TOO_OFTEN = "too_often"  # 每小时
    UNKNOWN_YEAR = "unknown_year"  # the days off of that year are not published


@dataclass(frozen=True, slots=True)
class Reading:
    """One thing that may be meant, and words that say it without doubt."""

    words: str
    when: When


class Doubt(Unclear):
    """It is a time, but not a clear one: it is asked back. `rest` is the text after it."""

    def __init__(self, why: Why, readings: tuple[Reading, ...], rest: str) -> None:
        super().__init__(why.value)
        self.why, self.readings, self.rest = why, readings, rest


class Unsure(Unclear):
    """Inside the reader: what stands from `start` to `end` is in doubt; it may mean any of `heads`, put in its place."""

    def __init__(self, why: Why, start: int, end: int, *heads: str) -> None:
        super().__init__(why.value)
        self.why, self.start, self.end, self.heads = why, start, end, heads


@dataclass(frozen=True, slots=True)
class Here:
    """When and where something is said: the aware moment, the community's clock and its own days."""

    now: datetime
    zone: ZoneInfo
    own: Mapping[date, DayKind] = field(default_factory=lambda: NONE)

    @property
    def local(self) -> datetime:
        """The minute on the community's clock, naive."""
        return self.now.astimezone(self.zone).replace(second=0, microsecond=0, tzinfo=None)

    @property
    def today(self) -> date:
        """The date on it."""
        return self.local.date()


_SOME: Final = re.compile("[一二两三四五六七八九]{2,}")


def count_of(found: re.Match[str], group: str) -> int:
    """The number that a group of the match is.

    Raises:
        Unsure: It is 两三, which is no 23.
    """
    if _SOME.fullmatch(found[group]):
        raise Unsure(Why.HOW_MANY, found.start(), found.end())
    return value_of(found[group])
