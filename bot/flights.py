"""Messages that are being said just now."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from bot.outcomes import Outcome
from bot.turns import Account, account_of
from storage.outbox import OutboxMessage

#: Seconds that what has ended waits for others: one transaction for all of them, and yet no place is long empty.
LINGER: Final = 0.001


@dataclass(slots=True)
class Flights:
    """Each is a task that ends with what came of its message. `in_hand`: how many each account has."""

    in_hand: Counter[Account] = field(default_factory=Counter)
    _tasks: dict[asyncio.Task[Outcome], OutboxMessage] = field(default_factory=dict)
    _ended: list[asyncio.Task[Outcome]] = field(default_factory=list)
    _enough: asyncio.Event = field(default_factory=asyncio.Event)
    _awaited: int = 0  #: how many have to have ended

    def __len__(self) -> int:
        return len(self._tasks)

    @property
    def messages(self) -> Sequence[OutboxMessage]:
        """What is being said."""
        return list(self._tasks.values())

    @property
    def tasks(self) -> Sequence[asyncio.Task[Outcome]]:
        """To be waited for."""
        return list(self._tasks)

    def begin(self, message: OutboxMessage, saying: Coroutine[Any, Any, Outcome]) -> None:
        """Let `message` be said."""
        task = asyncio.create_task(saying)
        task.add_done_callback(self._end)
        self._tasks[task] = message
        self.in_hand[account_of(message)] += 1

    async def landed(self, patience: float) -> Sequence[tuple[OutboxMessage, Outcome]]:
        """What has ended: waits `patience` seconds for the first, and a moment for those that come with it."""
        await self._until(1, patience)
        if self._ended:
            await self._until(len(self._tasks), min(patience, LINGER))
        ended, self._ended = self._ended, []
        landed = [(self._tasks.pop(task), task.result()) for task in ended]
        self.in_hand -= Counter(account_of(message) for message, _ in landed)
        return landed

    async def over(self) -> None:
        """Wait until everything has ended."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    async def _until(self, ended: int, patience: float) -> None:
        self._awaited = min(ended, len(self._tasks))
        if len(self._ended) < self._awaited:
            self._enough.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._enough.wait()

    def _end(self, task: asyncio.Task[Outcome]) -> None:
        self._ended.append(task)
        if len(self._ended) >= self._awaited:
            self._enough.set()
