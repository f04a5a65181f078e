"""The door through which WeCom and official accounts call: an address is proved by GET, and news comes by POST.

Both are signed and encrypted (`crypt`). What is genuine is answered with an empty 200 once it is on disk; the platform
waits five seconds and then delivers again, three times in all. A call that is repeated within the permitted age is known
by the id of its message, and a call recorded earlier is too old to be heard.
"""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final
from xml.etree.ElementTree import Element

from aiohttp import web

from bot.channels.base import Now
from bot.channels.wecom import xml
from bot.channels.wecom.crypt import Crypt, Forged, Sealed

log = logging.getLogger(__name__)

LARGEST_BODY: Final = 256 * 1024  #: bytes; a real one has a few thousand
OLDEST: Final = timedelta(minutes=10)  #: how far the time of a call may be from ours, either way
LONGEST_ECHO: Final = 128  #: bytes; a real one is a number of some twenty digits

#: Takes one decrypted message over. Returns when it is on disk; what it raises makes the platform deliver again.
Take = Callable[[Element], Awaitable[None]]


class CallbackDoor:
    """Answers 403 to what is forged or old, 200 to what is on disk or can never be read, 503 where storing it failed.

    Args:
        channel: For the log.
        crypt: Knows what is genuine.
        take: Takes over what is.
        clock: What time it is.
    """

    def __init__(self, channel: str, crypt: Crypt, take: Take, clock: Now) -> None:
        self._channel = channel
        self._crypt = crypt
        self._take = take
        self._clock = clock

    def stand_at(self, path: str, app: web.Application) -> None:
        """Be found under `path`."""
        app.router.add_get(path, self.prove)
        app.router.add_post(path, self.answer)

    async def prove(self, request: web.Request) -> web.Response:
        """The platform asks whether the address is ours; the answer is what it encrypted, and nothing around it."""
        # Some proxies turn the `+` of base64 into a space.
        echo = self._opened(request, request.query.get("echostr", "").replace(" ", "+"))
        if len(echo) > LONGEST_ECHO or echo.startswith((b"<", b"{")):
            # Somebody else's message, recorded and brought here to be decrypted.
            raise self._forbidden("no_echo")
        return web.Response(body=echo, content_type="text/plain")

    async def answer(self, request: web.Request) -> web.Response:
        """Something happened."""
        message = self._read(self._opened(request, await self._encrypted(request)))
        if message is not None:
            await self._taken(message)
        return web.Response()

    async def _encrypted(self, request: web.Request) -> str:
        try:
            return xml.read(await _body(request)).findtext("Encrypt", "")
        except xml.Unreadable:
            raise self._forbidden("no_xml") from None

    def _opened(self, request: web.Request, encrypted: str) -> bytes:
        given = request.query.get
        sealed = Sealed(encrypted, given("msg_signature", ""), given("timestamp", ""), given("nonce", ""))
        try:
            message = self._crypt.open(sealed)
        except Forged as forged:
            raise self._forbidden(str(forged).replace(" ", "_")) from None
        self._must_be_fresh(sealed.timestamp)
        return message

    def _must_be_fresh(self, timestamp: str) -> None:
        if not _is_fresh(timestamp, self._clock()):
            raise self._forbidden("too_old")

    def _read(self, message: bytes) -> Element | None:
        """What is genuine and unreadable gets 200: an error would bring the same again."""
        try:
            return xml.read(message)
        except xml.Unreadable:
            log.warning("callback_unreadable", extra={"channel": self._channel})
            return None

    async def _taken(self, message: Element) -> None:
        try:
            await self._take(message)
        except Exception as error:  # noqa: BLE001 -- the edge: whatever it is, the platform must bring it again
            log.warning("callback_failed", extra={"channel": self._channel, "error": type(error).__name__})
            raise web.HTTPServiceUnavailable from None

    def _forbidden(self, why: str) -> web.HTTPForbidden:
        log.warning("callback_refused", extra={"channel": self._channel, "error": why})
        return web.HTTPForbidden()


def _is_fresh(timestamp: str, now: datetime) -> bool:
    """Whether a call of that second (since 1970) is of now."""
    if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) < 12):
        return False
    return abs(now.timestamp() - int(timestamp)) <= OLDEST.total_seconds()


async def _body(request: web.Request) -> bytes:
    """The body, of which no more is read than a message may have, whatever the application allows elsewhere."""
    body = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > LARGEST_BODY:
            raise web.HTTPRequestEntityTooLarge(LARGEST_BODY, len(body))
    return bytes(body)
