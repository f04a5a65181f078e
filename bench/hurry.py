"""An event loop on which nobody waits: work takes the time that it takes, and idle time is skipped."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

from typing_extensions import override

Result = TypeVar("Result")


class _Skipping(selectors.DefaultSelector):
    """Waits for nothing but files and threads; what else would be waited for is taken for past."""

    def __init__(self) -> None:
        super().__init__()
        self.skipped = 0.0
        self.at_work = 0  #: threads whose result somebody waits for

    @override
    def select(self, timeout: float | None = None) -> Any:
        if timeout is None or timeout <= 0 or self.at_work:
            return super().select(timeout)
        events = super().select(0)
        self.skipped += 0 if events else timeout
        return events


class HurriedLoop(asyncio.SelectorEventLoop):
    """Its clock is the machine's and all the time that was skipped."""

    def __init__(self) -> None:
        self._skipping = _Skipping()
        super().__init__(self._skipping)

    @override
    def time(self) -> float:
        return super().time() + self._skipping.skipped

    @override
    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> Any:  # type: ignore[override]
        self._skipping.at_work += 1
        doing = super().run_in_executor(executor, func, *args)
        doing.add_done_callback(self._finished)
        return doing

    def _finished(self, _: object) -> None:
        self._skipping.at_work -= 1


def run_hurried(work: Coroutine[Any, Any, Result]) -> Result:
    """What `work` gives, without the time that it would have waited. It may have no sockets: nobody waits for those."""
    with asyncio.Runner(loop_factory=HurriedLoop) as runner:
        return runner.run(work)
