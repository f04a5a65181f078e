"""Where a time ends and something else begins."""

import re
from typing import Final

from handlers.reading.values import Unclear

_SENT: Final = re.compile(r"(?:准时)?(?:发送|发出|发布|推送|发(?![给到往]))")
_ENDS: Final = re.compile(r"$|[\s,，。.;；:：、!！)）】]|全体|全楼|全小区|全社区|发给")


def ended(text: str, end: int) -> int:
    """Where the words of a time that were read up to `end` are over.

    Raises:
        Unclear: They go on as a sentence: the time is a part of it.
    """
    if sent := _SENT.match(text, end):
        end = sent.end()
    if not _ENDS.match(text, end):
        raise Unclear("the time goes on as a sentence")
    return end
