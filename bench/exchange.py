"""The chat platform of `bench/crash.py`: it delivers each message at least once, and remembers what was said.

It lives in the bench's own process, which nobody kills. What it hands over is handed over again until it is
acknowledged; some of it is handed over twice on purpose.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from bench.service import INBOUND
from handlers.messages import Inbound

TWICE: Final = 0.1  #: share of messages that are delivered twice on purpose
SLOWEST: Final = 0.03  #: seconds until the platform confirms what was said
PATIENCE: Final = 20.0  #: seconds without an answer after which a message is delivered again


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that the bot said."""

    chat: str
    text: str
    quote: str | None


@dataclass(slots=True)
class Platform:
    """The other end of the line, for one service after the other."""

    random: Random
    slowest: float = SLOWEST
    said: list[Said] = field(default_factory=list)
    delivered: int = 0  #: deliveries, repetitions included
    port: int = 0
    linked: asyncio.Event = field(default_factory=asyncio.Event)
    cut: asyncio.Event = field(default_factory=asyncio.Event)
    _writer: asyncio.StreamWriter | None = None
    _open: dict[int, asyncio.Future[bool]] = field(default_factory=dict)
    _slow: set[asyncio.Task[None]] = field(default_factory=set)

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Be there for services for as long as the block lasts."""
        self.cut.set()
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()

    async def deliver(self, inbound: Inbound) -> None:
        """Hand a message over until it is acknowledged, and now and then once more."""
        while not await self._try(inbound):
            pass
        if self.random.random() < TWICE:
            await self._try(inbound)

    async def _try(self, inbound: Inbound) -> bool:
        """Hand it over once; whether it was acknowledged. Cutting the line counts as no."""
        await self.linked.wait()
        if self._writer is None:
            return False
        self.delivered += 1
        number = self.delivered
        self._open[number] = asyncio.get_running_loop().create_future()
        self._tell(self._writer, {"heard": INBOUND.dump_python(inbound, mode="json"), "number": number})
        if self.random.random() < TWICE:
            self._tell(self._writer, {"heard": INBOUND.dump_python(inbound, mode="json"), "number": -number})
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._open[number]
        except TimeoutError:
            return False
        finally:
            self._open.pop(number, None)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self.cut.clear()
        self.linked.set()
        try:
            while line := await reader.readline():
                self._hear(json.loads(line), writer)
        except (ConnectionError, ValueError):
            pass  # killed in the middle of a line
        self.linked.clear()
        for waiting in self._open.values():
            if not waiting.done():
                waiting.set_result(False)
        self.cut.set()
        writer.close()

    def _hear(self, told: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        if "taken" in told:
            waiting = self._open.get(told["taken"])
            if waiting is not None and not waiting.done():
                waiting.set_result(True)
            return
        self.said.append(Said(told["chat"], told["text"], told["quote"]))
        answer = {"said": told["say"], "id": f"out-{len(self.said)}"}
        slow = asyncio.create_task(self._confirm(writer, answer, self.random.uniform(0, self.slowest)))
        self._slow.add(slow)
        slow.add_done_callback(self._slow.discard)

    async def _confirm(self, writer: asyncio.StreamWriter, answer: dict[str, Any], wait: float) -> None:
        await asyncio.sleep(wait)
        self._tell(writer, answer)

    def _tell(self, writer: asyncio.StreamWriter, value: dict[str, Any]) -> None:
        if not writer.is_closing():
            writer.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")
