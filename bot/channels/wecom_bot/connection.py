"""Staying connected: with the lease, under the platform's rule that a bot has one live connection.

A newer connection puts the older one out, and the platform says so. Whoever is put out does not come back by himself:
two that did would evict each other for ever. Only where the lease says that another of our own processes has it, this
one waits for the lease.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Any, Final

import aiohttp

from bot.channels.base import Link
from bot.channels.lease import Lease
from bot.channels.wecom.api import ApiError, Unanswered
from bot.channels.wecom.errors import TOO_FAST
from bot.channels.wecom_bot.frames import Frame
from bot.channels.wecom_bot.pace import Credential, End, Pace
from bot.channels.wecom_bot.socket import Socket

log = logging.getLogger(__name__)

BUSY: Final = -1
LARGEST_FRAME: Final = 1024 * 1024  #: bytes; a real one has a few thousand
MOST_REFUSALS: Final = 5  #: in a row, after which asking again would only get the bot banned
CLOSING: Final = aiohttp.ClientWSTimeout(ws_close=2)  #: seconds that the other side has to say goodbye
MISSED: Final = 2  #: pings without an answer after which a connection is dead


class Connection:
    """Keeps one bot connected.

    Args:
        hear: Is given every callback; returns at once.
    """

    def __init__(
        self,
        session: aiohttp.ClientSession,
        credential: Credential,
        lease: Lease,
        link: Link,
        pace: Pace,
        hear: Callable[[Frame], None],
    ) -> None:
        self.socket: Socket | None = None  #: while there is one that has subscribed
        self.first: asyncio.Future[End | None] = asyncio.get_running_loop().create_future()  #: None: connected
        self._session = session
        self._credential = credential
        self._lease = lease
        self._link = link
        self._pace = pace
        self._hear = hear
        self._stop = asyncio.Event()
        self._displaced = False
        self._failures = 0

    async def run(self) -> None:
        """Stay connected until `stop`, or until that is hopeless."""
        refusals = 0
        while not self._stop.is_set():
            end = await self._connect() if await self._holds() else self._ended(End.HELD)
            refusals = refusals + 1 if end is End.REFUSED else 0
            if refusals == MOST_REFUSALS or (end is End.DISPLACED and await self._holds()):
                # The secret is wrong, or somebody who is not of us has the bot: only a person can help.
                log.error("wecom_bot_given_up", extra={"channel": "wecom_bot", "error": end.value})
                break
            await self._pause(end)
        await self._let_go()

    def stop(self) -> None:
        """End the connection."""
        self._stop.set()

    async def _connect(self) -> End:
        """One connection from its beginning to its end."""
        self._displaced = False
        try:
            ws = await self._dial()
            return End.STOPPED if ws is None else await self._speak(ws)
        except Exception as error:  # noqa: BLE001 -- the edge: whatever it is, the groups must not fall deaf
            return self._ended(End.LOST, type(error).__name__)

    async def _dial(self) -> aiohttp.ClientWebSocketResponse | None:
        """An open line; None where it is to stop before there is one."""
        opening = self._session.ws_connect(self._credential.url, max_msg_size=LARGEST_FRAME, timeout=CLOSING)
        dialling = asyncio.ensure_future(opening)
        if await self._over(dialling, None) and not self._stop.is_set():
            return await dialling
        dialling.cancel()
        await asyncio.gather(dialling, return_exceptions=True)
        return None

    async def _speak(self, ws: aiohttp.ClientWebSocketResponse) -> End:
        socket = Socket(ws, self._pace.acknowledge, self._take)
        reading = asyncio.create_task(socket.run())
        try:
            return await self._live(socket, reading)
        finally:
            self.socket = None
            await socket.close()
            await asyncio.gather(reading, return_exceptions=True)

    async def _live(self, socket: Socket, reading: "asyncio.Task[None]") -> End:
        secret = self._credential.secret.get_secret_value()
        try:
            await socket.ask("aibot_subscribe", {"bot_id": self._credential.bot_id, "secret": secret})
        except ApiError as refusal:
            wants_rest = refusal.code in TOO_FAST or refusal.code == BUSY
            return self._ended(End.TOO_FAST if wants_rest else End.REFUSED, f"errcode_{refusal.code}")
        self.socket = socket
        self._link.opened()
        self._settle(None)
        return await self._keep_alive(socket, reading)

    async def _keep_alive(self, socket: Socket, reading: "asyncio.Task[None]") -> End:
        missed = 0
        while not await self._over(reading, self._pace.ping):
            try:
                await socket.ask("ping")
                missed = self._failures = 0
            except (Unanswered, ApiError):
                missed += 1
            if missed == MISSED or not await self._holds(or_unknown=True):
                break
        if self._stop.is_set():
            return End.STOPPED
        return self._ended(End.DISPLACED if self._displaced else End.LOST)

    async def _over(self, work: "asyncio.Future[Any]", seconds: float | None) -> bool:
        """Whether `work` ends, or everything is to end, within that time."""
        stopped = asyncio.create_task(self._stop.wait())
        done, _ = await asyncio.wait({work, stopped}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        stopped.cancel()
        return bool(done)

    def _take(self, frame: Frame) -> None:
        if frame.event.get("eventtype") == "disconnected_event":
            self._displaced = True
        else:
            self._hear(frame)

    async def _holds(self, *, or_unknown: bool = False) -> bool:
        """Whether the lease is ours; while the database is away nobody can say, and a live connection goes on."""
        try:
            return await self._lease.hold()
        except Exception as error:  # noqa: BLE001 -- the edge: whatever it is, it is asked again
            log.warning("wecom_bot_lease_unknown", extra={"channel": "wecom_bot", "error": type(error).__name__})
            return or_unknown

    async def _let_go(self) -> None:
        try:
            await self._lease.let_go()
        except Exception as error:  # noqa: BLE001 -- it runs out by itself
            log.warning("wecom_bot_lease_unknown", extra={"channel": "wecom_bot", "error": type(error).__name__})

    def _ended(self, end: End, reason: str = "") -> End:
        self._link.lost(reason or end.value, mute=True)
        self._settle(end)
        return end

    def _settle(self, end: End | None) -> None:
        """The first try has had its outcome."""
        if not self.first.done():
            self.first.set_result(end)

    async def _pause(self, end: End) -> None:
        self._failures += 1
        try:
            async with asyncio.timeout(self._pace.before(end, self._failures)):
                await self._stop.wait()
        except TimeoutError:
            return
