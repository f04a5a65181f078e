"""The way out where a member has to confirm what is said.

Messages of one text for groups of one member become one task, so that he confirms once and not sixty times. They are
CONFIRMING until the platform tells which groups got them; meanwhile he is reminded, and after a day they are given up.
Everything is asked outside transactions and written down in short ones, so that a restart takes up where it stopped.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.channels.confirmed import Confirmed
from bot.confirming.asking import ask_due, look_up
from bot.confirming.errands import run_due
from bot.confirming.ground import Ground
from bot.confirming.looking import look
from bot.leases import DatabaseLease

__all__ = ["Confirmer", "Ground"]

log = logging.getLogger(__name__)

EVERY: Final = timedelta(seconds=5)  #: how often it is seen whether there is something to do
HELD_FOR: Final = timedelta(seconds=30)  #: after which it is asked again whether an account is still ours


class NotOurs(Exception):  # noqa: N818 -- not an error
    """Another process sees to that account."""


@dataclass(slots=True)
class Confirmer:
    """Sees to every channel that is `Confirmed`; of several processes that share a database, one sees to each."""

    ground: Ground
    _ours: dict[tuple[str, str], datetime] = field(default_factory=dict)  #: until when that is known

    async def run(self, stop: asyncio.Event) -> None:
        """Go on until `stop` is set; what is being asked then is finished first."""
        while not stop.is_set():
            await self.round()
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait([stopped], timeout=EVERY.total_seconds())
            stopped.cancel()
        for line in self._ours:
            await self._lease(line).let_go()

    async def round(self) -> None:
        """Do everything that is due now, all channels at once."""
        channels = [channel for channel in self.ground.channels.values() if isinstance(channel, Confirmed)]
        await asyncio.gather(*(self._see_to(channel) for channel in channels))

    async def _see_to(self, channel: Confirmed) -> None:
        for step in (self._hold, look_up, ask_due, look, run_due):
            if channel.link.mute:
                return  # nothing can be asked just now, and nothing is worn out by trying
            try:
                await step(self.ground, channel)
            except NotOurs:
                return
            except Exception:  # the database is away, or a bug: nothing is lost, it is looked at again
                log.exception("confirmer_failed", extra={"channel": channel.name, "step": step.__name__})

    async def _hold(self, ground: Ground, channel: Confirmed) -> None:
        line, now = (channel.name, channel.account), ground.clock()
        if line in self._ours and now < self._ours[line]:
            return
        self._ours.pop(line, None)
        if not await self._lease(line).hold():
            raise NotOurs
        self._ours[line] = now + HELD_FOR

    def _lease(self, line: tuple[str, str]) -> DatabaseLease:
        name = f"confirming:{':'.join(line)}"
        return DatabaseLease(self.ground.sessions, self.ground.clock, name, self.ground.instance)
