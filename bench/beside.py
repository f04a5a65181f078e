"""A bot by other hands beside ours: the plug-in of `bench/plugin.py` in a process of its own, and its bridge in this one."""

import asyncio
import importlib.util
import os
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from itertools import count, cycle
from pathlib import Path
from time import perf_counter, time
from typing import Any, Final

from aiohttp import ClientConnectorError, ClientSession, ClientWebSocketResponse

BOT: Final = 10001
SOON: Final = 60.0  #: seconds within which it is there
ROOT: Final = Path(__file__).parent.parent


@dataclass(slots=True)
class Plugin:
    """The bridge's end: groups that talk to the plug-in, one message in flight in each."""

    socket: ClientWebSocketResponse
    process: Process
    said: Sequence[str]
    chats: int
    ids: Any = field(default_factory=lambda: count(1))
    heard: int = 0
    kept: dict[int, asyncio.Future[None]] = field(default_factory=dict)

    async def rate(self, seconds: float) -> float:
        """Messages a second that are on its disk, for about so long."""
        began, before = perf_counter(), self.heard
        async with asyncio.TaskGroup() as people:
            for chat in range(self.chats):
                people.create_task(self._talk(chat, began + seconds))
        return (self.heard - before) / (perf_counter() - began)

    async def _talk(self, chat: int, until: float) -> None:
        lines = cycle(self.said)
        while perf_counter() < until:
            number = next(self.ids)
            self.kept[number] = asyncio.get_running_loop().create_future()
            await self.socket.send_json(_event(number, chat, next(lines)))
            await self.kept[number]
            self.heard += 1

    @property
    def busy(self) -> float:
        """Seconds of the processor that it has taken so far; 0 where the system does not tell."""
        told = Path(f"/proc/{self.process.pid}/stat")
        ticks = told.read_text().rpartition(")")[2].split()[11:13] if told.exists() else ()
        return sum(map(int, ticks)) / os.sysconf("SC_CLK_TCK")

    async def listen(self) -> None:
        """Take notice of what is on its disk."""
        assert self.process.stdout is not None
        while line := await self.process.stdout.readline():
            if line.strip().isdigit():  # the library has lines of its own
                self.kept.pop(int(line)).set_result(None)

    async def read(self) -> None:
        """Answer its pings; it has nothing else to say."""
        async for _ in self.socket:
            pass


def _event(number: int, chat: int, text: str) -> dict[str, Any]:
    sender = 30_000 + number % 300
    return {
        "time": int(time()),
        "self_id": BOT,
        "post_type": "message",
        "message_type": "group",
        "sub_type": "normal",
        "message_id": number,
        "group_id": 20_000 + chat,
        "user_id": sender,
        "anonymous": None,
        "message": [{"type": "text", "data": {"text": text}}],
        "raw_message": text,
        "font": 0,
        "sender": {"user_id": sender, "nickname": "王阿姨", "card": "3-2-501 王阿姨", "role": "member"},
    }


@asynccontextmanager
async def plugin(file: Path, chats: int, said: Sequence[str]) -> AsyncIterator[Plugin | None]:
    """The plug-in at work for as long as the block lasts; None where NoneBot is not installed."""
    if importlib.util.find_spec("nonebot") is None:
        yield None
        return
    port = _free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bench.plugin", str(port), str(file), cwd=ROOT, stdout=PIPE
    )
    async with ClientSession(headers={"X-Self-ID": str(BOT)}) as client, asyncio.TaskGroup() as listening:
        found = Plugin(await _dialled(client, port), process, said, chats)
        listening.create_task(found.listen())
        listening.create_task(found.read())
        try:
            yield found
        finally:
            await found.socket.close()
            process.terminate()
            await process.wait()


async def _dialled(client: ClientSession, port: int) -> ClientWebSocketResponse:
    async with asyncio.timeout(SOON):
        while True:
            with suppress(ClientConnectorError):
                return await client.ws_connect(f"http://127.0.0.1:{port}/onebot/v11/ws")
            await asyncio.sleep(0.1)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
