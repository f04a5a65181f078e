"""A weather service beside the small community: it signs and posts over real sockets, or puts files into a folder."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import ClientSession, web

from bot.warnings.config import WarningSystem
from bot.warnings.desk import Desk
from bot.warnings.opening import listening
from bot.warnings.signing import KEY, SIGNATURE, SYSTEM, TIMESTAMP, signature
from bot.web import serving
from storage.database import Sessions
from tests.world import World

SECRET: Final = "sixteen-characters-and-more"
STORM: Final[dict[str, Any]] = {"template": "暴雨", "places": ["锦绣小区3栋"], "values": {"时间": "今天夜里"}}


def system(**more: Any) -> WarningSystem:
    """The weather service as the configuration has it."""
    usual = {
        "id": "weather",
        "name": "市气象台",
        "secret": SECRET,
        "templates": ["暴雨", "雪凝", "停水停电"],
        "places": ["锦绣小区"],
    }
    return WarningSystem.model_validate(usual | more)


def desk_of(world: World, sessions: Sessions | None = None) -> Desk:
    return Desk(
        sessions=sessions or world.sessions, clock=lambda: world.now, house=world.receiver.house, reach=world.reach
    )


@dataclass
class Weather:
    """Posts to one service."""

    world: World
    http: ClientSession
    address: str
    count: int = 0

    async def posts(self, letter: Any = None, **more: Any) -> tuple[int, dict[str, Any]]:
        """Sign and post; `more` replaces headers and the like. The status, and what was answered."""
        self.count += 1
        body = more.get("body", json.dumps(STORM if letter is None else letter, ensure_ascii=False).encode())
        key = more.get("key", f"k{self.count}")
        timestamp = more.get("timestamp", str(int(self.world.now.timestamp())))
        signed = signature(more.get("secret", SECRET), more.get("id", "weather"), timestamp, key, body)
        given = {SYSTEM: more.get("id", "weather"), TIMESTAMP: timestamp, KEY: key, SIGNATURE: signed}
        headers = {name: value for name, value in (given | more.get("headers", {})).items() if value is not None}
        async with self.http.post(f"{self.address}warnings", data=more.get("sent", body), headers=headers) as answer:
            return answer.status, await answer.json()


@asynccontextmanager
async def weather(world: World, *systems: WarningSystem, sessions: Sessions | None = None) -> AsyncIterator[Weather]:
    """The service on a port of its own, for as long as the block lasts."""
    app, stop = web.Application(), asyncio.Event()
    desk = desk_of(world, sessions)
    async with listening(systems or (system(),), desk, app, stop):
        async with serving(app, "127.0.0.1", 0) as address, ClientSession() as http:
            yield Weather(world, http, address)
        stop.set()
