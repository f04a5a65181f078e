"""Kinds of days as people name them: 工作日, 休息日, 法定节假日. Which days they are is asked of the notice."""

import re
from typing import Final

from storage.turns import Days

_KINDS: Final = (
    (
        Days.DAYS_OFF,
        r"(?:周末|双休日?|星期六?日)\s*[和及、与]?\s*(?:法定)?(?:节假日|节日|假日)|休息日|非工作日|放假(?:的时候|时)?",
    ),
    (Days.WORKDAYS, r"工作日|上班日|上班时间"),
    (Days.HOLIDAYS, r"(?:法定)?(?:节假日|节日|假日)|过节"),
)
_KIND: Final = re.compile("每?个?(?:" + "|".join(f"(?P<{kind}>{words})" for kind, words in _KINDS) + ")")


def kind_at(text: str, start: int) -> tuple[Days, int] | None:
    """The kind of days that stands at `start`, and where it ends; `text` is folded."""
    found = _KIND.match(text, start)
    return (Days(found.lastgroup or ""), found.end()) if found else None
