"""Who counts the tokens: the database while serving, the memory where one command asks."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from bot.transact import transact
from handlers.community import spending
from handlers.house import HouseRules
from handlers.moment import Moment, Reach
from storage.database import Sessions


@dataclass(frozen=True, slots=True, kw_only=True)
class LastingPurse:
    """One row a month; the admin is told in the same transaction that uses the budget up."""

    sessions: Sessions
    clock: Callable[[], datetime]
    house: HouseRules
    reach: Mapping[str, Reach]
    budget: int  #: tokens a month
    nudge: Callable[[], None] = lambda: None  #: called after a commit: there may be mail

    async def is_left(self) -> bool:
        """See `Purse`."""
        async with self.sessions() as session:
            return await spending.is_left(self._moment(session), self.budget)

    async def enter(self, *, tokens_in: int, tokens_out: int, failed: bool) -> None:
        """See `Purse`."""

        async def count(session: AsyncSession) -> None:
            moment = self._moment(session)
            await spending.enter(moment, self.budget, tokens_in=tokens_in, tokens_out=tokens_out, failed=failed)

        await transact(self.sessions, count)
        self.nudge()

    def _moment(self, session: AsyncSession) -> Moment:
        return Moment(session=session, now=self.clock(), house=self.house, reach=self.reach)


@dataclass(slots=True)
class PocketPurse:
    """What one command spends, within the budget of a month."""

    budget: int  #: tokens
    asked: int = 0
    failed: int = 0
    tokens_in: int = 0
    tokens_out: int = 0

    async def is_left(self) -> bool:
        """See `Purse`."""
        return self.tokens_in + self.tokens_out < self.budget

    async def enter(self, *, tokens_in: int, tokens_out: int, failed: bool) -> None:
        """See `Purse`."""
        self.asked += 1
        self.failed += failed
        self.tokens_in += tokens_in
        self.tokens_out += tokens_out
