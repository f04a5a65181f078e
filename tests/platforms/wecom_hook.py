"""WeCom's group webhooks as a local server: whatever it thinks, it answers HTTP 200 with an `errcode`.

async with WecomHookServer() as server:
    server.group("duty-key")
    assert server.heard("duty-key") == [...]      # what was said in the group behind that key
"""

import asyncio
import base64
import binascii
import hashlib
import json
import re
from collections import deque
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Final, Self

from aiohttp import web

from tests.platforms.wecom_bot_rules import BAD_ARGUMENT, BAD_TYPE, EMPTY, TOO_FAST, TOO_LONG, Obeyed, Refused, refusal

NO_SUCH_HOOK: Final = 93000
MINUTE_LIMIT: Final = 20
LONGEST: Final = {"text": 2048, "markdown": 4096, "markdown_v2": 4096}  #: bytes
LARGEST_PICTURE: Final = 2 * 2**20
CARDS: Final = ("text_notice", "news_notice")


@dataclass(frozen=True, slots=True)
class Said:
    """A message as people in the group see it."""

    kind: str
    text: str = ""
    called: tuple[str, ...] = ()  #: who is mentioned
    picture: bytes | None = None
    file: tuple[str, bytes] | None = None  #: its name, and what is in it


@dataclass
class Group:
    """The group behind a key."""

    said: list[Said] = field(default_factory=list)
    times: deque[float] = field(default_factory=deque)


class WecomHookServer:
    """The server. `base_url` is for the bot's configuration; time passes only when a test says so."""

    def __init__(self) -> None:
        self.groups: dict[str, Group] = {}
        self.now = 0.0
        self.calls = 0
        self.base_url = ""
        self.files: dict[str, tuple[str, bytes]] = {}
        self._failures: deque[int | Obeyed | None] = deque()
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=16 * 2**20)
        app.router.add_post("/cgi-bin/webhook/send", self._answer)
        app.router.add_post("/cgi-bin/webhook/upload_media", self._upload)
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

    def group(self, key: str) -> None:
        """Somebody adds the robot to a group, and is given this key."""
        self.groups[key] = Group()

    def removes(self, key: str) -> None:
        """Somebody removes it."""
        del self.groups[key]

    def heard(self, key: str) -> list[Said]:
        """What was said in the group."""
        return self.groups[key].said if key in self.groups else []

    def fails(self, *failures: int | Obeyed | None) -> None:
        """The next calls are refused with those codes, one after the other; None is one that goes well."""
        self._failures.extend(failures)

    async def _answer(self, request: web.Request) -> web.Response:
        self.calls += 1
        failure = self._failures.popleft() if self._failures else None
        try:
            if isinstance(failure, int):
                raise Refused(failure)
            self._say(request.query.get("key", ""), json.loads(await request.read()))
        except Refused as refused:
            return web.json_response({"errcode": refused.code, "errmsg": refusal(refused.code)})
        if isinstance(failure, Obeyed):
            if failure.cut and request.transport is not None:
                request.transport.abort()
            await self._closing.wait()
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def _upload(self, request: web.Request) -> web.Response:
        media = (await request.post())["media"]
        assert isinstance(media, web.FileField)
        content, name = media.file.read(), f"media{len(self.files)}"
        if request.query.get("key", "") not in self.groups or request.query.get("type") != "file" or len(content) < 5:
            return web.json_response({"errcode": BAD_ARGUMENT, "errmsg": refusal(BAD_ARGUMENT)})
        self.files[name] = (media.filename, content)
        return web.json_response({"errcode": 0, "errmsg": "ok", "type": "file", "media_id": name})

    def _say(self, key: str, body: dict[str, Any]) -> None:
        group = self.groups.get(key)
        if group is None:
            raise Refused(NO_SUCH_HOOK)
        said = self._given(body) if body.get("msgtype") == "file" else _seen(body)
        while group.times and self.now - group.times[0] >= 60:
            group.times.popleft()
        if len(group.times) >= MINUTE_LIMIT:
            raise Refused(TOO_FAST)
        group.times.append(self.now)
        group.said.append(said)

    def _given(self, body: dict[str, Any]) -> Said:
        if body["file"]["media_id"] not in self.files:
            raise Refused(BAD_ARGUMENT)
        return Said("file", file=self.files[body["file"]["media_id"]])


def _seen(body: dict[str, Any]) -> Said:
    kind = body.get("msgtype", "")
    part = body.get(kind)
    if kind not in (*LONGEST, "image", "template_card") or not isinstance(part, dict):
        raise Refused(BAD_TYPE)
    if kind == "image":
        return Said(kind, picture=_picture(part))
    if kind == "template_card":
        if part.get("card_type") not in CARDS or not part.get("card_action"):
            raise Refused(BAD_ARGUMENT)
        return Said(kind, part["main_title"]["title"])
    text = part.get("content", "")
    if not text.strip():
        raise Refused(EMPTY)
    if len(text.encode()) > LONGEST[kind]:
        raise Refused(TOO_LONG)
    inside = re.findall("<@([^>]+)>", text) if kind != "markdown_v2" else []
    return Said(kind, text, (*part.get("mentioned_list", ()), *inside))


def _picture(part: dict[str, Any]) -> bytes:
    try:
        content = base64.b64decode(part.get("base64", ""), validate=True)
    except binascii.Error:
        raise Refused(BAD_ARGUMENT) from None
    if hashlib.md5(content).hexdigest() != part.get("md5"):  # noqa: S324 -- the protocol's choice
        raise Refused(BAD_ARGUMENT)
    if len(content) > LARGEST_PICTURE:
        raise Refused(TOO_LONG)
    return content
