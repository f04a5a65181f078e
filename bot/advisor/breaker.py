"""A fuse: after so many failures in a row nobody is asked for a while, then one message tries."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(slots=True)
class Breaker:
    """Closed: asking is allowed. Open: it is not, until `rest` is over. Half-open: one may try, and decides.

    Args:
        failures: So many in a row open it.
        rest: How long it stays open.
        clock: What time it is.
    """

    failures: int
    rest: timedelta
    clock: Callable[[], datetime]
    _in_a_row: int = 0
    _opened_at: datetime | None = None
    _trying: bool = False

    @property
    def is_open(self) -> bool:
        """Whether nobody is asked, or only the one who tries."""
        return self._opened_at is not None

    def allows(self) -> bool:
        """Whether to ask now. Whoever is allowed must tell `succeeded` or `failed`."""
        if self._opened_at is None:
            return True
        if self._trying or self.clock() - self._opened_at < self.rest:
            return False
        self._trying = True
        return True

    def succeeded(self) -> None:
        """It works."""
        self._in_a_row, self._opened_at, self._trying = 0, None, False

    def failed(self) -> None:
        """It does not."""
        self._in_a_row, self._trying = self._in_a_row + 1, False
        if self._in_a_row >= self.failures:
            self._opened_at = self.clock()
