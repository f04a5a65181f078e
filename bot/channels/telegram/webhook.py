"""The door through which Telegram calls."""

import hmac
import json
import logging
from typing import Final

from aiohttp import web
from pydantic import SecretStr
from telegram import Update

from bot.channels.telegram.client import readable
from bot.channels.telegram.intake import Intake

log = logging.getLogger(__name__)

SECRET_HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 -- a header's name
LARGEST_BODY: Final = 1024 * 1024  #: bytes; a real update has a few thousand


class Hook:
    """Answers 403 to a forged call, 200 once the update is on disk, 503 where that failed: then it is delivered again.

    What is genuine and unreadable gets 200, too: an error would bring it back for ever.
    """

    def __init__(self, secret: SecretStr, intake: Intake) -> None:
        self._secret = secret.get_secret_value().encode()
        self._intake = intake

    async def answer(self, request: web.Request) -> web.Response:
        """One call."""
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "surrogateescape"), self._secret):
            raise web.HTTPForbidden
        update = _update(await _body(request))
        if update is not None:
            await self._take(update)
        return web.Response()

    async def _take(self, update: Update) -> None:
        try:
            await self._intake.take(update)
        except Exception as error:  # noqa: BLE001 -- the edge: whatever it is, Telegram must bring it again
            log.warning("telegram_update_failed", extra={"channel": "telegram", "error": type(error).__name__})
            raise web.HTTPServiceUnavailable from None


async def _body(request: web.Request) -> bytes:
    """The body, of which no more is read than an update may have, whatever the application allows elsewhere."""
    body = bytearray()
    async for chunk in request.content.iter_chunked(64 * 1024):
        body += chunk
        if len(body) > LARGEST_BODY:
            raise web.HTTPRequestEntityTooLarge(LARGEST_BODY, len(body))
    return bytes(body)


def _update(body: bytes) -> Update | None:
    try:
        return readable(json.loads(body))
    except (ValueError, RecursionError):
        log.warning("telegram_update_unreadable", extra={"channel": "telegram"})
        return None
