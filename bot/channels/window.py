"""How often and until when somebody may be answered, where a platform allows nothing but answers.

Whatever a person does allows the bot so many messages for so long; his next word allows them anew. A platform that delivers
the same word again has not been spoken to again. This is the whole rule, for every such channel; a `Ledger` remembers.
"""

import re
from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from bot.channels.base import Window

#: Characters of an id that a ledger keeps; real ones have some thirty.
LONGEST_ID: Final = 120
_ID: Final = re.compile(rf"[!-~]{{1,{LONGEST_ID}}}")


def are_ids(*words: str) -> bool:
    """Whether all of them can be kept as they are. What cannot is no platform's id, and must not stop the others."""
    return all(_ID.fullmatch(word) for word in words)


@dataclass(frozen=True, slots=True)
class Allowance:
    """What one thing that a person did still allows.

    Args:
        occasion: What kind of thing; a new one of a kind takes the place of the one before.
        since: When he did it, by the platform's clock.
        by: What names it: a repetition has the same name.
        until: When it is over: at that moment nothing may be said any more.
        left: Messages.
        code: With what the answer must be handed in, where the platform wants that.
    """

    occasion: str
    since: datetime
    by: str
    until: datetime
    left: int
    code: str | None = None


def allowed(window: Window, occasion: str, since: datetime, by: str, code: str | None = None) -> Allowance:
    """What something that a person did just then allows."""
    return Allowance(occasion, since, by, since + window.lasts, window.most, code)


def is_news(known: Allowance | None, fresh: Allowance) -> bool:
    """Whether `fresh` takes the place of `known`: what was delivered again, or comes late, allows nothing anew."""
    if known is None or fresh.since != known.since:
        return known is None or fresh.since > known.since
    return fresh.by != known.by


def first_to_use(there: Collection[Allowance], now: datetime) -> Allowance | None:
    """The one to answer with at `now`: of those that hold the one that is over first, so that the other is left."""
    holding = [one for one in there if one.left > 0 and now < one.until]
    return min(holding, key=lambda one: one.until, default=None)


def used(allowance: Allowance) -> Allowance:
    """What is left after one more message."""
    return replace(allowance, left=max(allowance.left - 1, 0))
