"""The door at which bridges knock: who may come in, and what a socket is for."""

import asyncio
import hmac
import logging
from dataclasses import dataclass, field
from typing import Final

from aiohttp import web
from pydantic import SecretStr

from bot.channels.onebot.bots import Bots
from bot.channels.onebot.bridge import Role
from bot.channels.onebot.listening import Listener
from bot.channels.onebot.values import LARGEST_FRAME, LONGEST_ID
from bot.channels.onebot.versions import V11, V12, Version
from bot.channels.onebot.wire import GOING_AWAY

log = logging.getLogger(__name__)

HANG_UP_WITHIN: Final = 2.0  #: seconds that the other side gets to say goodbye
PING: Final = 30.0  #: seconds between our own signs of life; the bridge's library answers them
#: Bytes; beyond it a frame is not even read and the socket is closed.
NEVER_READ: Final = 2 * LARGEST_FRAME
_ROLES: Final = {"api": Role.API, "event": Role.EVENT, "universal": Role.UNIVERSAL}
_BEARER: Final = "bearer "


@dataclass(frozen=True, slots=True)
class Hello:
    """What a bridge says of itself when it knocks. `bot` None: it will say later."""

    version: Version
    role: Role
    bot: str | None
    protocol: str | None


@dataclass(slots=True)
class Door:
    """Lets bridges in that know the token: 401 without one, 403 with a wrong one or for a bot that is not ours."""

    account: str
    token: SecretStr
    bots: Bots
    listener: Listener
    _open: set[web.WebSocketResponse] = field(default_factory=set)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One socket, from the handshake to its end."""
        self._admit(request)
        hello = greeted(request)
        if hello.bot is None and hello.role is Role.API:
            self._refuse("no_bot", web.HTTPBadRequest())  # nobody could say whose requests it would carry
        if hello.bot is not None and not self.bots.may_come(hello.bot):
            self._refuse("unknown_bot", web.HTTPForbidden())
        protocols = (hello.protocol,) if hello.protocol else ()
        socket = web.WebSocketResponse(
            timeout=HANG_UP_WITHIN, heartbeat=PING, max_msg_size=NEVER_READ, compress=False, protocols=protocols
        )
        await socket.prepare(request)
        self._open.add(socket)
        try:
            await self.listener.listen(socket, hello.version, hello.role, hello.bot)
        finally:
            self._open.discard(socket)
        return socket

    async def close(self) -> None:
        """Close every socket; bridges come back when there is somebody again."""
        await asyncio.gather(*(socket.close(code=GOING_AWAY, message=b"going away") for socket in self._open))

    def _admit(self, request: web.Request) -> None:
        given = _token(request)
        if not given:
            self._refuse("no_token", web.HTTPUnauthorized())
        wanted = self.token.get_secret_value()
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode()):
            self._refuse("wrong_token", web.HTTPForbidden())

    def _refuse(self, reason: str, answer: web.HTTPException) -> None:
        log.warning("onebot_refused", extra={"channel": "onebot", "account": self.account, "reason": reason})
        raise answer


def greeted(request: web.Request) -> Hello:
    """What the headers say; the role is also known by the end of the path, `…/api` or `…/event`."""
    offered = request.headers.get("Sec-WebSocket-Protocol", "").partition(",")[0].strip()
    is_12 = offered.startswith("12.") or request.headers.get("User-Agent", "").startswith("OneBot/12")
    named = request.headers.get("X-Client-Role", "").strip().lower()
    if is_12:  # one socket for everything, and its bots are in its events
        return Hello(V12, Role.UNIVERSAL, None, offered or None)
    role = _ROLES.get(named) or _ROLES.get(request.path.rstrip("/").rpartition("/")[2].lower()) or Role.UNIVERSAL
    bot = request.headers.get("X-Self-ID", "").strip()
    return Hello(V11, role, bot if 0 < len(bot) <= LONGEST_ID else None, offered or None)


def _token(request: web.Request) -> str:
    given = request.headers.get("Authorization", "").strip()
    if given[: len(_BEARER)].lower() == _BEARER:
        return given[len(_BEARER) :].strip()
    return request.query.get("access_token", "")
