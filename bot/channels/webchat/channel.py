"""The web chat as a channel: our own group-chat page."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import ClassVar, Final, Literal

from aiohttp import web
from pydantic import Field, PositiveFloat, PositiveInt

from bot.channels.base import About, Can, Link, Receive, SendError, Sent
from bot.channels.webchat import pages
from bot.channels.webchat.board import Board
from bot.channels.webchat.door import Door, Said
from bot.channels.webchat.files import Files
from bot.channels.webchat.guard import guarded
from bot.channels.webchat.pictures import Pictures
from bot.channels.webchat.rooms import Rooms
from bot.channels.webchat.stream import Stream
from bot.channels.webchat.talk import ACCOUNT, CHANNEL, Talk
from bot.channels.webchat.visitors import Visitors
from bot.media import MediaStore
from bot.section import Section
from handlers.messages import Words

CAN: Final = Can(
    hears_all=True,
    buttons=True,
    mentions=True,
    quotes=True,
    pictures=True,
    files=True,
    one_to_one=True,
    first_word=True,
    recalls=True,
    keeps=timedelta.max,  #: the page is our own: while it is away, nobody can say anything
    longest=10_000,
)


class WebchatConfig(Section):
    """网页群聊：自带的聊天页面。"""

    about: ClassVar = About(
        title="网页群聊",
        people="有链接的人，用手机或电脑的浏览器打开，不用装软件、不用注册",
        can=CAN,
        cost="不要钱，不要账号；要让外面的人打开，得有一个公网地址",
        risk="居民平时不在这里，要专门打开；适合试用、培训和接不了微信的人",
    )

    kind: Literal["webchat"] = "webchat"
    session_days: PositiveInt = Field(default=180, description="点过个人链接后，这台手机多少天内不用再点（天）")
    keep_messages: PositiveInt = Field(default=200, description="每个群在内存里最多留多少条聊天（条），重启即清空")
    keep_hours: PositiveFloat = Field(default=24, description="聊天在内存里最多留多久（小时）")
    heartbeat_seconds: PositiveFloat = Field(default=20, description="多久确认一次页面还连着、人还在群里（秒）")


class Webchat:
    """The page, its routes and what was said lately. Small talk stays in memory; only `receive` may keep anything."""

    name = CHANNEL
    account = ACCOUNT
    can = CAN

    def __init__(
        self,
        config: WebchatConfig,
        door: Door,
        media: MediaStore,
        receive: Receive,
        clock: Callable[[], datetime],
        *,
        bot_name: str,
        demo: bool,
    ) -> None:
        self._clock = clock
        self.link = Link(CHANNEL, ACCOUNT, clock)
        self._stopping = asyncio.Event()
        self._board = board = Board(config.keep_messages, timedelta(hours=config.keep_hours), clock)
        self._rooms = rooms = Rooms(door, board, bot_name)
        self._visitors = who = Visitors(door, clock, timedelta(days=config.session_days), demo=demo)
        self._pictures = Pictures(who, rooms, board, media)
        self._files = Files(who, rooms, board, media)
        self._talk = Talk(who, rooms, board, self._pictures, self._files, receive, clock)
        heartbeat = timedelta(seconds=config.heartbeat_seconds)
        self._stream = Stream(who, rooms, board, clock, media.limit_bytes, heartbeat, self._stopping)

    async def send(self, chat: str, words: Words) -> Sent:
        """See `Channel.send`. Whoever looks at the chat sees it at once, whoever comes within the day still does."""
        if not await self._rooms.exists(chat):
            raise SendError("unknown chat", permanent=True)
        await self._rooms.load(chat)
        said = Said(f"bot.{secrets.token_hex(12)}", self._clock(), words)
        self._board.put(self._rooms.spoken(chat, said))
        return Sent(said.id)

    async def take_back(self, chat: str, message: str) -> None:
        """See `Recaller.take_back`. What is no longer shown is gone."""
        line = self._board.line(chat, message)
        if line is not None and not line.recalled:
            self._board.take_back(line)

    @asynccontextmanager
    async def open(self, app: web.Application) -> AsyncIterator["Webchat"]:
        """Be reachable under `/`, `/enter/…` and `/chat/…` of `app`. Streams end when the application shuts down."""
        self._route(app.router)
        app.on_shutdown.append(self._stop)
        self.link.opened()
        try:
            yield self
        finally:
            await self._stop(app)

    def _route(self, router: web.UrlDispatcher) -> None:
        router.add_get("/", guarded(pages.index))
        router.add_get("/enter/{token}", guarded(pages.doorstep))
        router.add_post("/enter/{token}", guarded(self._visitors.enter))
        router.add_get("/chat/static/{name}", guarded(pages.static))
        router.add_get("/chat/people", guarded(self._visitors.people))
        router.add_post("/chat/leave", guarded(self._visitors.leave))
        router.add_get("/chat/start", guarded(self._stream.start))
        router.add_get("/chat/members", guarded(self._stream.members))
        router.add_get("/chat/lines", guarded(self._stream.lines))
        router.add_get("/chat/events", guarded(self._stream.events))
        router.add_post("/chat/messages", guarded(self._talk.say))
        router.add_post("/chat/presses", guarded(self._talk.press))
        router.add_post("/chat/recalls", guarded(self._talk.recall))
        router.add_post("/chat/pictures", guarded(self._pictures.upload))
        router.add_get("/chat/pictures/{digest}", guarded(self._pictures.show))
        router.add_post("/chat/files", guarded(self._files.upload))
        router.add_get("/chat/files/{digest}", guarded(self._files.give))

    async def _stop(self, _: web.Application) -> None:
        # Before the server waits for its connections: a stream would keep it waiting for a minute.
        self._stopping.set()
        self._board.wake_all()
