"""Saying things as the AI bot.

An answer goes by the callback that it answers: to a message as a stream, to a click as the card in its new state, to
somebody who looks in as a welcome. What answers nothing, or answers too late, is said unasked.
"""

import logging
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from bot.channels.base import Can, Link, Now, SendError, Sent
from bot.channels.wecom.api import ApiError, Unanswered
from bot.channels.wecom.cards import FOR_BOT, changed_card, headed, task_id
from bot.channels.wecom.errors import ANSWER_TOO_LATE, MALFORMED, TOO_FAST, Brake, send_error
from bot.channels.wecom_bot.addresses import Conversation
from bot.channels.wecom_bot.connection import Connection
from bot.channels.wecom_bot.pictures import Uploads
from bot.channels.wecom_bot.reading import CHANNEL, Kind
from bot.channels.wecom_bot.recollection import Callback, Recollection
from bot.channels.wecom_bot.socket import Socket
from bot.channels.wecom_bot.wording import MEDIA, Part, as_answer, beside_card, card_of, carried, markdown, parts
from handlers.messages import Words

log = logging.getLogger(__name__)

#: How long an event may be answered.
EVENT_LIFE: Final = timedelta(seconds=5)
AWAY: Final = timedelta(seconds=15)  #: after which a message is tried again that found no connection


@dataclass(slots=True)
class Delivery:
    """A message on its way. `callback`: what it answers, until that is answered; `unshown`: a picture was left out."""

    socket: Socket
    conversation: Conversation
    callback: Callback | None
    begun: bool = False
    unshown: bool = False


@dataclass(frozen=True, slots=True)
class WecomBot:
    """The AI bot. `card_url`: where a card leads on which nothing is left to press."""

    account: str
    link: Link
    can: Can
    clock: Now
    connection: Connection
    recollection: Recollection
    uploads: Uploads
    card_url: str
    brake: Brake = field(default_factory=Brake)
    name: str = CHANNEL

    async def send(self, chat: str, words: Words) -> Sent:
        """See `Channel.send`. The platform gives messages no ids: it is that of the card, else one of our own."""
        conversation, socket = Conversation.at(chat), self.connection.socket
        if socket is None:
            raise SendError("not connected", retry_after=AWAY)
        delivery = Delivery(socket, conversation, self._answered(words))
        try:
            said = await self._deliver(delivery, words)
        except ApiError as error:
            if delivery.begun:
                raise SendError(f"partly said: errcode {error.code}", unsure=True) from None
            raise send_error(error.code, self.brake.pull(chat) if error.code in TOO_FAST else timedelta(0)) from None
        except Unanswered as silence:
            raise SendError(str(silence), unsure=silence.unsure or delivery.begun) from None
        self.brake.ease(chat)
        return Sent(said, unshown=delivery.unshown)

    def _answered(self, words: Words) -> Callback | None:
        """The callback that `words` answer, if it can still be answered."""
        found = self.recollection.callbacks.take(words.answers) if words.answers else None
        late = found and found.kind is not Kind.MESSAGE and self.clock() - found.at > EVENT_LIFE
        return None if late else found

    async def _deliver(self, delivery: Delivery, words: Words) -> str:
        words = carried(words, self.can)
        media = await self._uploaded(delivery, words)
        said = parts(words, task_id("tk", secrets.token_hex(10)), media)
        pressed = delivery.callback
        if pressed is not None and pressed.kind is Kind.PRESSED:
            delivery.callback = None
            if await self._change(delivery, pressed, words):
                await self._say_each(delivery, beside_card(words, said))
                return pressed.card
        return await self._say_each(delivery, said)

    async def _change(self, delivery: Delivery, pressed: Callback, words: Words) -> bool:
        """Show the answer to a click on its card; whether that was in time."""
        heading = headed(words.text, FOR_BOT)
        shown = heading if heading.fits(FOR_BOT) else replace(heading, rest="")
        before = self.recollection.cards.get(pressed.card) or ""
        card = changed_card(shown, words.buttons, pressed.card, before=before, url=self.card_url)
        body = {"response_type": "update_template_card", "template_card": card}
        try:
            await delivery.socket.ask("aibot_respond_update_msg", body, request=pressed.request)
        except ApiError as refusal:
            log.info("wecom_bot_card_unchanged", extra={"channel": self.name, "error": refusal.code})
            return False
        delivery.begun = True
        return True

    async def _say_each(self, delivery: Delivery, said: Sequence[Part]) -> str:
        """Say the parts in order; the id of the last that has words."""
        ids = [await self._say(delivery, part) for part in said]
        return next((id for id, part in zip(reversed(ids), reversed(said), strict=True) if part.text), "")

    async def _say(self, delivery: Delivery, part: Part) -> str:
        """Say a part; where the platform takes no card the words instead, and where it takes no picture nothing."""
        try:
            await self._utter(delivery, part)
        except ApiError as refusal:
            dispensable = part.instead or (part.kind in MEDIA and delivery.begun)
            if not dispensable or refusal.code not in MALFORMED:
                raise
            log.warning("wecom_bot_part_refused", extra={"channel": self.name, "error": refusal.code})
            delivery.unshown |= part.kind in MEDIA
            return await self._say_each(delivery, markdown(part.instead))
        delivery.begun = True
        card = card_of(part)
        id = str(card["task_id"]) if card else f"said_{secrets.token_hex(10)}"
        if card:
            self.recollection.cards.keep(id, part.text)
        self.recollection.said(delivery.conversation.address, part.text, id)
        return id

    async def _utter(self, delivery: Delivery, part: Part) -> None:
        callback, delivery.callback = delivery.callback, None
        if callback is None or not await self._answer(delivery, callback, part):
            where = {"chatid": delivery.conversation.id, "chat_type": delivery.conversation.type_number}
            await delivery.socket.ask("aibot_send_msg", where | part.body)

    async def _answer(self, delivery: Delivery, callback: Callback, part: Part) -> bool:
        """Say a part as the answer to a callback; False where that is no longer possible."""
        cmd, body = as_answer(part, callback.kind)
        try:
            await delivery.socket.ask(cmd, body, request=callback.request)
        except ApiError as refusal:
            if refusal.code not in ANSWER_TOO_LATE:
                raise
            return False
        return True

    async def _uploaded(self, delivery: Delivery, words: Words) -> list[Part]:
        """The pictures and files as parts; a message is said without those that the platform does not take."""
        found, files = [], [(file.digest, file.name) for file in words.files]
        for digest, name in [*((digest, "") for digest in words.pictures), *files]:
            try:
                id = await self.uploads.id_of(delivery.socket, digest, name)
                found += [Part("file" if name else "image", {"media_id": id})] if id else []
            except Unanswered as silence:
                raise Unanswered(str(silence), unsure=False) from None  # nothing was said yet
            except ApiError as refusal:
                if refusal.code in TOO_FAST:
                    raise
                log.warning("wecom_bot_picture_refused", extra={"channel": self.name, "error": refusal.code})
        delivery.unshown = len(found) < len(words.pictures) + len(files)
        return found
