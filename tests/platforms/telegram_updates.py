"""How news reaches a bot: it asks, or it is called. An update is kept until one of the two has acknowledged it."""

import asyncio
import itertools
from collections import deque
from collections.abc import Callable, Iterable
from io import BytesIO
from typing import Any, Final

from aiohttp import ClientSession

from tests.platforms.telegram_methods import ApiError, Call, refused
from tests.platforms.telegram_town import JSON

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"


class Updates:
    """The queue of one bot."""

    def __init__(self) -> None:
        self.webhook: JSON = {"url": ""}
        self.asked: list[int] = []  #: the offsets that the bot asked from
        self.hooked = asyncio.Event()  #: set while there is a webhook
        self.idle = asyncio.Event()  #: set while the bot waits and there is nothing to tell
        self._queue: deque[JSON] = deque()
        self._news = asyncio.Event()
        self._closing = False
        self._allowed: list[str] = []
        self._numbers = itertools.count(880_000_001)
        self._asking = 0
        self.table: dict[str, Callable[[Call], Any]] = {
            "getUpdates": self._get_updates,
            "setWebhook": self._set_webhook,
            "deleteWebhook": self._delete_webhook,
            "getWebhookInfo": lambda _: {"url": self.webhook["url"], "pending_update_count": len(self._queue)},
        }

    @property
    def waiting(self) -> list[JSON]:
        """What the bot has not acknowledged."""
        return list(self._queue)

    def happens(self, **what: JSON) -> JSON:
        """Something that the bot ought to know."""
        update = {"update_id": next(self._numbers), **what}
        if not self._allowed or set(what) <= set(self._allowed):
            self._queue.append(update)
            self.idle.clear()
            self._news.set()
        return update

    def repeat(self) -> None:
        """What waits is delivered twice."""
        for update in self.waiting:
            self._queue.append(update)

    def wake(self) -> None:
        """Answer whoever waits, though there is nothing to tell."""
        self._news.set()

    def close(self) -> None:
        """Let nobody wait any longer."""
        self._closing = True
        self._news.set()

    async def deliver(self, *, order: Callable[[Iterable[JSON]], Iterable[JSON]] = list) -> list[int]:
        """Call the webhook with everything that waits; what is answered 200 is done with, the rest stays."""
        statuses = []
        for update in order(list(self._queue)):
            statuses.append(await self.call(update))
            if statuses[-1] == 200:
                self._queue.remove(update)
        return statuses

    async def call(self, update: object, *, secret: str | None = None, body: bytes | None = None) -> int:
        """Call the webhook once, with another secret or any bytes if wished; the status of the answer."""
        headers = {SECRET_HEADER: self.webhook.get("secret_token", "") if secret is None else secret}
        async with ClientSession(headers=headers) as session:
            sent = {"data": BytesIO(body)} if body is not None else {"json": update}
            async with session.post(self.webhook["url"], **sent) as answer:
                return answer.status

    async def _get_updates(self, call: Call) -> list[JSON]:
        if self.webhook["url"]:
            raise ApiError(409, "Conflict: can't use getUpdates method while webhook is active")
        if self._asking:
            raise ApiError(409, "Conflict: terminated by other getUpdates request")
        self._allow(call)
        offset, limit = int(call.fields.get("offset", 0)), int(call.fields.get("limit", 100))
        self.asked.append(offset)
        while self._queue and self._queue[0]["update_id"] < offset:
            self._queue.popleft()
        self._asking += 1
        try:
            await self._wait(float(call.fields.get("timeout", 0)))
        finally:
            self._asking -= 1
            self.idle.clear()
        return list(itertools.islice(self._queue, limit))

    async def _wait(self, seconds: float) -> None:
        if not self._queue and not self._closing:
            self._news.clear()
            self.idle.set()
            try:
                async with asyncio.timeout(seconds):
                    await self._news.wait()
            except TimeoutError:
                return

    def _set_webhook(self, call: Call) -> bool:
        if not call.fields["url"].startswith(("https://", "http://127.0.0.1")):
            raise refused("bad webhook: An HTTPS URL must be provided for webhook")
        self._allow(call)
        self.webhook = dict(call.fields)
        self.hooked.set()
        return True

    def _delete_webhook(self, call: Call) -> bool:
        self.webhook = {"url": ""}
        self.hooked.clear()
        if call.fields.get("drop_pending_updates") == "true":
            self._queue.clear()
        return True

    def _allow(self, call: Call) -> None:
        if "allowed_updates" in call.fields:
            self._allowed = call.fields["allowed_updates"]
