"""Whether the work of a place is shared evenly among those who have any of it.

Work comes in pieces: where two people take turns by the week, one of them has two of three weeks, and that is no wrong.
So nobody has too much before giving one piece away would help.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from statistics import fmean
from typing import Final

from handlers.rules.duty import DAY
from handlers.rules.flaws import Finding, Flaw, Sight, Watched
from handlers.rules.rota import Stretch, joined
from handlers.rules.usual import HOUR, Stay, length, within
from storage.turns import TurnSource
from storage.types import MemberId

MORE_THAN_FAIR: Final = 1.25  #: times the fair share

Shares = Mapping[MemberId, float]


def overloaded(one: Watched, sight: Sight) -> list[Finding]:
    """Who has too much of the work at a place; where nobody has, who has too much of what nobody likes."""
    for flaw, times in ((Flaw.UNFAIR, [(sight.starts, sight.ends)]), (Flaw.ODD_HOURS, sight.odd)):
        shares = _hours(one.turns, times)
        if heavy := _too_much(shares, _piece(one.turns)):
            fair, seen = fmean(shares.values()), (sight.starts, sight.ends, (one.place,))
            return [Finding(flaw, f"{flaw}:{one.place}:{m}", *seen, m, hours=shares[m], fair=fair) for m in heavy]
    return []


def balance(watched: Iterable[Watched], sight: Sight) -> float:
    """How evenly the work is shared, up to 1: the mean ratio of any two people's, weighed by the hours of their place."""
    whole = found = 0.0
    for one in watched:
        shares = _hours(one.turns, [(sight.starts, sight.ends)])
        pairs = [min(pair) / max(pair) for pair in combinations(filter(None, shares.values()), 2)]
        hours = sum(shares.values())
        whole += hours
        found += hours * (fmean(pairs) if pairs and _too_much(shares, _piece(one.turns)) else 1.0)
    return found / whole if whole else 1.0


def _too_much(shares: Shares, piece: float) -> list[MemberId]:
    """Those who have more than they should, in a stable order; one piece is so many hours."""
    fair = fmean(shares.values()) if shares else 0.0
    return sorted(m for m, hours in shares.items() if hours > fair * MORE_THAN_FAIR and hours - fair >= piece)


def _hours(turns: Iterable[Stretch], times: Sequence[Stay]) -> dict[MemberId, float]:
    """The hours that each has in these times."""
    found: dict[MemberId, float] = {}
    for turn in turns:
        inside = (length(within([(turn.starts, turn.ends)], starts, ends)) for starts, ends in times)
        found[turn.member] = found.get(turn.member, 0.0) + sum(inside, 0 * DAY) / HOUR
    return found


def _piece(turns: Sequence[Stretch]) -> float:
    """The hours of the longest turn that is given whole: all of somebody's week, where people take turns by the week."""
    whole = joined(turn for turn in turns if turn.source is TurnSource.ROTATION)
    return max(((turn.ends - turn.starts) / HOUR for turn in (*turns, *whole)), default=0.0)
