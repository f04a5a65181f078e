"""How many people a task needs, and when it begins: 搬家具要 4 个人，周六上午9点."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from handlers.reading.times import Past
from handlers.reading.values import NUMERAL, Unclear, clean, folded, numeral
from handlers.when.read import when
from handlers.when.understood import Doubt, Once, Why

LONGEST: Final = 24  #: characters of a day and an hour
_PEOPLE: Final = r"\s*(?:多?个|位|名)?\s*(?:人|志愿者|帮手|红管家|党员|小伙|年轻人|壮劳力)"
_NEEDS: Final = re.compile(rf"(?:要|需要|找|招|招募|缺|差|凑|来|请)\s*(?P<count>{NUMERAL}){_PEOPLE}")
_COUNT: Final = re.compile(rf"(?P<count>{NUMERAL}){_PEOPLE}")
_NO_DAY: Final = frozenset("楼栋幢座单室门院")  # 3号楼 is no third of the month
_STARTS: Final = re.compile(r"(?:^|[\s,，。.;；:：、!！在于从])(?=\S)|(?=周|星期|礼拜|明|后天|今|大后|下)")


def count_in(text: str, *, outright: bool) -> int | None:
    """How many people are wanted.

    Args:
        outright: The text is about nothing else, so that “4人” is enough.
    """
    plain = folded(clean(text, 500))
    found = _NEEDS.search(plain) or (_COUNT.search(plain) if outright else None)
    return numeral(found["count"]) if found else None


def start_in(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """When it begins; None where no time is said.

    Raises:
        Past: It has gone by.
    """
    past = False
    for part in _prefixes(clean(text, 500)):
        try:
            found, _ = when(part, now, zone)
        except Past:
            past = True
        except Doubt as doubt:
            return _likely(doubt)
        except Unclear:
            continue
        else:
            return found.at if isinstance(found, Once) else None
    if past:
        raise Past("the time has gone by")
    return None


def _likely(doubt: Doubt) -> datetime | None:
    """What is meant by 3点, which nobody calls the small hours, and by 8点 when the morning's has gone by."""
    ats = [reading.when.at for reading in doubt.readings if isinstance(reading.when, Once)]
    if not ats or doubt.why not in (Why.HALF, Why.GONE):
        return None
    return ats[-1] if doubt.why is Why.HALF else ats[0]


def _prefixes(text: str) -> Iterator[str]:
    """What the text may say of a time, longest first at each place where one may begin."""
    for start in _STARTS.finditer(text):
        rest = text[start.end() :][:LONGEST]
        for end in range(len(rest), 1, -1):
            if rest[end : end + 1] not in _NO_DAY:
                yield rest[:end]
