"""Saying things as a self-built app: to one member at a time, by `message/send`.

Most messages are one call. A long text is several, a card comes behind a text that does not fit on it, and pictures and
files come last. When a later call fails, the first has been heard: the outcome is reported as unsure.
"""

import logging
import secrets
from dataclasses import dataclass, field
from typing import Any, Final

from bot.channels.base import Can, Link, Media, SendError, Sent
from bot.channels.wecom.api import Api, ApiError, Unanswered
from bot.channels.wecom.enclosures import Thing, hung_on
from bot.channels.wecom.errors import FIRST_REST, TOO_FAST, Brake, send_error
from bot.channels.wecom_app.wording import Part, parts
from handlers.messages import Words

log = logging.getLogger(__name__)

#: Seconds beyond the longest call in which the platform drops what is exactly the same: longer than it takes to try again,
#: shorter than it takes until somebody asks the same again, or an emergency is called out anew.
SAME_WITHIN: Final = 10
CARD: Final = "gj_"  #: begins the ids of cards


@dataclass(slots=True)
class Delivery:
    """One message on its way: to whom, whether a part of it is out, and whether a picture or a file was left out."""

    member: str
    begun: bool = False
    parts: list[str] = field(default_factory=list)  #: the platform's numbers of what is out
    unshown: bool = False


class WecomApp:
    """The bot as a self-built app.

    Args:
        api: The client.
        agent: The app's AgentId.
        link: Whether it is connected.
        media: Where pictures and files are.
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

    async def send(self, chat: str, words: Words) -> Sent:
        """See `Channel.send`. The id is that of the card, as a press names it; without a card, of the last text."""
        delivery = Delivery(_one_member(chat))
        try:
            said = await self._deliver(delivery, words)
        except ApiError as error:
            raise self._failed(delivery, error) from error
        except Unanswered as silence:
            unsure = silence.unsure or delivery.begun
            raise SendError(str(silence), unsure=unsure, parts=delivery.parts) from silence
        self._brake.ease(chat)
        self.link.opened()
        return Sent.of(said, delivery.parts, unshown=delivery.unshown)

    async def take_back(self, chat: str, message: str) -> None:
        """See `Recaller.take_back`. The platform allows it for a day."""
        _one_member(chat)
        if message.startswith(CARD):  # a card's own id is not the platform's number, which is among the parts
            raise SendError("the message's number is not known", permanent=True)
        try:
            await self._api.post("/cgi-bin/message/recall", {"msgid": message})
        except ApiError as error:
            raise SendError(f"not taken back: {error}", permanent=error.code not in TOO_FAST) from error
        except Unanswered as silence:
            raise SendError(str(silence)) from silence

    async def _deliver(self, delivery: Delivery, words: Words) -> str:
        said, card = "", f"{CARD}{secrets.token_hex(12)}"  # never the same: the platform takes an id only once
        for part in parts(words, self.can, card):
            number = await self._say(delivery, part)
            said = card if part["msgtype"] == "template_card" else number
        things = list(hung_on(words, self._media))
        delivery.unshown = len(things) < len(words.pictures) + len(words.files)
        for thing in things:
            said = await self._show(delivery, thing) or said
        if not delivery.begun:
            raise SendError("nothing is left to say", permanent=True)
        return said

    async def _show(self, delivery: Delivery, thing: Thing) -> str | None:
        """A picture's or file's message, where it is the first; behind words that are out, a refused one is left out."""
        begun = delivery.begun
        try:
            number = await self._say(delivery, await thing.uploaded(self._api))
        except ApiError as error:
            if not begun:
                raise
            log.warning("picture_refused", extra={"channel": self.name, "error": f"errcode_{error.code}"})
            delivery.unshown = True
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
        delivery.parts.append(str(answer.get("msgid", "")))
        return delivery.parts[-1]

    def _failed(self, delivery: Delivery, error: ApiError) -> SendError:
        if delivery.begun:
            return SendError(f"partly said: {error}", unsure=True, parts=delivery.parts)
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
