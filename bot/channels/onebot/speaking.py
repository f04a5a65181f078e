"""Saying things through a bridge.

A message is one call, a long text several. Once a part is out, whatever stops the rest leaves the outcome unsure, so
that nothing is said twice to a group.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from bot.channels.base import Can, Link, SendError, Sent
from bot.channels.onebot.bots import Bot, Bots
from bot.channels.onebot.events import Kind, Part
from bot.channels.onebot.ids import GROUP, MESSAGE, key, message_in, whom
from bot.channels.onebot.outgoing import Outgoing
from bot.channels.onebot.recent import Recent
from bot.channels.onebot.roll import asked
from bot.channels.onebot.values import id_of
from bot.channels.onebot.wire import Answer, NoAnswer, NotSent
from bot.channels.onebot.wording import in_words, plain, whole
from bot.channels.wording import pieces
from handlers.messages import Words

log = logging.getLogger(__name__)

UNNUMBERED: Final = "unnumbered-"
NO_BRIDGE: Final = "no bridge is connected for that chat"


@dataclass(slots=True)
class Delivery:
    """A message on its way: through whom, where to, whether a part of it is out, and whether a picture was left out."""

    bot: Bot
    chat: str
    kind: str
    to: int | str
    begun: bool = False
    parts: list[str] = field(default_factory=list)  #: the ids of what is out
    unshown: bool = False


@dataclass(slots=True)
class OneBot:
    """The bot in WeChat's groups, through whatever bridge the community has brought.

    Args:
        account: The bot's word in addresses.
        hesitation: Seconds to wait before a message, drawn anew each time: nobody types like a clock.
    """

    account: str
    can: Can
    link: Link
    bots: Bots
    recent: Recent
    pictures: Outgoing
    hesitation: Callable[[], float]
    name: str = "onebot"

    async def send(self, chat: str, words: Words) -> Sent:
        """See `Channel.send`. The id is that of the last part."""
        await asyncio.sleep(self.hesitation())
        delivery = self._begin(chat)
        try:
            said = await self._deliver(delivery, words)
        except NotSent:
            begun = delivery.begun
            raise SendError(NO_BRIDGE, unsure=begun, untried=not begun, parts=delivery.parts) from None
        except NoAnswer as error:
            raise SendError(str(error), unsure=True, parts=delivery.parts) from None
        return Sent.of(said, delivery.parts, unshown=delivery.unshown)

    async def take_back(self, chat: str, message: str) -> None:
        """See `Recaller.take_back`. WeChat allows it for two minutes; that is for the bridge to say."""
        delivery, number = self._begin(chat), message_in(message, chat)
        if number is None or number.startswith(UNNUMBERED):
            raise SendError("the bridge gave the message no number", permanent=True)
        await self._take_back(delivery.bot, number)

    async def _take_back(self, bot: Bot, number: str) -> None:
        bridge = bot.bridge
        try:
            answer = await bridge.call(bot.id, *bridge.version.taking_back(bridge.ids.back(MESSAGE, number)))
        except (NotSent, NoAnswer) as silence:
            raise SendError(str(silence)) from None
        error = bridge.version.failure(answer)
        if error is not None:
            raise SendError(f"not taken back: {error}", permanent=error.retry_after is None)

    def _begin(self, chat: str) -> Delivery:
        address = whom(chat)
        if address is None:
            raise SendError("no chat of a bridge's has such an address", permanent=True, gone=True)
        bot = self.bots.speaker(chat)
        if bot is None:
            raise SendError(NO_BRIDGE, untried=True)
        return Delivery(bot, chat, address[0], bot.bridge.ids.back(*address))

    async def _deliver(self, delivery: Delivery, words: Words) -> str:
        texts = [text for text in pieces(words.text, self.can.longest, self.can.counts) if text.strip()] or [""]
        images = await self._images(delivery, words.pictures)
        for place, text in enumerate(texts):
            behind = images if place == len(texts) - 1 else []
            rich = whole(words, delivery.chat, text, behind) if place == 0 else [*plain(text), *behind]
            bare = plain(in_words(words.mentions, text) if place == 0 else text)
            said = await self._say_somehow(delivery, rich, bare)
        return said

    async def _say_somehow(self, delivery: Delivery, rich: Sequence[Part], bare: Sequence[Part]) -> str:
        """Say it with all that hangs on it; where the bridge does not like that, the words must not be lost with it."""
        try:
            return await self._say(delivery, rich or bare)
        except SendError as error:
            if not error.permanent or error.gone or not bare or rich == bare:
                raise
        log.warning("onebot_message_simplified", extra={"channel": "onebot", "account": self.account})
        delivery.unshown |= any(part.kind is Kind.IMAGE for part in rich)
        return await self._say(delivery, bare)

    async def _say(self, delivery: Delivery, parts: Sequence[Part]) -> str:
        if not parts:
            raise SendError("there is nothing to say", permanent=True)
        bridge = delivery.bot.bridge
        action, params = bridge.version.sending(delivery.kind, delivery.to, bridge.version.segments(parts))
        answer = await bridge.call(delivery.bot.id, action, params)
        error = bridge.version.failure(answer)
        if error is not None:
            raise await self._judged(delivery, error)
        return self._said(delivery, answer)

    def _said(self, delivery: Delivery, answer: Answer) -> str:
        delivery.begun = True
        delivery.bot.bridge.ids.learn(answer.frame)
        # One that only took the message on gives it no number: nobody can quote it, and the receipt needs an id.
        said = key(delivery.chat, id_of(answer.frame, "message_id") or f"{UNNUMBERED}{secrets.token_hex(8)}")
        self.recent.add(said)
        delivery.parts.append(said)
        return said

    async def _judged(self, delivery: Delivery, error: SendError) -> SendError:
        """What a failure means, with a look at the list of groups: no code says that the bot was removed."""
        if delivery.begun:
            return SendError(f"partly said: {error}", unsure=True, parts=delivery.parts)
        if delivery.kind != GROUP or error.unsure or error.retry_after:
            return error
        answer = await asked(delivery.bot, "get_group_list", {})
        inside = {id_of(entry, "group_id") for entry in answer.entries} if answer else set()
        if not inside:  # it cannot say; then what the failure says has to do
            return error
        if str(delivery.to) not in inside:
            is_lost = self.bots.leaves(delivery.bot, delivery.chat)  # or another bot of ours is there, who tries next
            return SendError(f"not in that group: {error}", permanent=is_lost, gone=is_lost)
        return SendError(str(error)) if error.gone else error

    async def _images(self, delivery: Delivery, digests: Sequence[str]) -> list[Part]:
        """The pictures that are still kept and that the bridge takes; a message is said without the others."""
        found = [await self._image(delivery, digest) for digest in digests]
        delivery.unshown |= not all(found)
        return [Part(Kind.IMAGE, image) for image in found if image]

    async def _image(self, delivery: Delivery, digest: str) -> str | None:
        bridge, name = delivery.bot.bridge, await self.pictures.named(digest)
        uploading = bridge.version.uploading(f"{digest[:12]}.jpg", name) if name else None
        if uploading is None:
            return name
        try:
            answer = await bridge.call(delivery.bot.id, *uploading)
        except NoAnswer:
            return None
        return id_of(answer.frame, "file_id")
