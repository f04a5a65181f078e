"""Saying things as a self-built app: to one member at a time, by `message/send`.

Most messages are one call. A long text is several, a card comes behind a text that does not fit on it, and pictures come
last. When a later call fails, the first has been heard: the outcome is reported as unsure.
"""

import asyncio
import logging
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bot.channels.base import Can, Link, Media, SendError
from bot.channels.wecom.api import Api, ApiError, Unanswered
from bot.channels.wecom.errors import FIRST_REST, TOO_FAST, Brake, send_error
from bot.channels.wecom_app.wording import Part, image, parts
from handlers.messages import Words

log = logging.getLogger(__name__)

#: Seconds beyond the longest call in which the platform drops what is exactly the same: longer than it takes to try again,
#: shorter than it takes until somebody asks the same again, or an emergency is called out anew.
SAME_WITHIN: Final = 10
FILE_NAME: Final = "picture.jpg"


@dataclass(slots=True)
class Delivery:
    """One message on its way: to whom, and whether a part of it is out."""

    member: str
    begun: bool = False


class WecomApp:
    """The bot as a self-built app.

    Args:
        api: The client.
        agent: The app's AgentId.
        link: Whether it is connected.
        media: Where pictures are.
        can: What it is able to do.
        patience: How many seconds a call may take.
    """

    name = "wecom_app"

    def __init__(self, api: Api, agent: int, link: Link, media: Media, can: Can, patience: float) -> None:
        self.account = link.account
        self.link = link
        self.can = can
        self._api = api
        self._agent = agent
        self._media = media
        self._same_within = round(patience) + SAME_WITHIN
        self._brake = Brake()

    async def send(self, chat: str, words: Words) -> str:
        """See `Channel.send`. The id is that of the card, as a press names it; without a card, of the last text."""
        delivery = Delivery(_one_member(chat))
        try:
            said = await self._deliver(delivery, words)
        except ApiError as error:
            raise self._failed(delivery, error) from error
        except Unanswered as silence:
            raise SendError(str(silence), unsure=silence.unsure or delivery.begun) from silence
        self._brake.ease(chat)
        self.link.opened()
        return said

    async def _deliver(self, delivery: Delivery, words: Words) -> str:
        said, card = "", f"gj_{secrets.token_hex(12)}"  # never the same: the platform takes an id only once
        for part in parts(words, self.can, card):
            number = await self._say(delivery, part)
            said = card if part["msgtype"] == "template_card" else number
        for path in filter(None, map(self._media.path, words.pictures)):
            said = await self._show(delivery, path) or said
        if not delivery.begun:
            raise SendError("nothing is left to say", permanent=True)
        return said

    async def _show(self, delivery: Delivery, path: Path) -> str | None:
        """A picture's message, where it is the first; behind words that are out, one that is refused is left out."""
        begun = delivery.begun
        try:
            content = await asyncio.to_thread(path.read_bytes)
            answer = await self._api.upload("/cgi-bin/media/upload", content, FILE_NAME, type="image")
            number = await self._say(delivery, image(str(answer.get("media_id", ""))))
        except ApiError as error:
            if not begun:
                raise
            log.warning("picture_refused", extra={"channel": self.name, "error": f"errcode_{error.code}"})
            return None
        return None if begun else number

    async def _say(self, delivery: Delivery, part: Part) -> str:
        body: dict[str, Any] = {
            "touser": delivery.member,
            "agentid": self._agent,
            "enable_duplicate_check": 1,
            "duplicate_check_interval": self._same_within,
            **part,
        }
        answer = await self._api.post("/cgi-bin/message/send", body)
        _must_have_reached(answer)
        delivery.begun = True
        return str(answer.get("msgid", ""))

    def _failed(self, delivery: Delivery, error: ApiError) -> SendError:
        if delivery.begun:
            return SendError(f"partly said: {error}", unsure=True)
        rest = self._brake.pull(delivery.member) if error.code in TOO_FAST else FIRST_REST
        return send_error(error.code, rest)


def _one_member(chat: str) -> str:
    """The member's id. A bar would name several, and the platform knows a word for everybody."""
    if not chat or "|" in chat or chat.lower() == "@all":
        raise SendError("no member has such an id", permanent=True, gone=True)
    return chat


def _must_have_reached(answer: dict[str, Any]) -> None:
    """A member who is unknown, or has no licence, is named in an answer that says that all is well."""
    if answer.get("invaliduser"):
        raise SendError("the member is unknown or out of the app's range", permanent=True, gone=True)
    if answer.get("unlicenseduser"):
        raise SendError("the member has no licence", permanent=True, gone=True)
