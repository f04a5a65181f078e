"""The turns of many weeks."""

from datetime import datetime, tzinfo
from typing import Final

from handlers.duty.rota import Rota
from handlers.rules.duty import DAY
from handlers.rules.rota import Stretch

WEEK: Final = 7 * DAY


def turns_between(rota: Rota, starts: datetime, ends: datetime, zone: tzinfo) -> list[Stretch]:
    """The turns of that time, whole at both edges, each once, by their beginning.

    They are found week by week, because the work grows with the square of what is looked at at once.
    """
    found: dict[Stretch, None] = {}
    while starts < ends:
        found |= dict.fromkeys(rota.between(starts, min(starts + WEEK, ends), zone))
        starts += WEEK
    return sorted(found, key=lambda turn: (turn.starts, turn.ends, turn.member))
