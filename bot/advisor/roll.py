"""What everybody is called, read from time to time: with every message it would cost more than the rest together."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from handlers.understanding.names import among
from storage import naming
from storage.database import Sessions

READ_EVERY: Final = timedelta(minutes=10)


@dataclass(slots=True)
class Roll:
    """The members' names. Who joined since they were read has just spoken, and is known by his nickname."""

    sessions: Sessions
    _names: frozenset[str] = frozenset()
    _read_at: datetime | None = None

    async def named_in(self, text: str, now: datetime) -> list[str]:
        """The names that stand anywhere in `text`."""
        if self._read_at is None or now - self._read_at >= READ_EVERY:
            async with self.sessions() as session:
                self._names, self._read_at = await naming.all_names(session), now
        return among(text, self._names)
