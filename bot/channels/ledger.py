"""What a channel has to know after a restart: whom it may still answer, and up to where it has heard."""

from typing import Final, Protocol

from bot.channels.base import SendError
from bot.channels.window import Allowance

#: For the log and the administrator; `guanjia check` counts what waits for this reason.
NOT_ALLOWED: Final = "no answer is allowed until the person writes again"


class Ledger(Protocol):
    """One account's memory. Everything is on disk when a call returns; the rule is that of `window`."""

    async def allow(self, *given: tuple[str, Allowance]) -> None:
        """People did something, each in his chat. Told twice, it allows nothing more."""

    async def use(self, chat: str) -> Allowance | None:
        """Count one message to that chat, before it is sent; how it may be sent, or None: it may not."""

    async def give_back(self, chat: str, allowance: Allowance) -> None:
        """The message that `allowance` was used for has surely not arrived."""

    async def close(self, chat: str, allowance: Allowance) -> None:
        """The platform allows nothing more of that, whatever the count says."""

    async def position(self, stream: str) -> str:
        """Up to where `stream` was heard, in the platform's own words; empty where nothing was."""

    async def reach(self, stream: str, position: str) -> None:
        """`stream` is heard up to there, and everything before is on disk."""

    async def came_back(self, message: str, reason: str) -> None:
        """The platform has told that a message which it had taken did not arrive; `message` is its id there."""


def not_allowed() -> SendError:
    """Why something is not said where only answers may be."""
    return SendError(NOT_ALLOWED, waits=True)
