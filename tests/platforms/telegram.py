"""Telegram as a local server: it speaks the Bot API, and tests tell it what people say and press.

async with TelegramServer() as server:
    server.group("-100200300")
    server.person("11", "王阿姨")
    server.says("-100200300", "11", "3栋2单元没水了")     # the bot hears it by polling, or by `deliver`
    assert server.heard("-100200300") == [...]             # what the bot said
"""

import asyncio
import inspect
import itertools
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from tests.platforms.telegram_methods import ApiError, Call, Methods
from tests.platforms.telegram_town import BOT, JSON, TOKEN, Said, Town, written
from tests.platforms.telegram_updates import Updates


@dataclass(frozen=True, slots=True)
class Obeyed:
    """The server does as it is told, but its answer never comes: it hangs, or the line is cut."""

    cut: bool = False


class TelegramServer:
    """The server. `base_url` is for the bot's configuration, `TOKEN` its token.

    Args:
        hears_all: Whether the bot's privacy mode is off.
        clock: What time it is there; without one every message is a second later than the one before.
    """

    def __init__(self, *, hears_all: bool = True, clock: Callable[[], datetime] | None = None) -> None:
        self.town = Town(hears_all=hears_all, clock=clock)
        self.cut = False  #: nobody gets an answer, and the line is cut
        self.updates = Updates()
        self.methods = Methods(self.town)
        self.calls: list[Call] = []
        self.base_url = ""
        self._failures: defaultdict[str, deque[ApiError | Obeyed | None]] = defaultdict(deque)
        self._queries = itertools.count(4_819_775_001)
        self._closing = asyncio.Event()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=64 * 1024 * 1024)
        app.router.add_post("/bot{token}/{method}", self._answer)
        app.router.add_get("/file/bot{token}/photos/{name}.jpg", self._download)
        self._runner = web.AppRunner(app, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.base_url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._closing.set()
        self.updates.close()
        await self._runner.cleanup()

    # What people do

    def group(self, chat: str, title: str = "3栋楼栋群", *, member: bool = True, kind: str = "supergroup") -> None:
        """There is a group, and the bot is in it."""
        self.town.group(int(chat), title, kind, member=member)

    def person(self, who: str, name: str, *, username: str | None = None, is_bot: bool = False) -> None:
        """There is somebody. The bot can write to him once he has written to it (`says(who, who, …)`)."""
        self.town.person(int(who), name, username=username, is_bot=is_bot)

    def says(
        self,
        chat: str,
        who: str,
        text: str = "",
        *,
        reply_to: str | None = None,
        calls: tuple[tuple[str, str], ...] = (),
        picture: bytes | None = None,
        picture_size: int | None = None,
        **content: Any,
    ) -> str:
        """Somebody writes; the id of the message, as the bot will know it.

        Args:
            chat: The group, or the person himself where he writes to the bot alone.
            who: The person.
            text: Becomes the caption where there is a picture.
            reply_to: The message he quotes.
            calls: People called without a username: the words in the text, and the person.
            picture: Sent along as a photo.
            picture_size: What is claimed of its size, in bytes.
            content: Further fields of the message, as the Bot API has them.
        """
        if chat == who:
            self.town.chats[int(chat)].blocked = False
        people = [(name, self.town.user(int(person))) for name, person in calls]
        if picture is not None:
            content["photo"] = self.town.picture(picture, picture_size)
        if text:
            content |= written(text, people, "text" if picture is None else "caption")
        message = self.town.message(int(chat), int(who), content, _number(reply_to))
        self.updates.happens(message=message)
        return f"{chat}:{message['message_id']}"

    def presses(self, chat: str, who: str, under: str, payload: str) -> str:
        """Somebody presses a button under a message of the bot's; the id of the press."""
        query = str(next(self._queries))
        self.methods.pressed(query)
        self.updates.happens(callback_query=self.town.press(query, int(who), int(chat), _number(under) or 0, payload))
        return query

    def changes_membership(self, chat: str, who: str, *, member: bool) -> None:
        """Somebody adds the bot to a group, or removes it."""
        self.updates.happens(my_chat_member=self.town.membership(int(chat), int(who), member=member))

    def migrates(self, chat: str, new: str, who: str) -> None:
        """A group becomes a supergroup with a new id; Telegram says so in both."""
        place = self.town.chats[int(chat)]
        self.town.group(int(new), place.title)
        place.moved_to = int(new)
        self.updates.happens(message=self.town.message(int(chat), int(who), {"migrate_to_chat_id": int(new)}))
        self.updates.happens(message=self.town.message(int(new), int(who), {"migrate_from_chat_id": int(chat)}))

    # What the bot did

    def heard(self, chat: str) -> list[Said]:
        """What the bot said in a chat."""
        messages = self.town.chats[int(chat)].messages.values()
        return [self.town.seen(message) for message in messages if message["from"]["id"] == BOT]

    def times(self, method: str) -> int:
        """How often a method was called."""
        return sum(call.method == method for call in self.calls)

    # What goes wrong

    def fails(self, method: str, *failures: ApiError | Obeyed | None) -> None:
        """The next calls of `method` (or of `download`) fail, one after the other; None is one that goes well."""
        self._failures[method].extend(failures)

    async def _answer(self, request: web.Request) -> web.Response:
        """One call of the bot's, obeyed or failed as told."""
        if request.match_info["token"] != TOKEN:
            return _failed(ApiError(401, "Unauthorized"))
        if self.cut:
            return _cut(request)
        call = Call.read(request.match_info["method"], await request.post())
        self.calls.append(call)
        failures = self._failures[call.method]
        failure = failures.popleft() if failures else None
        try:
            result = await self._obey(call, failure)
        except ApiError as error:
            return _failed(error)
        if self.cut:
            return _cut(request)
        if isinstance(failure, Obeyed):
            if failure.cut and request.transport is not None:
                request.transport.abort()
            await self._closing.wait()
        return web.json_response({"ok": True, "result": result})

    async def _obey(self, call: Call, failure: ApiError | Obeyed | None) -> Any:
        if isinstance(failure, ApiError):
            raise failure
        method = (self.updates.table | self.methods.table).get(call.method)
        if method is None:
            raise ApiError(404, "Not Found: method not found")
        result = method(call)
        return await result if inspect.isawaitable(result) else result

    async def _download(self, request: web.Request) -> web.Response:
        if request.match_info["token"] != TOKEN:
            return _failed(ApiError(401, "Unauthorized"))
        failures = self._failures["download"]
        if failures and isinstance(failure := failures.popleft(), ApiError):
            return _failed(failure)
        return web.Response(body=self.town.files[request.match_info["name"]])


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=502)


def _failed(error: ApiError) -> web.Response:
    body: JSON = {"ok": False, "error_code": error.status, "description": error.description}
    if error.parameters:
        body["parameters"] = error.parameters
    return web.json_response(body, status=error.status)


def _number(key: str | None) -> int | None:
    return int(key.partition(":")[2]) if key else None
