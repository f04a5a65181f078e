"""What members are called: a callback tells an id, and neighbours know people by name."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.channels.base import Now
from bot.channels.wecom.api import Api, ApiError, Unanswered

log = logging.getLogger(__name__)

GOOD_FOR: Final = timedelta(hours=12)  #: people seldom change their names
ASK_AGAIN: Final = timedelta(minutes=5)  #: where it was not told
PATIENCE: Final = 0.5  #: seconds; a callback must be answered within one
MOST: Final = 2000  #: people remembered


@dataclass(frozen=True, slots=True)
class _Known:
    name: str
    until: datetime


class Names:
    """Asks for each name once, and never holds a message up for long: an id is better than silence."""

    def __init__(self, api: Api, clock: Now) -> None:
        self._api = api
        self._clock = clock
        self._known: dict[str, _Known] = {}

    async def of(self, member: str) -> str:
        """The name of `member`, or the id where it is not told in time."""
        known = self._known.get(member)
        if known is None or known.until < self._clock():
            known = await self._asked(member)
            self._known[member] = known
            if len(self._known) > MOST:
                self._known.pop(next(iter(self._known)))
        return known.name

    async def _asked(self, member: str) -> _Known:
        try:
            async with asyncio.timeout(PATIENCE):
                name = (await self._api.get("/cgi-bin/user/get", userid=member)).get("name")
        except (ApiError, Unanswered, TimeoutError) as error:
            log.info("name_not_told", extra={"channel": "wecom_app", "error": type(error).__name__})
            name = None
        if not isinstance(name, str) or not name.strip():
            return _Known(member, self._clock() + ASK_AGAIN)
        return _Known(name.strip(), self._clock() + GOOD_FOR)
