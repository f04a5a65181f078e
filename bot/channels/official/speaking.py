"""Saying things to followers: customer-service messages as answers, and notices of tickets where no answer is allowed.

Most messages are one call. A long text is several, and pictures come last. Each is counted. When a later one cannot be
said, the first has been heard: the message counts as said as far as it was.
"""

import asyncio
import logging
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.channels.base import Can, Link, Media, Now, SendError, Sent
from bot.channels.ledger import Ledger
from bot.channels.official.notices import Template, notice
from bot.channels.wecom.answering import Answering
from bot.channels.wecom.api import Api, ApiError, Unanswered
from bot.channels.wecom.errors import FIRST_REST, TOO_FAST, Brake, send_error
from bot.channels.wecom.menus import Shown, laid_out
from handlers.messages import Words

log = logging.getLogger(__name__)

#: 48 hours have gone by since his last word, or he follows no more; five have been said since.
OVER: Final = frozenset({45015, 45047})
FILE_NAME: Final = "picture.jpg"


@dataclass(slots=True)
class Delivery:
    """One message on its way: to whom, whether a part of it is out, and whether a picture was left out."""

    openid: str
    begun: bool = False
    unshown: bool = False


class Official:
    """The bot as an official account.

    Args:
        api: The client.
        account: The bot's word in addresses.
        link: Whether it is connected.
        media: Where pictures are.
        ledger: What may be answered.
        template: Of the notices, where there is one.
        can: What it is able to do.
        clock: What time it is.
    """

    name = "official"

    def __init__(
        self,
        api: Api,
        account: str,
        link: Link,
        media: Media,
        ledger: Ledger,
        template: Template | None,
        can: Can,
        clock: Now,
    ) -> None:
        self.account = account
        self.link = link
        self.can = can
        self._api = api
        self._media = media
        self._template = template
        self._clock = clock
        self._answering = Answering(ledger, OVER)
        self._brake = Brake()

    async def send(self, chat: str, words: Words) -> Sent:
        """See `Channel.send`. The platform gives no ids: this one is made here."""
        delivery = Delivery(chat)
        try:
            await self._deliver(delivery, words)
        except SendError as error:
            if not error.waits or not await self._noticed(chat, words):
                raise
        except ApiError as error:
            raise self._failed(delivery, error) from error
        except Unanswered as silence:
            raise SendError(str(silence), unsure=silence.unsure or delivery.begun) from silence
        self._brake.ease(chat)
        return Sent(f"said-{secrets.token_hex(8)}", unshown=delivery.unshown)

    async def _deliver(self, delivery: Delivery, words: Words) -> None:
        paths = [path for path in map(self._media.path, words.pictures) if path is not None]
        delivery.unshown = len(paths) < len(words.pictures)
        try:
            for shown in laid_out(words, self.can):
                await self._say(delivery, _part(shown))
            for path in paths:
                await self._show(delivery, path)
        except SendError as error:
            if not delivery.begun:
                raise
            log.warning("partly_said", extra={"channel": self.name, "reason": str(error)})
            delivery.unshown |= bool(paths)
        if not delivery.begun:
            raise SendError("nothing is left to say", permanent=True)

    async def _show(self, delivery: Delivery, path: Path) -> None:
        """A picture; behind words that are out, one that is refused is left out."""
        try:
            content = await asyncio.to_thread(path.read_bytes)
            answer = await self._api.upload("/cgi-bin/media/upload", content, FILE_NAME, type="image")
            await self._say(delivery, {"msgtype": "image", "image": {"media_id": str(answer.get("media_id", ""))}})
        except ApiError as error:
            if not delivery.begun:
                raise
            log.warning("picture_refused", extra={"channel": self.name, "error": f"errcode_{error.code}"})
            delivery.unshown = True

    async def _say(self, delivery: Delivery, part: dict[str, Any]) -> None:
        body = {"touser": delivery.openid, **part}
        await self._answering.answer(delivery.openid, lambda _: self._api.post("/cgi-bin/message/custom/send", body))
        delivery.begun = True

    async def _noticed(self, openid: str, words: Words) -> bool:
        """Tell him by a notice, where the account has one, it fits, and he has agreed to it.

        Raises:
            SendError: It may have arrived.
        """
        body = notice(words, openid, self._template, self._clock()) if self._template else None
        if body is None:
            return False
        try:
            await self._api.post("/cgi-bin/message/subscribe/bizsend", body)
        except (
            ApiError
        ) as error:  # 43101: he has not agreed, or agreed to fewer; the rest is the administrator's to mend
            log.info("notice_refused", extra={"channel": self.name, "error": f"errcode_{error.code}"})
            return False
        except Unanswered as silence:
            raise SendError(str(silence), unsure=silence.unsure) from silence
        return True

    def _failed(self, delivery: Delivery, error: ApiError) -> SendError:
        if delivery.begun:
            return SendError(f"partly said: {error}", unsure=True)
        rest = self._brake.pull(delivery.openid) if error.code in TOO_FAST else FIRST_REST
        return send_error(error.code, rest)


def _part(shown: Shown) -> dict[str, Any]:
    if not shown.buttons:
        return {"msgtype": "text", "text": {"content": shown.text}}
    lines = [{"id": button.payload, "content": button.label} for button in shown.buttons]
    return {"msgtype": "msgmenu", "msgmenu": {"head_content": shown.text, "list": lines, "tail_content": ""}}
