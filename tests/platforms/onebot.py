"""A bridge to WeChat as a local program: it dials in to the bot and speaks OneBot v11 or v12.

bridge = Bridge11(wechat, "ws://127.0.0.1:8080/onebot/main", TOKEN)
async with bridge:
    bridge.says("20011@chatroom", "wxid_res302", "3单元电梯坏了")
    await bridge.settled()
    assert wechat.groups["20011@chatroom"].heard == [...]      # what the bot said

The version of the protocol is in `onebot_v11` and `onebot_v12`; here is what they have in common: sockets, failures, and
the frames that a broken bridge may send.
"""

import asyncio
import base64
import json
from abc import ABC, abstractmethod
from collections import defaultdict, deque
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit
from urllib.request import url2pathname

from aiohttp import ClientSession, ClientWebSocketResponse, WSMsgType, web

from tests.platforms.onebot_town import JSON, Call, Id, Picture, Piece, Place, Quote, Said, Text, WeChat

TOKEN: Final = "an-agreed-token-0123"
RECALL_SECONDS: Final = 120
PATIENT: Final = 5  #: seconds after which a test gives up


class ActionError(Exception):
    """The bridge refuses, in its own words."""

    def __init__(self, retcode: int, message: str = "") -> None:
        super().__init__(message)
        self.retcode, self.message = retcode, message


@dataclass(frozen=True, slots=True)
class Obeyed:
    """The bridge does as it is told, but its answer never comes: it is silent, or the line is cut."""

    cut: bool = False


class Bridge(ABC):
    """A bridge.

    Args:
        wechat: What is behind it.
        address: Where the bot listens, `ws://…`.
        token: What it shows at the door; None for nothing.
        folder: Where it puts the pictures that it hands over as paths.
        in_query: Whether the token stands in the address.
    """

    def __init__(
        self,
        wechat: WeChat,
        address: str,
        token: str | None = TOKEN,
        *,
        folder: Path | None = None,
        in_query: bool = False,
    ) -> None:
        self.wechat, self.address, self.token, self.folder, self.in_query = wechat, address, token, folder, in_query
        self.calls: list[JSON] = []
        self.files: dict[str, bytes] = {}
        self.sockets: dict[str, ClientWebSocketResponse] = {}
        self.slow = asyncio.Event()  #: while it is not set, nothing is answered
        self.slow.set()
        self.promises = False  #: it only takes messages on, and numbers none
        self.without: set[str] = set()  #: actions that it does not know
        self._failures: defaultdict[str, deque[ActionError | Obeyed | None]] = defaultdict(deque)
        self._pongs: defaultdict[str, asyncio.Event] = defaultdict(asyncio.Event)
        self._reading: list[asyncio.Task[None]] = []
        self._outbox: asyncio.Queue[tuple[str, str | bytes]] = asyncio.Queue()

    # The version

    @abstractmethod
    def headers(self, role: str) -> dict[str, str]:
        """What it says at the door."""

    @abstractmethod
    def first_words(self) -> list[JSON]:
        """The events that it begins with."""

    @abstractmethod
    def message(self, id: Id, group: Id | None) -> JSON:
        """The event of a message."""

    @abstractmethod
    def heartbeat(self, *, interval: float, online: bool = True) -> JSON:
        """The event of a heartbeat; `interval` is in seconds."""

    @abstractmethod
    def status_event(self, *, online: bool) -> JSON:
        """The event by which it says whether the account is logged in."""

    @abstractmethod
    def recalled(self, id: Id, group: Id | None, by: Id | None = None) -> JSON:
        """The event of a message that was taken back."""

    @abstractmethod
    def membership(self, group: Id, who: Id, *, member: bool) -> JSON:
        """The event of somebody who comes into a group, or leaves it."""

    @abstractmethod
    def heard(self, message: Any, group: Id | None) -> list[Piece]:
        """The pieces of a message of the bot's."""

    @abstractmethod
    def obey(self, action: str, params: JSON) -> Any:
        """Do something; the `data` of the answer. Raises ActionError."""

    # Coming and going

    async def connect(self, *roles: str) -> None:
        """Dial in with a socket for everything, or with one for each of `roles`."""
        self._http = ClientSession()
        await self._serve_files()
        for role in roles or ("Universal",):
            await self.open(role)

    async def open(self, role: str, path: str = "") -> ClientWebSocketResponse:
        """Dial in with one socket; raises aiohttp's WSServerHandshakeError where that is refused."""
        query = {"access_token": self.token} if self.token and self.in_query else {}
        headers = self.headers(role)
        if self.token and not self.in_query:
            headers["Authorization"] = f"Bearer {self.token}"
        protocols = [headers.pop("Sec-WebSocket-Protocol")] if "Sec-WebSocket-Protocol" in headers else []
        socket = await self._http.ws_connect(
            self.address + path, headers=headers, params=query, protocols=protocols, autoping=False, max_msg_size=0
        )
        self.sockets[role] = socket
        self._reading.append(asyncio.create_task(self._read(role, socket)))
        if role != "API":
            for event in self.first_words():
                await socket.send_str(json.dumps(event))
        return socket

    async def closed(self) -> None:
        """Wait until the bot has hung up."""
        async with asyncio.timeout(PATIENT):
            while not all(socket.closed for socket in self.sockets.values()):
                await asyncio.sleep(0.001)

    async def hang_up(self) -> None:
        """Close every socket."""
        for socket in self.sockets.values():
            await socket.close()
        self.sockets.clear()
        for task in self._reading:
            task.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)
        self._reading.clear()

    async def __aenter__(self) -> Self:
        await self.connect()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.leave()

    async def leave(self) -> None:
        """Hang up, and stop."""
        await self.hang_up()
        await self._http.close()
        await self._files.cleanup()

    # What happens in WeChat

    def says(self, group: Id | None, who: Id, *pieces: Piece | str) -> str:
        """Somebody writes into a group, or to the bot alone; the id of the message, as the bot will know it."""
        id = self.wechat.message(who, [Text(piece) if isinstance(piece, str) else piece for piece in pieces])
        self.tells(self.message(id, group))
        return known_as(id, group, who)

    def tells(self, *events: JSON) -> None:
        """Tell the bot something."""
        for event in events:
            self.throws(json.dumps(event))

    def throws(self, frame: str | bytes) -> None:
        """Send any frame at all."""
        self._outbox.put_nowait(("Event" if "Event" in self.sockets else "Universal", frame))

    def forget(self) -> None:
        """What could not be told is never told: a bridge keeps nothing."""
        while not self._outbox.empty():
            self._outbox.get_nowait()

    async def sends(self) -> None:
        """Put what was told on the line."""
        while self.sockets and not self._outbox.empty():
            role, frame = self._outbox.get_nowait()
            socket = self.sockets[role]
            await (socket.send_str(frame) if isinstance(frame, str) else socket.send_bytes(frame))

    async def settled(self) -> None:
        """Wait until the bot has read all that was told, and stored it. A ping is answered when its turn comes."""
        async with asyncio.timeout(PATIENT):
            await self.sends()
            for role, socket in self.sockets.items():
                self._pongs[role].clear()
                await socket.ping(b"settled")
                await self._pongs[role].wait()
            if busy := [task for task in asyncio.all_tasks() if task.get_name().startswith("onebot ")]:
                await asyncio.wait(busy)

    # What goes wrong

    def fails(self, action: str, *failures: ActionError | Obeyed | None) -> None:
        """The next calls of `action` fail, one after the other; None is one that goes well."""
        self._failures[action].extend(failures)

    def forgive(self, action: str) -> None:
        """Nothing more of `action` fails."""
        self._failures[action].clear()

    def times(self, action: str) -> int:
        """How often something was asked."""
        return sum(call["action"] == action for call in self.calls)

    # Requests

    async def _read(self, role: str, socket: ClientWebSocketResponse) -> None:
        async for message in socket:
            if message.type is WSMsgType.PING:
                await socket.pong(message.data)
            elif message.type is WSMsgType.PONG:
                self._pongs[role].set()
            elif message.type is WSMsgType.TEXT:
                await self._answer(socket, json.loads(message.data))

    async def _answer(self, socket: ClientWebSocketResponse, request: JSON) -> None:
        self.calls.append(request)
        await self.slow.wait()
        failures = self._failures[request["action"]]
        failure = failures.popleft() if failures else None
        try:
            if isinstance(failure, ActionError):
                raise failure
            answer: JSON = {"status": "ok", "retcode": 0, "data": self.done(request), "message": ""}
            if self.promises:
                answer |= {"status": "async", "retcode": 1, "data": None}
        except ActionError as error:
            answer = {"status": "failed", "retcode": error.retcode, "data": None, "message": error.message}
        if isinstance(failure, Obeyed):
            if failure.cut:
                await socket.close()
            return
        await socket.send_str(json.dumps({**answer, "echo": request["echo"]}))

    def done(self, request: JSON) -> Any:
        """Obey a request whose frame is in order."""
        return self.obey(request["action"], request["params"])

    def put(self, place: Place, message: Any, group: Id | None, chat: str) -> Id:
        """Show a message of the bot's to those in the chat; its id."""
        pieces = self.heard(message, group)
        id = self.wechat.message(self.wechat.bot, pieces)
        calls = tuple(piece.who for piece in pieces if isinstance(piece, Call))
        quotes = [piece.message for piece in pieces if isinstance(piece, Quote)]
        pictures = tuple(piece.content for piece in pieces if isinstance(piece, Picture))
        text = "".join(self.wechat.shown(piece, group) for piece in pieces)
        place.heard.append(Said(f"{chat}:{id}", text, calls, quotes[0] if quotes else None, pictures))
        return id

    def take_back(self, id: Id) -> None:
        """The bot takes a message of its own back, as WeChat lets it for two minutes; another is not its to take."""
        said = self.wechat.messages[id]
        if said.sender != self.wechat.bot or self.wechat.now() - said.at > RECALL_SECONDS:
            raise KeyError(id)
        for place in (*self.wechat.groups.values(), *self.wechat.friends.values()):
            place.heard[:] = [one for one in place.heard if not one.id.endswith(f":{id}")]

    # Pictures

    async def _serve_files(self) -> None:
        async def show(request: web.Request) -> web.Response:
            content = self.files.get(request.match_info["name"])
            return web.Response(body=content) if content is not None else web.Response(status=404)

        app = web.Application()
        app.router.add_get("/{name}", show)
        self._files = web.AppRunner(app, access_log=None)
        await self._files.setup()
        await web.TCPSite(self._files, "127.0.0.1", 0).start()
        self.file_address = f"http://127.0.0.1:{self._files.addresses[0][1]}"

    def keep(self, content: bytes) -> str:
        """Keep a picture; its name."""
        name = f"{len(self.files)}.jpg"
        self.files[name] = content
        return name

    def on_disk(self, content: bytes) -> Path:
        """Put a picture into the folder."""
        assert self.folder is not None
        path = self.folder / f"{len(list(self.folder.iterdir()))}.jpg"
        path.write_bytes(content)
        return path

    def opened(self, named: str) -> bytes:
        """The picture that the bot names."""
        if named.startswith("base64://"):
            return base64.b64decode(named.removeprefix("base64://"), validate=True)
        if named.startswith("file://"):
            return Path(url2pathname(urlsplit(named).path)).read_bytes()
        if named.startswith("http://"):
            return named.encode()  # whoever looks at it fetches it
        raise ActionError(1400, "no such picture")


def known_as(id: Id, group: Id | None, who: Id) -> str:
    """A message's id as the bot knows it."""
    return f"{f'group:{group}' if group is not None else f'user:{who}'}:{id}"
