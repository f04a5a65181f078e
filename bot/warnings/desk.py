"""Where warnings come in, by whichever way: one transaction each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.transact import transact
from handlers.house import HouseRules
from handlers.moment import Moment, Reach
from handlers.notices.alarms import Alarm, System, Taken
from handlers.notices.warnings import take
from storage.database import Sessions


class _Shown(Exception):  # noqa: N818 -- undoes what was only tried
    def __init__(self, taken: Taken) -> None:
        super().__init__()
        self.taken = taken


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Takes what systems send."""

    sessions: Sessions
    clock: Callable[[], datetime]
    house: HouseRules
    reach: Mapping[str, Reach]
    nudge: Callable[[], None] = lambda: None

    async def take(self, system: System, alarm: Alarm, *, dry_run: bool = False) -> Taken:
        """Take a warning; with `dry_run` only find out what would become of it.

        Raises:
            TurnedAway: It is not taken.
            DBAPIError, OSError: The database is away; nothing has happened.
        """

        async def change(session: AsyncSession) -> Taken:
            moment = Moment(session=session, now=self.clock(), house=self.house, reach=self.reach)
            taken = await take(moment, system, alarm)
            if dry_run:
                raise _Shown(taken)
            return taken

        try:
            taken = await transact(self.sessions, change)
        except _Shown as shown:
            return shown.taken
        self.nudge()
        return taken
