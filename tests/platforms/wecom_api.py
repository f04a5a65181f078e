"""WeCom's server API as a local server: tokens, error codes and silence. What a channel needs beyond that, it adds.

async with WecomApi() as server:
    server.methods["/cgi-bin/message/send"] = lambda call: {"msgid": "m1"}     # errcode 0 is added
    server.fails("/cgi-bin/message/send", 45009, Silence())                     # the next two calls
    server.end_tokens()                                                         # 42001 until a new one is asked for
"""

import asyncio
import inspect
import itertools
import json
from collections import defaultdict, deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import web

JSON = dict[str, Any]

CORP: Final = "wx5823bf96d3bd56c7"
SECRET: Final = "app-secret-never-to-be-seen-in-a-log"
NOON: Final = datetime(2026, 5, 11, 4, tzinfo=UTC)  #: in Shanghai
LIFE: Final = 7200  #: seconds of a token
WORDS: Final = {
    40001: "invalid credential",
    40013: "invalid corpid",
    40014: "invalid access_token",
    41001: "access_token missing",
    42001: "access_token expired",
    45009: "api freq out of limit",
    60020: "not allow to access from your ip",
}


@dataclass(frozen=True, slots=True)
class Call:
    """What the bot asked: the address behind the host, what stood in the query, and the body."""

    path: str
    query: Mapping[str, str]
    body: JSON = field(default_factory=dict)
    file: bytes | None = None  #: what was uploaded as `media`
    filename: str | None = None


@dataclass(frozen=True, slots=True)
class Silence:
    """The server does as it is told, but its answer never comes: it hangs, or the line is cut."""

    cut: bool = False


@dataclass(frozen=True, slots=True)
class Raw:
    """An answer that is none."""

    body: bytes = b"<html>Bad Gateway</html>"
    status: int = 200


class Wall:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Refused(Exception):  # noqa: N818 -- the word of the platform
    """A method says no with this code."""

    def __init__(self, code: int, **more: Any) -> None:
        super().__init__(code)
        self.code, self.more = code, more


#: A method is given the call, and answers with an object, a file, or `Refused`.
Method = Callable[[Call], JSON | bytes | Awaitable[JSON | bytes]]


class WecomApi:
    """The server. `base_url` is for the bot's configuration, `CORP` and `SECRET` are its credentials.

    Args:
        trusted: Whether the bot calls from an address of the list.
    """

    def __init__(self, *, trusted: bool = True) -> None:
        self.calls: list[Call] = []
        self.methods: dict[str, Method] = {}
        self.base_url = ""
        self.trusted = trusted
        self.cut = False  #: the line is cut: nobody gets an answer
        self.tokens = 0  #: how often one was handed out
        self._token: str | None = None
        self._failures: defaultdict[str, deque[int | Silence | Raw | None]] = defaultdict(deque)
        self._closing = asyncio.Event()
        self._hints = itertools.count(1)

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        await self._runner.cleanup()

    def end_tokens(self) -> None:
        """The token is over before its time, as happens when another program asks for one."""
        self._token = None

    def fails(self, path: str, *failures: int | Silence | Raw | None) -> None:
        """The next calls of `path` fail, one after the other; None is one that goes well."""
        self._failures[path].extend(failures)

    def times(self, path: str) -> int:
        """How often `path` was called."""
        return sum(call.path == path for call in self.calls)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if self.cut:
            await self._be_silent(request, Silence(cut=True))
        call = await _call(request)
        self.calls.append(call)
        failures = self._failures[call.path]
        failure = failures.popleft() if failures else None
        if isinstance(failure, Raw):
            return web.Response(body=failure.body, status=failure.status, content_type="text/html")
        try:
            result = await self._obey(call, failure)
        except Refused as refused:
            return self._refused(refused)
        if isinstance(failure, Silence):
            await self._be_silent(request, failure)
        if isinstance(result, bytes):
            return web.Response(body=result, content_type="image/jpeg")
        return web.json_response({"errcode": 0, "errmsg": "ok", **result})

    async def _obey(self, call: Call, failure: int | Silence | None) -> JSON | bytes:
        if isinstance(failure, int):
            raise Refused(failure)
        if call.path == "/cgi-bin/gettoken":
            return self._hand_out(call)
        self._admit(call)
        method = self.methods.get(call.path)
        if method is None:
            raise Refused(40066)  # no such address
        result = method(call)
        return await result if inspect.isawaitable(result) else result

    def _hand_out(self, call: Call) -> JSON:
        """The same token is given out for as long as it lives."""
        if call.query.get("corpid") != CORP:
            raise Refused(40013)
        if call.query.get("corpsecret") != SECRET:
            raise Refused(40001)
        if self._token is None:
            self.tokens += 1
            self._token = f"token-{self.tokens}-never-to-be-seen-in-a-log"
        return {"access_token": self._token, "expires_in": LIFE}

    def _admit(self, call: Call) -> None:
        token = call.query.get("access_token")
        if token is None:
            raise Refused(41001)
        if token != self._token:
            raise Refused(42001 if token.startswith("token-") else 40014)
        if not self.trusted:
            raise Refused(60020)

    def _refused(self, refused: Refused) -> web.Response:
        """In the platform's wording, of which only the number can be relied on."""
        words = WORDS.get(refused.code, "refused")
        hint = f"hint: [17900000{next(self._hints)}], from ip: 203.0.113.7"
        more = f"more info at https://open.work.weixin.qq.com/devtool/query?e={refused.code}"
        message = f"{words}, {hint}, {more}"
        return web.json_response({"errcode": refused.code, "errmsg": message, **refused.more})

    async def _be_silent(self, request: web.Request, how: Silence) -> None:
        if how.cut and request.transport is not None:
            request.transport.abort()
        await self._closing.wait()


async def _call(request: web.Request) -> Call:
    body, file, filename = {}, None, None
    if request.content_type == "multipart/form-data":
        media = (await request.post())["media"]
        assert isinstance(media, web.FileField)
        file, filename = media.file.read(), media.filename
    elif request.can_read_body:
        body = json.loads(await request.read())
    return Call(request.path, dict(request.query), body, file, filename)
