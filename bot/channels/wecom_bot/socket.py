"""One live connection: what is asked is matched with what is acknowledged, and everything else is handed on."""

import asyncio
import logging
from collections.abc import Callable

from aiohttp import ClientError, ClientWebSocketResponse, WSMsgType

from bot.channels.wecom.api import ApiError, Unanswered
from bot.channels.wecom_bot.frames import JSON, Frame, new_request, read, written

log = logging.getLogger(__name__)


class Socket:
    """A connection for as long as it lives.

    Args:
        ws: The open WebSocket.
        patience: Seconds to wait for an acknowledgement.
        hear: Is given every frame that acknowledges nothing; returns at once.
    """

    def __init__(self, ws: ClientWebSocketResponse, patience: float, hear: Callable[[Frame], None]) -> None:
        self._ws = ws
        self._patience = patience
        self._hear = hear
        self._waiting: dict[str, asyncio.Future[Frame]] = {}

    async def run(self) -> None:
        """Read until the connection ends; whoever then waits for an acknowledgement learns that none will come."""
        try:
            async for message in self._ws:
                if message.type is WSMsgType.TEXT:
                    self._take(message.data)
        finally:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(Unanswered("the connection was lost", unsure=True))

    async def ask(self, cmd: str, body: JSON | None = None, *, request: str | None = None) -> JSON:
        """Send a frame and return the body of its acknowledgement.

        Args:
            request: The id of the callback that it answers, which can be answered once at a time.

        Raises:
            ApiError: The platform refuses.
            Unanswered: There is no acknowledgement.
        """
        name = request or new_request(cmd)
        acknowledged: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting[name] = acknowledged
        try:
            await self._send(written(cmd, name, body))
            async with asyncio.timeout(self._patience):
                frame = await acknowledged
        except TimeoutError:
            raise Unanswered("no acknowledgement in time", unsure=True) from None
        finally:
            del self._waiting[name]
        if frame.code:
            raise ApiError(frame.code)
        return frame.body

    async def close(self) -> None:
        """End the connection."""
        await self._ws.close()

    async def _send(self, text: str) -> None:
        if self._ws.closed:
            raise Unanswered("the connection was lost", unsure=False)
        try:
            await self._ws.send_str(text)
        except (ClientError, OSError) as error:
            raise Unanswered(type(error).__name__, unsure=True) from None

    def _take(self, text: str) -> None:
        frame = read(text)
        if frame is None:
            log.warning("wecom_bot_frame_unreadable", extra={"channel": "wecom_bot"})
        elif frame.cmd:
            self._hear(frame)
        elif (waiting := self._waiting.get(frame.request)) and not waiting.done():
            waiting.set_result(frame)
