"""核验: who checks what is said to be done, and what becomes of it where nobody does."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from storage.types import Category, TicketStatus

BAD: Final = 2  #: stars at or below which the community has to look


@dataclass(frozen=True, slots=True)
class VerifyRules:
    """How long something done waits to be verified. A bad rating always asks for it."""

    within: timedelta = timedelta(days=3)  #: since it was done or rated; then it counts as verified
    rated_within: timedelta = timedelta(hours=24)  #: how long its reporters have to rate it before it waits
    always: frozenset[Category] = field(default_factory=frozenset)  #: it never counts as verified by itself


class Verdict(StrEnum):
    """What happens to something done by itself."""

    WAIT = "wait"
    VERIFY = "verify"  #: nobody has said anything against it
    REOPEN = "reopen"  #: somebody is not content, and nobody has looked


def awaits(status: TicketStatus, done_at: datetime | None, rules: VerifyRules, now: datetime) -> bool:
    """Whether it is time to verify it: it was rated, or those who may rate it have had their time."""
    if status is TicketStatus.RATED:
        return True
    return status is TicketStatus.DONE and done_at is not None and done_at + rules.rated_within <= now


def must_be_verified(category: Category, rules: VerifyRules, *, unhappy: bool) -> bool:
    """Whether somebody of the community has to look at it."""
    return unhappy or category in rules.always


def verdict(category: Category, last_at: datetime, rules: VerifyRules, now: datetime, *, unhappy: bool) -> Verdict:
    """What happens by itself to something done about which nothing was said since `last_at`."""
    if now < last_at + rules.within:
        return Verdict.WAIT
    if unhappy:
        return Verdict.REOPEN
    return Verdict.WAIT if category in rules.always else Verdict.VERIFY
