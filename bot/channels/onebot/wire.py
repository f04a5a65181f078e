"""One socket of a bridge's: requests go out on it, and each waits for the answer with its own `echo`."""

import asyncio
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from secrets import token_hex
from typing import Any, Final

from aiohttp import web

from bot.channels.onebot.values import Frame, number, word

GOING_AWAY: Final = 1001
#: How aiohttp says that it has not even begun to write.
NOT_WRITTEN: Final = "Cannot write"


class NotSent(Exception):  # noqa: N818 -- not an error: a state of the line
    """The request has not left: nothing can have come of it."""


class NoAnswer(Exception):  # noqa: N818
    """The request has left and no answer came: nobody knows what came of it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the bridge answered. `code` 0 is success, 1 of v11 that it will be done later; `told`: its own words."""

    code: int
    data: Any = None
    told: str = ""

    @property
    def frame(self) -> Frame:
        """The answer where it is an object; empty where it is not."""
        return self.data if isinstance(self.data, dict) else {}

    @property
    def entries(self) -> list[Frame]:
        """The answer where it is a list of objects."""
        return [one for one in self.data if isinstance(one, dict)] if isinstance(self.data, list) else []


@dataclass(slots=True)
class Wire:
    """A socket, and the requests on it that wait for their answers."""

    socket: web.WebSocketResponse
    _waiting: dict[str, asyncio.Future[Answer]] = field(default_factory=dict)
    #: Of no other socket: what a bridge answers after it has dialled in again must not fit another request.
    _name: str = field(default_factory=lambda: f"guanjia-{token_hex(6)}")
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    async def ask(self, request: Mapping[str, Any], within: float) -> Answer:
        """Send `request` and return its answer.

        Args:
            within: Seconds to wait for it.

        Raises:
            NotSent: The socket was closed before.
            NoAnswer: It was closed meanwhile, or the time is over.
        """
        echo = f"{self._name}-{next(self._numbers)}"
        answer: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting[echo] = answer
        try:
            async with asyncio.timeout(within):
                await self._send(json.dumps({**request, "echo": echo}, ensure_ascii=True))
                await answer
            return answer.result()
        except TimeoutError:
            raise NoAnswer("no answer in time") from None
        finally:
            del self._waiting[echo]

    async def _send(self, frame: str) -> None:
        if self.socket.closed:
            raise NotSent("the line is closed")
        try:
            await self.socket.send_str(frame)
        except ConnectionError as error:
            if NOT_WRITTEN in str(error):
                raise NotSent("the line is closed") from None
            raise NoAnswer("the line was cut") from None  # while it was being written

    def answered(self, frame: Frame) -> bool:
        """Take an answer; False where nobody waits for it any more."""
        echo = frame.get("echo")
        waiting = self._waiting.get(echo) if isinstance(echo, str) else None
        if waiting is None or waiting.done():
            return False
        waiting.set_result(answer_in(frame))
        return True

    async def hang_up(self, reason: str) -> None:
        """Close the socket; a bridge comes back by itself."""
        await self.socket.close(code=GOING_AWAY, message=reason.encode())

    def lost(self) -> None:
        """The socket is closed: nobody will answer any more."""
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(NoAnswer("the line was cut"))


def answer_in(frame: Frame) -> Answer:
    """An answer as it came. One that says `failed` and 0, or nothing at all, has failed all the same."""
    code, status = number(frame, "retcode"), word(frame, "status")
    told = word(frame, "message") or word(frame, "wording") or word(frame, "msg")
    failed = status == "failed" or (code is None and status not in ("ok", "async"))
    return Answer(int(code or (-1 if failed else 0)), frame.get("data"), told)
