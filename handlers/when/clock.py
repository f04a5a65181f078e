"""The hours that are said: 早八点, 晚上七点半, 差五分九点, 早晚8点, 上午9点和下午3点."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from handlers.reading.days import HOUR, value_of
from handlers.reading.values import NUMERAL
from handlers.when.understood import Unsure, Why

MINUTE: Final = timedelta(minutes=1)
#: words → first and last hour of 24 that they are said of, and the one that is meant without a number.
_PARTS: Final = {
    "凌晨": (0, 6, None),
    "一大早 大清早 一早 清早 清晨 早晨 早上 早": (4, 11, 8),
    "上半天 上午": (5, 12, 9),
    "中午 正午 晌午": (10, 14, 12),
    "下半天 下午 午后": (12, 23, 15),
    "天擦黑 擦黑 傍黑 傍晚 黄昏": (16, 20, 18),
    "晚上 晚间 夜晚 晚": (17, 24, 19),
    "夜里 夜间 半夜 深夜 夜": (17, 24, None),
}
_BY_WORD: Final = {word: facts for words, facts in _PARTS.items() for word in words.split()}
_EVENING: Final = (17, 24)
_PART: Final = "|".join(sorted(_BY_WORD, key=len, reverse=True))
PART_AHEAD: Final = rf"(?={_PART})"
_CLOCK: Final = re.compile(
    rf"""
    [\s的]*+(?P<part>{_PART})?
    (?:\s*+(?:差(?P<less>{NUMERAL})分钟?\s*)?(?P<hour>{NUMERAL})\s*
      (?:[:：](?P<colon>[0-5][0-9])(?:[:：][0-5][0-9])?(?![0-9])
        | [点时](?:(?P<half>半)|(?P<quarters>[一三])刻|差(?P<lacks>{NUMERAL})分
          |(?P<minutes>[0-9](?=分)|[0-9]{{2}}|[零一二三四五六七八九十]++)分?(?![0-9栋幢号楼座])|[钟整])?
        | (?=\s*[-~–—到至]+\s*{NUMERAL}\s*[点时])))?+
    """,
    re.VERBOSE,
)
_BOTH: Final = re.compile(rf"\s*早晚(?:各一次)?(?P<hour>(?:{NUMERAL})\s*[点:：][0-5]?[0-9半]?(?![0-9]))?")
_COMMA: Final = re.compile(r"\s*[,，]\s*")
_AND: Final = re.compile(r"\s*(?:[和及与、,，]|以及)\s*")
_TO: Final = re.compile(
    rf"\s*[-~–—到至]+\s*(?:{_PART})?\s*(?:{NUMERAL})\s*(?:[点时](?:半|[一三]刻|[0-9]{{1,2}}分?|钟)?|[:：][0-9]{{2}})"
)
#: What may stand behind a time that nobody can read.
REST_OF_CLOCK: Final = re.compile(rf"(?:\s*的?(?:{_PART}))?(?:\s*(?:{NUMERAL})\s*[点时:：](?:[0-9]{{1,2}}分?|半|整)?)?")


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of day: `at` is from the midnight with which the named day begins, so that 晚上12点 is 24 hours."""

    at: timedelta
    start: int
    end: int
    part: str | None
    hour: int | None  #: as it was said


def clocks_at(text: str, start: int, *, tonight: bool = False) -> Sequence[Clock]:
    """The hours that stand at `start`, one after the other; none where none is said.

    Args:
        text: Folded.
        start: Where to look; blanks are passed over.
        tonight: The day is today, so that 晚上2点 is the night that begins now.

    Raises:
        Unsure: There is no such hour, or two can be meant.
    """
    if both := _BOTH.match(text, start):
        hour = both["hour"] or ""
        found = [_clock(f"{part}{hour}", 0, tonight=False) for part in ("早上", "晚上")]
        return [replace(one, start=start, end=both.end()) for one in found if one]
    if (comma := _COMMA.match(text, start)) and (one := _clock(text, comma.end(), tonight=tonight)) and one.hour:
        start = comma.end()
    one = _clock(text, start, tonight=tonight)
    clocks = []
    while one is not None:
        clocks.append(one)
        joint = _AND.match(text, one.end)
        one = _clock(text, joint.end(), tonight=tonight, part=one.part) if joint else None
        if one is not None and one.hour is None:
            break
    if clocks and (to := _TO.match(text, clocks[-1].end)):
        raise Unsure(Why.SPAN, clocks[-1].end, to.end(), "")
    return clocks


def _clock(text: str, start: int, *, tonight: bool, part: str | None = None) -> Clock | None:
    """The hour at `start`; `part` is what was said before the one before it (下午3点和5点)."""
    found = _CLOCK.match(text, start)
    if found is None or not (found["part"] or found["hour"]):
        return None
    begins = found.start("part") if found["part"] else found.start("less" if found["less"] else "hour")
    begins -= 1 if found["less"] and not found["part"] else 0
    if found["hour"] is None:
        usual = _BY_WORD[found["part"]][2]
        if usual is None:
            raise Unsure(Why.WHICH_HOUR, begins, found.end())
        return Clock(usual * HOUR, begins, found.end(), found["part"], None)
    said = value_of(found["hour"])
    inherited = part if part and not found["part"] and _fits(part, said) else None
    hour = _hour(found, found["part"] or inherited, begins, tonight=tonight)
    at = hour * HOUR + _minutes(found) * MINUTE
    if at > 24 * HOUR and not (found["part"] and hour >= 24):
        raise Unsure(Why.NO_HOUR, begins, found.end())
    return Clock(at, begins, found.end(), found["part"] or inherited, said)


def _hour(found: re.Match[str], part: str | None, begins: int, *, tonight: bool) -> int:
    said, text = value_of(found["hour"]), found.string[found.start("hour") : found.end()]
    if part is None:
        return _bare_hour(found, said, begins)
    low, high, _ = _BY_WORD[part]
    if (low, high) == _EVENING and said < 5:
        if said == 0:
            return 24
        if tonight:
            return said + 24
        raise Unsure(Why.NIGHT, begins, found.end(), f"凌晨{text}", f"第二天凌晨{text}")
    if part == "凌晨" and said == 12:
        return 0
    if high == 11 and said == 12:
        raise Unsure(Why.HALF, begins, found.end(), f"中午{text}", f"晚上{text}")
    hours = (said, said + 12) if said <= 12 else (said,)
    for hour in hours:
        if low <= hour <= high:
            return hour
    raise Unsure(Why.NO_HOUR, begins, found.end())


def _fits(part: str, said: int) -> bool:
    """Whether that hour is one of that part of the day: 下午3点和5点, but not 早上8点、12点."""
    low, high, _ = _BY_WORD[part]
    return 1 <= said <= 12 and any(low <= hour <= high for hour in (said, said + 12))


def _bare_hour(found: re.Match[str], said: int, begins: int) -> int:
    """Who writes 03:00 means the clock of 24 hours; 3点 may be the afternoon's."""
    text = found.string[begins : found.end()]
    if said > 24:
        raise Unsure(Why.NO_HOUR, begins, found.end())
    if 1 <= said <= 6 and not found["hour"].startswith("0"):
        raise Unsure(Why.HALF, begins, found.end(), f"{'凌晨' if said < 5 else '早上'}{text}", f"下午{text}")
    return said


def _minutes(found: re.Match[str]) -> int:
    if less := found["less"] or found["lacks"]:
        return -value_of(less)
    if found["half"]:
        return 30
    minutes = 15 * value_of(found["quarters"] or "0") or value_of(found["colon"] or found["minutes"] or "0")
    if minutes > 59:
        raise Unsure(Why.NO_HOUR, found.start("hour"), found.end())
    return minutes
