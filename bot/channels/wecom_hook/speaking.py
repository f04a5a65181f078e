"""Saying things in a group by its webhook.

The key in the address is the secret. The server answers HTTP 200 whatever it thinks, so the body is always read.
"""

import asyncio
import json
import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, Final

import aiohttp
from pydantic import SecretStr

from bot.channels.base import Can, Link, Media, SendError, Sent
from bot.channels.wecom.api import JSON, ApiError, Unanswered, asked, json_of
from bot.channels.wecom.errors import GONE, MALFORMED, TOO_FAST, Brake, send_error
from bot.channels.wecom_hook.pictures import body_of
from bot.channels.wecom_hook.wording import bodies
from handlers.messages import File, Words

log = logging.getLogger(__name__)

CHANNEL: Final = "wecom_hook"
JSON_TYPE: Final = {"Content-Type": "application/json"}


@dataclass(frozen=True, slots=True)
class Webhook:
    """A group's address."""

    session: aiohttp.ClientSession
    base_url: str
    key: SecretStr

    async def post(self, body: dict[str, Any]) -> None:
        """Say something.

        Raises:
            ApiError: The platform refuses.
            Unanswered: There is no answer, or none that can be read.
        """
        content = BytesIO(json.dumps(body, ensure_ascii=False).encode())  # a picture is megabytes: sent in pieces
        await self._asked("send", {}, data=content, headers=JSON_TYPE)

    async def upload(self, content: bytes, name: str) -> str:
        """Hand a file over; the platform's id of it, good for three days. Raises as `post` does."""
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("media", content, filename=name)
        return str((await self._asked("upload_media", {"type": "file"}, data=form)).get("media_id", ""))

    async def _asked(self, what: str, params: dict[str, str], **content: Any) -> JSON:
        address = f"{self.base_url.rstrip('/')}/cgi-bin/webhook/{what}"
        secret = {"key": self.key.get_secret_value()}
        async with asked(self.session, "POST", address, {**secret, **params}, **content) as response:
            return await json_of(response)


@dataclass(slots=True)
class Delivery:
    """A message on its way: whether a part of it is out, and whether a picture or a file was left out."""

    begun: bool = False
    unshown: bool = False

    def left_out(self, code: int) -> None:
        """What hung on words that are out is refused."""
        self.unshown = True
        log.warning("wecom_hook_picture_refused", extra={"channel": CHANNEL, "error": code})


@dataclass(frozen=True, slots=True)
class WecomHook:
    """The one group behind a webhook; `chat` is its address for the bot."""

    account: str
    chat: str
    link: Link
    can: Can
    media: Media
    webhook: Webhook
    brake: Brake = field(default_factory=Brake)
    name: str = CHANNEL

    async def send(self, chat: str, words: Words) -> Sent:
        """See `Channel.send`. The platform gives messages no ids: it is one of our own."""
        if chat != self.chat:
            raise SendError("the webhook leads to another group now", permanent=True, gone=True)
        delivery = Delivery()
        try:
            await self._deliver(delivery, words)
        except ApiError as error:
            raise self._refused(error.code, begun=delivery.begun) from None
        except Unanswered as silence:
            self.link.lost(str(silence))
            raise SendError(str(silence), unsure=silence.unsure or delivery.begun) from None
        self.brake.ease(chat)
        self.link.opened()
        return Sent(f"said_{secrets.token_hex(10)}", unshown=delivery.unshown)

    async def _deliver(self, delivery: Delivery, words: Words) -> None:
        pictures = await self._shown(words.pictures)
        delivery.unshown = len(pictures) < len(words.pictures)
        for body in [*bodies(words, self.can), *pictures]:
            await self._say(delivery, body)
        for file in words.files:
            await self._give(delivery, file)

    async def _say(self, delivery: Delivery, body: dict[str, Any]) -> None:
        """Say a part. A picture that is refused behind its words is left out."""
        try:
            await self.webhook.post(body)
        except ApiError as error:
            if not delivery.begun or body["msgtype"] not in ("image", "file") or error.code not in MALFORMED:
                raise
            delivery.left_out(error.code)
        delivery.begun = True

    async def _give(self, delivery: Delivery, file: File) -> None:
        """A file that is still kept. Behind words that are out, a refused one is left out."""
        path = self.media.path(file.digest)
        if path is None:
            delivery.unshown = True
            return
        try:
            media_id = await self.webhook.upload(await asyncio.to_thread(path.read_bytes), file.name)
        except ApiError as error:
            if not delivery.begun or error.code not in MALFORMED:
                raise
            delivery.left_out(error.code)
        else:
            await self._say(delivery, {"msgtype": "file", "file": {"media_id": media_id}})

    def _refused(self, code: int, *, begun: bool) -> SendError:
        if code in GONE:
            self.link.lost(f"errcode {code}")
        if begun:
            return SendError(f"partly said: errcode {code}", unsure=True)
        return send_error(code, self.brake.pull(self.chat)) if code in TOO_FAST else send_error(code)

    async def _shown(self, digests: Sequence[str]) -> list[dict[str, Any]]:
        """The pictures that are still kept."""
        paths = [path for path in map(self.media.path, digests) if path is not None]
        return [await asyncio.to_thread(body_of, path) for path in paths]
