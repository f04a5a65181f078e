"""The long connection itself: who may speak, what his frames do, and what goes wrong on the way."""

import asyncio
import json
import ssl
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from aiohttp import WSMsgType, web

from tests.platforms.wecom_bot_commands import Commands
from tests.platforms.wecom_bot_media import Media
from tests.platforms.wecom_bot_rules import BAD_ARGUMENT, JSON, NO_SUCH_BOT, WRONG_SECRET, Obeyed, Refused, refusal
from tests.platforms.wecom_bot_town import Town

BOT_ID: Final = "aibDUTY"
SECRET: Final = "S3CRET-of-the-duty-bot"
SAYING: Final = ("aibot_respond_msg", "aibot_respond_welcome_msg", "aibot_respond_update_msg", "aibot_send_msg")
PATIENT: Final = 10  #: seconds after which a test gives up


@dataclass(eq=False)
class Line:
    """One connection, and whether it has subscribed."""

    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    subscribed: bool = False


class Wire:
    """The server. `url` is for the bot's configuration, with `BOT_ID` and `SECRET`.

    Args:
        tls: Speak TLS, as the real one does; the official SDK insists.
    """

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self.media = Media()
        self.town = Town(self.media)
        self._commands = Commands(self.town, self.media)
        self.frames: list[JSON] = []  #: what bots sent, in order
        self.displaced = 0  #: connections that a newer one has put out
        self.connections = 0
        self.deaf = False  #: answers nothing any more, pings neither
        self.shut = False  #: takes no connection
        self.missed: list[str] = []  #: what happened while no bot was there: lost, as it really is
        self.held: list[str] | None = None  #: what is on its way, while somebody holds it up
        self.delivered = 0  #: callbacks
        self._tls = tls
        self._live: Line | None = None
        self._lines: set[Line] = set()
        self._failures: defaultdict[str, deque[int | Obeyed | None]] = defaultdict(deque)
        self._news = asyncio.Condition()

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/", self._connect)
        app.router.add_get("/media/{name}", self.media.download)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0, ssl_context=self._tls).start()
        where = f"127.0.0.1:{self._runner.addresses[0][1]}"
        self.url = f"{'wss' if self._tls else 'ws'}://{where}/"
        self.media.base_url = f"{'https' if self._tls else 'http'}://{where}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.drop()
        await self._runner.cleanup()

    # What the bot did

    def sent(self, cmd: str) -> list[JSON]:
        """The frames of that command, as the bot sent them."""
        return [frame for frame in self.frames if frame.get("cmd") == cmd]

    @property
    def live(self) -> bool:
        """Whether a bot is subscribed."""
        return self._live is not None

    async def until(self, so: Callable[[], bool]) -> None:
        """Wait until that is so; it is looked at after every frame, connection and loss of one."""
        async with asyncio.timeout(PATIENT), self._news:
            await self._news.wait_for(so)

    # What goes wrong

    def fails(self, cmd: str, *failures: int | Obeyed | None) -> None:
        """The next frames of `cmd` are refused with those codes, one after the other; None is one that goes well.

        `say` stands for whatever says something.
        """
        self._failures[cmd].extend(failures)

    def passes(self, seconds: float) -> None:
        """Time goes by on the platform."""
        self.town.now += seconds

    def drop(self) -> None:
        """Every line is cut."""
        for line in self._lines:
            if line.transport is not None:
                line.transport.abort()

    async def tell(self, text: str) -> None:
        """Send anything to the subscribed bot."""
        if self.held is not None:
            self.held.append(text)
        elif self._live is None:
            self.missed.append(text)
        else:
            self.delivered += 1
            await self._live.socket.send_str(text)

    # The connection

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        self.connections += 1
        if self.shut:
            raise web.HTTPServiceUnavailable
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        line = Line(socket, request.transport)
        self._lines.add(line)
        try:
            async for message in socket:
                if message.type is WSMsgType.TEXT and not self.deaf:
                    await self._hear(line, json.loads(message.data))
        finally:
            self._lines.discard(line)
            self._live = None if self._live is line else self._live
            await self._noted()
        return socket

    async def _noted(self) -> None:
        async with self._news:
            self._news.notify_all()

    async def _hear(self, line: Line, frame: JSON) -> None:
        """Obey a frame, or fail as told; the tests see it before the bot has its answer."""
        cmd = frame.get("cmd", "")
        failures = self._failures[cmd] or (self._failures["say"] if cmd in SAYING else None)
        failure = failures.popleft() if failures else None
        code, body = (failure, {}) if isinstance(failure, int) else self._outcome(line, frame)
        self.frames.append(frame)
        if isinstance(failure, Obeyed) and failure.cut and line.transport is not None:
            line.transport.abort()
        elif not isinstance(failure, Obeyed):
            await self._acknowledge(line, frame, code, body)
        if cmd == "aibot_subscribe" and code == 0:
            await self._put_out(line)
        elif cmd == "aibot_subscribe":
            await line.socket.close()
        await self._noted()

    def _outcome(self, line: Line, frame: JSON) -> tuple[int, JSON]:
        cmd, request = frame.get("cmd", ""), frame.get("headers", {}).get("req_id", "")
        try:
            return 0, self._obey(line, cmd, request, frame.get("body") or {})
        except Refused as error:
            return error.code, {}

    async def _acknowledge(self, line: Line, frame: JSON, code: int, body: JSON) -> None:
        answer = {"headers": frame.get("headers", {}), "errcode": code, "errmsg": refusal(code) if code else "ok"}
        await line.socket.send_str(json.dumps(answer | ({"body": body} if body else {})))

    async def _put_out(self, line: Line) -> None:
        """One live connection a bot: the newer one stays."""
        old, self._live = self._live, line
        if old is not None and old is not line:
            self.displaced += 1
            event = {
                "msgtype": "event",
                "event": {"eventtype": "disconnected_event"},
                "aibotid": BOT_ID,
                "msgid": "GONE",
            }
            frame = {"cmd": "aibot_event_callback", "headers": {"req_id": "srv-gone"}, "body": event}
            await old.socket.send_str(json.dumps(frame))
            await old.socket.close()

    def _obey(self, line: Line, cmd: str, request: str, body: JSON) -> JSON:
        if cmd == "aibot_subscribe":
            return self._subscribe(line, body)
        if not line.subscribed or not request:
            raise Refused(BAD_ARGUMENT, "not subscribed")
        return self._commands.obey(cmd, request, body)

    def _subscribe(self, line: Line, body: JSON) -> JSON:
        if body.get("bot_id") != BOT_ID:
            raise Refused(NO_SUCH_BOT)
        if body.get("secret") != SECRET:
            raise Refused(WRONG_SECRET)
        line.subscribed = True
        return {}
