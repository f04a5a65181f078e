"""What residents are called: an item tells an id, and neighbours know people by name."""

import asyncio
import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from bot.channels.base import Now
from bot.channels.wecom.api import Api, ApiError, Unanswered

log = logging.getLogger(__name__)

GOOD_FOR: Final = timedelta(hours=12)  #: people seldom change their names; also where none was told
NAMES: Final = "/cgi-bin/kf/customer/batchget"
PATIENCE: Final = 1.0  #: seconds; who comes in is welcomed within twenty
MOST_AT_ONCE: Final = 100  #: as the platform allows
MOST: Final = 5000  #: people remembered


class Names:
    """Asks for each name once in a while, and holds no message up for it for long."""

    def __init__(self, api: Api, clock: Now) -> None:
        self._api = api
        self._clock = clock
        self._known: dict[str, tuple[str, datetime]] = {}

    async def learn(self, residents: Collection[str]) -> None:
        """Ask for the names that are not known, all at once."""
        now = self._clock()
        unknown = [who for who in dict.fromkeys(residents) if who not in self._known or self._known[who][1] < now]
        for start in range(0, len(unknown), MOST_AT_ONCE):
            some = unknown[start : start + MOST_AT_ONCE]
            told = await self._asked(some)
            self._known |= {who: (told.get(who) or stranger(who), now + GOOD_FOR) for who in some}
        while len(self._known) > MOST:
            self._known.pop(next(iter(self._known)))

    def of(self, resident: str) -> str:
        """His name, or one by which he can be told from others."""
        return self._known[resident][0] if resident in self._known else stranger(resident)

    async def _asked(self, residents: Collection[str]) -> dict[str, str]:
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await self._api.post(NAMES, {"external_userid_list": list(residents)})
        except (ApiError, Unanswered, TimeoutError) as error:
            log.info("name_not_told", extra={"channel": "wecom_service", "error": type(error).__name__})
            return {}
        found = answer.get("customer_list")
        people = [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
        return {str(one.get("external_userid")): str(one.get("nickname") or "").strip() for one in people}


def stranger(resident: str) -> str:
    """Somebody whose name is not told."""
    return f"居民{resident[-4:]}"
