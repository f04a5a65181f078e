"""The service that `bench/crash.py` kills: everything as `bot/app.py` joins it, with one channel of the bench's own.

The channel is a line to the bench's process, which plays the platform: it hands messages over until they are
acknowledged, and writes down what the bot says. Each side sends JSON, one value a line.
"""

import asyncio
import json
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final, cast

from aiohttp import web
from pydantic import TypeAdapter

from bench.town import ACCOUNT, CHANNEL
from bot.app import run
from bot.channels.base import About, Can, Channel, Link, Media, Now, Receive, SendError, Sent
from bot.config import checked
from bot.wall import utc_now
from handlers.messages import Inbound, Words

INBOUND: Final = TypeAdapter(Inbound)
CAN: Final = Can(buttons=True, mentions=True, quotes=True, pictures=True, one_to_one=True)
ABOUT: Final = About("压测", "没有人", CAN, "不要钱", "没有")


@dataclass(slots=True)
class Wire:
    """The service's end of the line."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    name: str = CHANNEL
    account: str = ACCOUNT
    can: Can = CAN
    asked: dict[int, asyncio.Future[str]] = field(default_factory=dict)
    numbers: Any = field(default_factory=count)
    taking: set[asyncio.Task[None]] = field(default_factory=set)
    link: Link = field(default_factory=lambda: Link(CHANNEL, ACCOUNT, utc_now, up=True))

    async def send(self, chat: str, words: Words) -> Sent:
        """See `Channel.send`."""
        number = next(self.numbers)
        self.asked[number] = asyncio.get_running_loop().create_future()
        self._tell({"say": number, "chat": chat, "text": words.text, "quote": words.quote})
        return Sent(await self.asked[number])

    async def listen(self, receive: Receive) -> None:
        """Take what comes in until the line is cut."""
        while line := await self.reader.readline():
            told = json.loads(line)
            if "said" in told:
                self.asked.pop(told["said"]).set_result(told["id"])
            else:
                task = asyncio.create_task(self._take(told, receive))
                self.taking.add(task)
                task.add_done_callback(self.taking.discard)
        for waiting in self.asked.values():
            waiting.set_exception(SendError("the line was cut", unsure=True))

    async def _take(self, told: dict[str, Any], receive: Receive) -> None:
        await receive(INBOUND.validate_python(told["heard"], strict=False))
        self._tell({"taken": told["number"]})

    def _tell(self, value: dict[str, Any]) -> None:
        self.writer.write(json.dumps(value, ensure_ascii=False).encode() + b"\n")


@dataclass(frozen=True, slots=True)
class Line:
    """Connects the service to the bench; see `Connector`."""

    port: int
    kind: str = CHANNEL
    about: About = ABOUT

    @asynccontextmanager
    async def open(self, _app: web.Application, receive: Receive, _media: Media, _clock: Now) -> AsyncIterator[Channel]:
        """See `Connector.open`."""
        wire = Wire(*await asyncio.open_connection("127.0.0.1", self.port))
        listening = asyncio.create_task(wire.listen(receive))
        try:
            yield wire
        finally:
            wire.writer.close()
            await listening


async def serve(url: str, folder: Path, port: int, ahead: timedelta, instance: str) -> None:
    """Serve until SIGTERM; the service's clock is `ahead` of the machine's, so that it is daytime."""
    given = {"data_dir": str(folder), "database_url": url, "port": 0, "log_level": "error", "instance": instance}
    config = checked(given, folder, {})
    config = config.model_copy(update={"channels": (cast(Any, Line(port)),)})
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)

    def now() -> datetime:
        return utc_now() + ahead

    await run(config, stop, now)


if __name__ == "__main__":
    asyncio.run(
        serve(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), timedelta(seconds=float(sys.argv[4])), sys.argv[5])
    )
