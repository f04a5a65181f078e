"""Messages that went out in several parts: all of them have to be taken back, and the receipt has the id of one."""

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

MOST: Final = 20_000  #: messages; platforms let nothing be taken back that is older than some minutes or a day


@dataclass(slots=True)
class Apart:
    """The parts of the last messages, by the id that the receipt has. A restart forgets them."""

    _parts: OrderedDict[str, tuple[str, ...]] = field(default_factory=OrderedDict)

    def said(self, message: str, parts: Sequence[str]) -> None:
        """`message` went out in these parts; one that is its only part need not be remembered."""
        if tuple(parts) == (message,):
            return
        self._parts[message] = tuple(parts)
        if len(self._parts) > MOST:
            self._parts.popitem(last=False)

    def of(self, message: str) -> tuple[str, ...] | None:
        """The parts of `message`; None where nothing else is known of it."""
        return self._parts.get(message)
