"""What is sent again, and when."""

from datetime import timedelta
from typing import Final

from storage.types import MessageKind

FIRST_WAIT: Final = timedelta(seconds=2)
LONGEST_WAIT: Final = timedelta(minutes=15)
HELD_FOR: Final = timedelta(days=7)  #: who has not written by then is not told any more


def retry_after(attempt: int, jitter: float) -> timedelta:
    """How long to wait after failed attempt number `attempt` (1, 2, …): 2 s, 4 s, 8 s … 15 min, less up to a half.

    Args:
        attempt: How many attempts have failed.
        jitter: 0 to 1, drawn anew each time, so that what failed together does not come back together.
    """
    doublings = min(max(attempt, 1) - 1, 20)
    longest = min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)
    return longest * (1 - jitter / 2)


def repeatable(kind: MessageKind, *, is_group: bool) -> bool:
    """Whether a message that may have been said is said again.

    A call said twice to one person is a shrug and a lost one a leaking roof; a notice said twice to two hundred
    neighbours is an embarrassment, and an admin can see it and press once.
    """
    return not is_group or kind is MessageKind.EMERGENCY


def waits_for_a_word(kind: MessageKind, *, is_group: bool) -> bool:
    """Whether a message that may not be said yet is kept until the person writes: a call is of no use by then."""
    return not is_group and kind in (MessageKind.ANSWER, MessageKind.PERSONAL)
