"""What an `errcode` of WeCom's or of an official account means for the message that was to be said.

Only the number counts: the words beside it change, and may hold an address or a key.
"""

from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from bot.channels.base import SendError

#: Too many messages, by the platform's count: the conversation rests, the message is as good as it was.
TOO_FAST: Final = frozenset({45009, 45033, 130101})
#: Something that the administrator set is wrong. He can mend it, so the message waits for him: eight times a quarter of an
#: hour, and not eight times in a few minutes.
MISCONFIGURED: Final = frozenset(
    {40001, 40013, 40056, 48002, 60011, 60020, 93019, 301002, 301042, 301052, 40125, 40164, 48001}
)
#: A picture or a file that the platform never takes: wrong type, too large, empty.
BAD_MEDIA: Final = frozenset({40004, 40006, 40009, 44001, 45001})
#: The message itself can never be said: wrong type, bad argument, empty, too long, refused by its reader.
MALFORMED: Final = BAD_MEDIA | {40008, 40037, 40058, 40063, 43101, 44004, 45002, 45015, 45047, 47003, 86007, 86220}
#: Nothing can be said there: no such person or chat, not ours, removed, or nobody has written to the bot there yet.
GONE: Final = frozenset({40003, 43004, 60111, 81013, 84061, 86001, 86003, 86008, 90501, 93000, 93001, 93006, 846607})

#: The server did not know what was being answered, or it was answered too late. It can still be said unasked.
ANSWER_TOO_LATE: Final = frozenset({846605, 846608})

FIRST_REST: Final = timedelta(seconds=60)
LONGEST_REST: Final = timedelta(minutes=15)


def send_error(code: int, rest: timedelta = FIRST_REST) -> SendError:
    """How the sender should take `code`.

    Args:
        code: The platform's `errcode`, not 0. One that is not known here may pass, so it is tried again.
        rest: How long the conversation is left alone where it was spoken to too often.
    """
    reason = f"errcode {code}"
    if code in TOO_FAST:
        return SendError(reason, retry_after=rest)
    if code in MISCONFIGURED:
        return SendError(reason, retry_after=LONGEST_REST)
    return SendError(reason, permanent=code in MALFORMED | GONE, gone=code in GONE)


@dataclass(slots=True)
class Brake:
    """How long each conversation rests after it was spoken to too often: a minute, then twice as long each time."""

    _refused: dict[Hashable, int] = field(default_factory=dict)

    def pull(self, conversation: Hashable) -> timedelta:
        """It was too much; how long to wait."""
        times = self._refused.get(conversation, 0)
        self._refused[conversation] = times + 1
        return min(FIRST_REST * (1 << min(times, 10)), LONGEST_REST)

    def ease(self, conversation: Hashable) -> None:
        """It was well received."""
        self._refused.pop(conversation, None)
