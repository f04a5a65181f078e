"""How often something may be asked for: counted in memory, and no more of it than fits."""

from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

MOST_KEPT: Final = 10_000


@dataclass(slots=True)
class Throttle:
    """Lets each asker have `most` in any stretch of `within`, which begins with his first."""

    most: int
    within: timedelta
    _seen: OrderedDict[str, tuple[datetime, int]] = field(default_factory=OrderedDict)

    def lets(self, who: str, now: datetime) -> bool:
        """Whether `who` may; counts him. Who was not heard of for longest is forgotten where there are too many."""
        since, count = self._seen.pop(who, (now, 0))
        if not since <= now < since + self.within:
            since, count = now, 0
        self._seen[who] = (since, min(count + 1, self.most + 1))
        if len(self._seen) > MOST_KEPT:
            self._seen.popitem(last=False)
        return count < self.most
