"""Who is looking at the page: in the demo whoever he says he is, otherwise the owner of a session."""

import hashlib
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from aiohttp import web

from bot.channels.webchat.door import Door, Person
from bot.channels.webchat.guard import Refused, as_json

COOKIE: Final = "guanjia"

NOT_IN: Final = "这里要用您自己的链接才能进。请在群里找楼栋红管家或社区工作人员要一个，点开就能用。"
WHO: Final = "先选一个身份，就能进群聊天。"


class Visitors:
    """Sessions outlive a restart, because the door keeps their digests; the browser alone has the session itself."""

    def __init__(self, door: Door, clock: Callable[[], datetime], lasting: timedelta, *, demo: bool) -> None:
        self._door = door
        self._clock = clock
        self._lasting = lasting
        self.demo = demo

    async def who(self, request: web.Request) -> Person:
        """The person who asks.

        Raises:
            Refused: Nobody, or nobody any more (401).
        """
        person = await (self._chosen(request) if self.demo else self._known(request))
        if person is None:
            raise Refused(401, WHO if self.demo else NOT_IN, demo=self.demo)
        return person

    async def people(self, _: web.Request) -> web.Response:
        """Everybody whom a visitor of the demo may be."""
        if not self.demo:
            raise Refused(404, NOT_IN)
        return as_json([{"id": who.id, "name": who.name, "role": who.role} for who in await self._door.people()])

    async def enter(self, request: web.Request) -> web.StreamResponse:
        """Use a one-time link up: remember a new session, go to the chat."""
        token = request.match_info["token"]
        person = await self._door.enter(token) if token.isprintable() else None
        if person is None:
            raise web.HTTPSeeOther("/?link=used")
        session = secrets.token_urlsafe(32)
        await self._door.remember(_digest(session), person.id, self._clock() + self._lasting)
        response = web.Response(status=303, headers={"Location": "/"})
        response.set_cookie(
            COOKIE,
            session,
            max_age=int(self._lasting.total_seconds()),
            httponly=True,
            samesite="Lax",
            secure=_came_by_https(request),
        )
        return response

    async def leave(self, request: web.Request) -> web.Response:
        """Forget the session, on a telephone that several people use."""
        await self._door.forget(_digest(request.cookies.get(COOKIE, "")))
        response = as_json({})
        response.del_cookie(COOKIE)
        return response

    async def _chosen(self, request: web.Request) -> Person | None:
        return await self._door.person(request.query.get("as", ""))

    async def _known(self, request: web.Request) -> Person | None:
        session = request.cookies.get(COOKIE)
        return await self._door.recognise(_digest(session)) if session else None


def _digest(session: str) -> str:
    return hashlib.sha256(session.encode(errors="replace")).hexdigest()


def _came_by_https(request: web.Request) -> bool:
    # The header can be forged, but only to make the forger's own cookie stricter.
    return "https" in (request.scheme, request.headers.get("X-Forwarded-Proto"))
