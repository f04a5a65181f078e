"""Feels every channel's pulse, and tells the handlers what a channel cannot have heard."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from bot.channels.base import Channel
from handlers.community import gaps
from handlers.moment import Moment
from storage import pulses
from storage.pulses import Line

EVERY: Final = timedelta(minutes=1)
GRACE: Final = timedelta(minutes=2)  #: a restart, or a line that flickers, is nothing to speak of

Gap = tuple[datetime, datetime]


@dataclass(slots=True)
class Pulses:
    """A tick of the bot's own: handlers know no connections."""

    channels: Mapping[Line, Channel]
    _known: dict[Line, datetime] = field(default_factory=dict)  #: when each pulse was last written down

    async def feel(self, moment: Moment) -> None:
        """Note which channels hear, and have said what those that hear again must have missed."""
        for line, channel in self.channels.items():
            if channel.can.hears and channel.link.up:
                seen = len(channel.link.gaps)
                for gap in await self._gaps(moment, line, channel):
                    missed = _missed(gap, channel.can.keeps)
                    if missed is not None:
                        await gaps.tell(moment, line, *missed)
                await self._note(moment, line)
                del channel.link.gaps[:seen]  # only now: where the database was away, they are told the next time

    async def _gaps(self, moment: Moment, line: Line, channel: Channel) -> list[Gap]:
        """The gaps that nobody has looked at; the one before the start is seen only now."""
        if line in self._known:
            return list(channel.link.gaps)
        before = await pulses.last(moment.session, line)
        return [(before, channel.link.since or moment.now)] if before is not None else []

    async def _note(self, moment: Moment, line: Line) -> None:
        if line not in self._known or moment.now - self._known[line] >= EVERY:
            await pulses.take(moment.session, line, moment.now)
            self._known[line] = moment.now


def _missed(gap: Gap, keeps: timedelta) -> Gap | None:
    """What of a gap is lost, where the platform keeps what was said for so long."""
    start, end = gap
    if end - start < GRACE or end - start <= keeps:
        return None
    return start, end - keeps
