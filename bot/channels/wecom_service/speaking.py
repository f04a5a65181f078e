"""Saying things to residents through 微信客服: to one at a time, and only as an answer.

Most messages are one call. A long text is several, and pictures and files come last. Each is counted. When a later one cannot be
said, the first has been heard: the message counts as said as far as it was.
"""

import hashlib
import json
import logging
import secrets
from dataclasses import dataclass
from typing import Any, Final

from bot.channels.base import Can, Link, Media, SendError, Sent
from bot.channels.ledger import Ledger
from bot.channels.wecom.answering import Answering
from bot.channels.wecom.api import Api, ApiError, Unanswered
from bot.channels.wecom.enclosures import Thing, hung_on
from bot.channels.wecom.errors import FIRST_REST, TOO_FAST, Brake, send_error
from bot.channels.wecom.menus import Shown, laid_out
from bot.channels.wecom_service.addresses import both_of
from bot.channels.wecom_service.sessions import NOT_IN_THIS_STATE, taken_back
from bot.channels.window import Allowance
from handlers.messages import Words

log = logging.getLogger(__name__)

#: Five have been said since his last word; 48 hours have gone by since.
OVER: Final = frozenset({95001, 95002})
MOST_DOUBTS: Final = 1000  #: messages of which it is remembered that they may have been said


@dataclass(slots=True)
class Delivery:
    """One message on its way: to whom, whether a part of it is out, and whether a picture or a file was left out."""

    chat: str
    service: str
    resident: str
    begun: bool = False
    unshown: bool = False


class WecomService:
    """The bot as a service account.

    Args:
        api: The client.
        account: The bot's word in addresses.
        link: Whether it is connected.
        media: Where pictures and files are.
        ledger: What may be answered.
        can: What it is able to do.
    """

    name = "wecom_service"

    def __init__(self, api: Api, account: str, link: Link, media: Media, ledger: Ledger, can: Can) -> None:
        self.account = account
        self.link = link
        self.can = can
        self._api = api
        self._media = media
        self._answering = Answering(ledger, OVER)
        self._brake = Brake()
        self._doubts: dict[str, str] = {}

    async def send(self, chat: str, words: Words) -> Sent:
        """See `Channel.send`. The id is that of the last part that was said."""
        both = both_of(chat)
        if both is None:
            raise SendError("no resident has such an address", permanent=True, gone=True)
        delivery = Delivery(chat, *both)
        try:
            said = await self._deliver(delivery, words)
        except ApiError as error:
            raise self._failed(delivery, error) from error
        except Unanswered as silence:
            raise SendError(str(silence), unsure=silence.unsure or delivery.begun) from silence
        self._brake.ease(chat)
        return Sent(said, unshown=delivery.unshown)

    async def _deliver(self, delivery: Delivery, words: Words) -> str:
        said, things = "", list(hung_on(words, self._media))
        delivery.unshown = len(things) < len(words.pictures) + len(words.files)
        try:
            for shown in laid_out(words, self.can):
                said = await self._say(delivery, _part(shown))
            for thing in things:
                said = await self._show(delivery, thing) or said
        except SendError as error:
            if not delivery.begun:
                raise
            log.warning("partly_said", extra={"channel": self.name, "reason": str(error)})
            delivery.unshown |= bool(things)
        if not delivery.begun:
            raise SendError("nothing is left to say", permanent=True)
        return said

    async def _show(self, delivery: Delivery, thing: Thing) -> str | None:
        """A picture or a file; behind words that are out, one that is refused is left out."""
        try:
            return await self._say(delivery, await thing.uploaded(self._api))
        except ApiError as error:
            if not delivery.begun:
                raise
            log.warning("picture_refused", extra={"channel": self.name, "error": f"errcode_{error.code}"})
            delivery.unshown = True
            return None

    async def _say(self, delivery: Delivery, part: dict[str, Any]) -> str:
        said = await self._answering.answer(delivery.chat, lambda allowance: self._once(delivery, part, allowance))
        delivery.begun = True
        return said

    async def _once(self, delivery: Delivery, part: dict[str, Any], allowance: Allowance) -> str:
        if allowance.code is not None:
            return await self._posted("/cgi-bin/kf/send_msg_on_event", {"code": allowance.code, **part})
        body = {"touser": delivery.resident, "open_kfid": delivery.service, **part}
        try:
            return await self._posted("/cgi-bin/kf/send_msg", body)
        except ApiError as error:
            if error.code not in NOT_IN_THIS_STATE:
                raise
        if not await taken_back(self._api, delivery.service, delivery.resident):
            raise SendError("somebody of the company has the conversation, or it is over", waits=True)
        return await self._posted("/cgi-bin/kf/send_msg", body)

    async def _posted(self, path: str, body: dict[str, Any]) -> str:
        """The message's id, which is ours: one that may have arrived is tried again under the same, and arrives once."""
        content = hashlib.sha256(json.dumps(body).encode()).hexdigest()
        name = self._doubts.pop(content, None) or secrets.token_hex(16)
        try:
            answer = await self._api.post(path, {**body, "msgid": name})
        except Unanswered:
            self._doubts[content] = name
            if len(self._doubts) > MOST_DOUBTS:
                self._doubts.pop(next(iter(self._doubts)))
            raise
        return str(answer.get("msgid") or name)

    def _failed(self, delivery: Delivery, error: ApiError) -> SendError:
        if delivery.begun:
            return SendError(f"partly said: {error}", unsure=True)
        rest = self._brake.pull(delivery.chat) if error.code in TOO_FAST else FIRST_REST
        return send_error(error.code, rest)


def _part(shown: Shown) -> dict[str, Any]:
    if not shown.buttons:
        return {"msgtype": "text", "text": {"content": shown.text}}
    lines = [{"type": "click", "click": {"id": one.payload, "content": one.label}} for one in shown.buttons]
    return {"msgtype": "msgmenu", "msgmenu": {"head_content": shown.text, "list": lines}}
