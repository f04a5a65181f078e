"""A language model as a local server: it speaks OpenAI's protocol, and says what the test lays into its mouth.

async with LanguageModel() as model:
    model.says(request("open", category="elevator"))
    ...
    assert model.told[-1]["message"]["text"] == "…"         # what it was told about the message
"""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from enum import Enum
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import web

KEY: Final = "sk-very-secret"
NAME: Final = "tiny"
NOWHERE: Final = {"building": None, "unit": None, "floor": None, "room": None}


class Broken(Enum):
    """Ways of answering that are none."""

    PAGE = "a page for people"
    CUT = "the line is cut in the middle"
    LIST = "JSON that is no completion"


def item(act: str, ticket: str | None = None, **more: Any) -> dict[str, Any]:
    """One thing that a message does, as a model says it."""
    usual = {"category": "elevator", "urgency": "normal", "location": NOWHERE}
    return {"act": act, "ticket": ticket, **usual, **more}


def answer(*items: dict[str, Any], intent: str | None = None) -> str:
    """What a model says of a message."""
    return json.dumps({"intent": intent or ("request" if items else "chatter"), "items": items}, ensure_ascii=False)


def tokens(text: str) -> int:
    """About as models count: a Chinese character is one, and so are three others."""
    wide = sum("一" <= c <= "鿿" for c in text)
    return wide + (len(text) - wide + 2) // 3


class LanguageModel:
    """The server. `base_url` is for the bot's configuration.

    Args:
        formats: The kinds of `response_format` that it knows.
        counts: Whether it says how many tokens it took.
    """

    def __init__(self, *, formats: tuple[str, ...] = ("json_schema", "json_object"), counts: bool = True) -> None:
        self.formats, self.counts = formats, counts
        self.asked: list[dict[str, Any]] = []
        self.base_url = ""
        self.usual = answer()
        self.names, self.lists = (NAME, f"{NAME}-latest"), True  #: the second is not in the list
        self.meanwhile: Callable[[], Awaitable[object]] | None = None  #: what happens while it thinks, once
        self._next: deque[str | int | Broken | None] = deque()
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_post("/v1/chat/completions", self._complete)
        app.router.add_get("/v1/models", self._models)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/v1"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        await self._runner.cleanup()

    def says(self, *answers: str | int | Broken | None) -> None:
        """What it says next, in this order: words, an HTTP status, something broken, or nothing, for ever (None)."""
        self._next.extend(answers)

    @property
    def told(self) -> list[dict[str, Any]]:
        """What it was told about each message."""
        return [json.loads(body["messages"][1]["content"]) for body in self.asked]

    async def _complete(self, request: web.Request) -> web.StreamResponse:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return failure(401)
        body = await request.json()
        if body["model"] not in self.names:
            return failure(404)
        wished = body.get("response_format", {}).get("type")
        if wished and wished not in self.formats:
            return failure(400)
        self.asked.append(body)
        if self.meanwhile is not None:
            happening, self.meanwhile = self.meanwhile, None
            await happening()
        said = self._next.popleft() if self._next else self.usual
        if said is None:
            await self._closing.wait()
        if isinstance(said, int):
            return failure(said)
        if isinstance(said, Broken):
            return await self._break(request, said)
        return web.json_response(self._completion(body, str(said)))

    async def _break(self, request: web.Request, how: Broken) -> web.StreamResponse:
        if how is Broken.PAGE:
            return web.Response(text="<html>登录</html>", content_type="text/html")
        if how is Broken.LIST:
            return web.json_response([1, 2])
        response = web.StreamResponse(headers={"Content-Type": "application/json", "Content-Length": "500"})
        await response.prepare(request)
        await response.write(b'{"id": "c1", ')
        if request.transport is not None:
            request.transport.abort()
        return response

    async def _models(self, request: web.Request) -> web.Response:
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return failure(401)
        if not self.lists:
            return failure(405)
        return web.json_response({"object": "list", "data": [{"id": NAME, "object": "model"}]})

    def _completion(self, body: dict[str, Any], said: str) -> dict[str, Any]:
        taken = sum(tokens(message["content"]) for message in body["messages"])
        choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": said}}
        usage = {"prompt_tokens": taken, "completion_tokens": tokens(said), "total_tokens": taken + tokens(said)}
        completion = {
            "id": "c1",
            "object": "chat.completion",
            "created": 1,
            "model": body["model"],
            "choices": [choice],
        }
        return completion | ({"usage": usage} if self.counts else {})


def failure(status: int) -> web.Response:
    """An error as OpenAI words it; what it says is nobody's business."""
    return web.json_response({"error": {"message": "secret words of a provider", "type": "error"}}, status=status)
