"""What is new, told live by server-sent events or asked for once."""

import asyncio
import json
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from bot.channels.webchat.board import Board, Line, Watcher
from bot.channels.webchat.door import Person, Tab
from bot.channels.webchat.guard import HEADERS, Refused, as_json
from bot.channels.webchat.reading import BOT, LONGEST
from bot.channels.webchat.rooms import Rooms, shown
from bot.channels.webchat.talk import MOST_FILES, MOST_PICTURES, RECALL_WITHIN
from bot.channels.webchat.visitors import Visitors

#: Lines that a page begins with: all that are kept for a resident, fewer a chat for staff who are in a hundred.
MOST: Final = 3000
FEWEST: Final = 20
_DIGITS: Final = 18


@dataclass(frozen=True, slots=True)
class Stream:
    """The reading side. Streams end at `stopping`, so that a stop waits for nobody."""

    visitors: Visitors
    rooms: Rooms
    board: Board
    clock: Callable[[], datetime]
    picture_limit: int  #: bytes
    heartbeat: timedelta
    stopping: asyncio.Event

    async def start(self, request: web.Request) -> web.Response:
        """Everything that the page needs to begin."""
        person = await self.visitors.who(request)
        tabs = await self.rooms.of(person)
        return as_json(
            {
                "me": {"id": person.id, "name": person.name, "role": person.role},
                "bot": {"id": BOT, "name": self.rooms.bot_name},
                "demo": self.visitors.demo,
                "now": int(self.clock().timestamp() * 1000),
                "limits": {
                    "text": LONGEST,
                    "pictures": MOST_PICTURES,
                    "files": MOST_FILES,
                    "picture_bytes": self.picture_limit,
                    "recall_ms": _milliseconds(RECALL_WITHIN),
                    "beat_ms": _milliseconds(self.heartbeat),
                },
                "chats": [{"address": tab.address, "title": tab.title} for tab in tabs],
                **_told(self.board.latest_of([tab.address for tab in tabs], max(FEWEST, MOST // len(tabs))), 0),
            }
        )

    async def members(self, request: web.Request) -> web.Response:
        """Who is in a chat, for the list behind `@`."""
        person = await self.visitors.who(request)
        chat = request.query.get("chat", "")
        await self.rooms.enter(person, chat)
        members = await self.rooms.members(chat)
        return as_json([{"id": who.id, "name": who.name, "role": who.role} for who in members])

    async def lines(self, request: web.Request) -> web.Response:
        """What is new, asked once: for a page in the background, which need not hold a connection."""
        person = await self.visitors.who(request)
        chats = [tab.address for tab in await self.rooms.of(person)]
        seen = _seen(request)
        return as_json(_told(self.board.since(chats, seen), seen))

    async def events(self, request: web.Request) -> web.StreamResponse:
        """What is new, for as long as the page listens."""
        person = await self.visitors.who(request)
        tabs = await self.rooms.of(person)
        headers = {"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        response = web.StreamResponse(headers={**HEADERS, **headers})
        await response.prepare(request)
        with suppress(ConnectionResetError):  # the page was closed; whoever comes back asks for what he missed
            await self._tell(request, response, person, tabs)
        return response

    async def _tell(self, request: web.Request, out: web.StreamResponse, person: Person, tabs: list[Tab]) -> None:
        seen = _seen(request)
        with self.board.watching(tab.address for tab in tabs) as watcher:
            await out.write(b"retry: 2000\n\n")
            while not self.stopping.is_set():
                watcher.woken.clear()
                news = self.board.since(watcher.chats, seen)
                if news:
                    seen = news[-1].seq
                    await out.write(_event("lines", {"lines": shown(news)}, seen))
                if not await self._woken(watcher) and not await self._still_in(request, out, watcher, person):
                    break

    async def _woken(self, watcher: Watcher) -> bool:
        """Whether there is something to tell; False when it is time for a heartbeat."""
        try:
            async with asyncio.timeout(self.heartbeat.total_seconds()):
                return await watcher.woken.wait()
        except TimeoutError:
            return False

    async def _still_in(self, request: web.Request, out: web.StreamResponse, watcher: Watcher, person: Person) -> bool:
        """Beat, and look again whether he may listen: somebody who left a group hears it for one heartbeat at most."""
        try:
            if await self.visitors.who(request) != person:
                return False
        except Refused:
            return False
        chats = {tab.address for tab in await self.rooms.of(person)}
        await out.write(_event("beat" if chats == watcher.chats else "chats", {}))
        return chats == watcher.chats


def _told(news: list[Line], seen: int) -> dict[str, object]:
    return {"lines": shown(news), "seq": news[-1].seq if news else seen}


def _seen(request: web.Request) -> int:
    """The last number that the page has seen; a browser that connects again by itself says it in a header."""
    given = request.headers.get("Last-Event-ID") or request.query.get("after", "")
    return int(given) if given.isdecimal() and len(given) <= _DIGITS else 0


def _milliseconds(span: timedelta) -> int:
    return int(span.total_seconds() * 1000)


def _event(name: str, data: dict[str, object], id: int | None = None) -> bytes:
    head = f"id: {id}\n" if id is not None else ""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return f"{head}event: {name}\ndata: {text}\n\n".encode()
