"""Messages that are being said just now."""

import asyncio
from collections.abc import Coroutine, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

from bot.outcomes import Outcome
from storage.outbox import OutboxMessage

FEW: Final = 10  #: messages that are waited for together


@dataclass(slots=True)
class Flights:
    """Each is a task that ends with what came of its message."""

    _tasks: dict[asyncio.Task[Outcome], OutboxMessage] = field(default_factory=dict)
    _ended: list[asyncio.Task[Outcome]] = field(default_factory=list)
    _some: asyncio.Event = field(default_factory=asyncio.Event)
    _awaited: int = 0  #: so many that have ended are worth a transaction

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

    async def landed(self, patience: float) -> Sequence[tuple[OutboxMessage, Outcome]]:
        """What has ended, once that is a good part of all or `patience` seconds are over."""
        if not self._tasks:
            return []
        self._awaited = max(len(self._tasks) // 2, min(len(self._tasks), FEW))
        if len(self._ended) < self._awaited:
            self._some.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(patience):
                    await self._some.wait()
        ended, self._ended = self._ended, []
        return [(self._tasks.pop(task), task.result()) for task in ended]

    async def over(self) -> None:
        """Wait until everything has ended."""
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _end(self, task: asyncio.Task[Outcome]) -> None:
        self._ended.append(task)
        if len(self._ended) >= self._awaited:
            self._some.set()
