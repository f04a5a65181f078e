"""Saying something where only answers are allowed: each message is counted before it leaves."""

from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from bot.channels.base import SendError
from bot.channels.ledger import Ledger, not_allowed
from bot.channels.wecom.api import ApiError, Unanswered
from bot.channels.window import Allowance

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answering:
    """Lets through what is allowed.

    Args:
        ledger: Knows what is.
        over: The codes by which the platform says that it allows no more, whatever was counted here.
    """

    ledger: Ledger
    over: Collection[int]

    async def answer(self, chat: str, send: Callable[[Allowance], Awaitable[T]]) -> T:
        """What `send` gives, done as the first allowance that holds will have it.

        Raises:
            SendError: Nothing is allowed before the person writes again, or `send` itself will not.
            ApiError, Unanswered: As `send` does; what has surely not arrived is not counted.
        """
        while (allowance := await self.ledger.use(chat)) is not None:
            try:
                return await send(allowance)
            except ApiError as error:
                if not self._is_over(error, allowance):
                    await self.ledger.give_back(chat, allowance)
                    raise
                await self.ledger.close(chat, allowance)  # another one may hold
            except SendError:
                await self.ledger.give_back(chat, allowance)
                raise
            except Unanswered as silence:
                if not silence.unsure:
                    await self.ledger.give_back(chat, allowance)
                raise
        raise not_allowed()

    def _is_over(self, error: ApiError, allowance: Allowance) -> bool:
        """A code for one answer that is refused is used up, or too old: platforms have many numbers for that."""
        return error.code in self.over or (allowance.code is not None and error.code > 0)
