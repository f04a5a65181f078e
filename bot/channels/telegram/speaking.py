"""Saying things on Telegram.

Most messages are one call. A long text is several, and files, and pictures that do not fit with their words, come behind
them. When a later call fails, the first has been heard: the outcome is reported as unsure, and nothing is said twice to a group.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from telegram import Bot, LinkPreviewOptions, ReplyParameters
from telegram.constants import MediaGroupLimit
from telegram.error import BadRequest, TelegramError

from bot.channels.base import Can, Link, Media, SendError, Sent
from bot.channels.telegram.errors import LONGEST_REASON, send_error
from bot.channels.telegram.keys import key, number
from bot.channels.telegram.wording import FILE_NAME, Part, album_of, fits_below, parts, whole
from handlers.messages import File, Words

log = logging.getLogger(__name__)

MOST_IN_ALBUM: Final = int(MediaGroupLimit.MAX_MEDIA_LENGTH)
NO_PREVIEW: Final = LinkPreviewOptions(is_disabled=True)


@dataclass(slots=True)
class Delivery:
    """One message on its way: where to, what it answers, whether a part of it is out, and whether one was left out."""

    chat: int
    quote: ReplyParameters | None
    parts: list[str] = field(default_factory=list)  #: the ids of what is out
    unshown: bool = False

    def went_out(self, *numbers: int) -> int:
        """A part is out; only the first answers something. An album is several messages."""
        self.quote = None
        self.parts += [key(self.chat, number) for number in numbers]
        return numbers[0]

    def left_out(self, error: BadRequest) -> None:
        """A picture or a file that Telegram does not like."""
        self.unshown = True
        log.warning("telegram_picture_refused", extra={"channel": "telegram", "error": error.message[:LONGEST_REASON]})


class Telegram:
    """The bot on Telegram.

    Args:
        bot: The client.
        account: The bot's word in addresses.
        link: Whether it is connected.
        media: Where pictures and files are.
        can: What it is able to do, but for what Telegram must be asked.
        hears_all: What the administrator says about that; None to believe Telegram.
    """

    name = "telegram"

    def __init__(self, bot: Bot, account: str, link: Link, media: Media, can: Can, *, hears_all: bool | None) -> None:
        self.account = account
        self.link = link
        self._bot = bot
        self._media = media
        self._can = can
        self._hears_all = hears_all

    @property
    def can(self) -> Can:
        """What it is able to do."""
        return replace(self._can, hears_all=self._privacy_is_off() if self._hears_all is None else self._hears_all)

    async def send(self, chat: str, words: Words) -> Sent:
        """See `Channel.send`. The id is that of the part with the last words and the buttons."""
        address = _address(chat)
        quoted = number(words.quote, address)
        quote = ReplyParameters(quoted, allow_sending_without_reply=True) if quoted else None
        delivery = Delivery(address, quote)
        try:
            said = key(address, await self._deliver(delivery, words))
        except TelegramError as error:
            raise send_error(error, parts=delivery.parts) from error
        return Sent.of(said, delivery.parts, unshown=delivery.unshown)

    async def take_back(self, chat: str, message: str) -> None:
        """See `Recaller.take_back`. Telegram allows it for two days."""
        address = _address(chat)
        known = number(message, address)
        if known is None:
            raise SendError("no message of that chat's", permanent=True)
        try:
            await self._bot.delete_message(address, known)
        except BadRequest as error:
            if "not found" not in error.message.lower():
                raise send_error(error) from error
        except TelegramError as error:
            raise send_error(error) from error

    async def _deliver(self, delivery: Delivery, words: Words) -> int:
        said = await self._spoken(delivery, words)
        await self._give(delivery, words.files)
        return said

    async def _spoken(self, delivery: Delivery, words: Words) -> int:
        pictures, part = await self._load(delivery, words.pictures), whole(words, self.can)
        if pictures and fits_below(part, len(pictures)):
            try:
                said = await self._show(delivery, pictures[:MOST_IN_ALBUM], part)
            except BadRequest as error:  # certainly not said, and the words must not be lost with the pictures
                delivery.left_out(error)
                pictures = []
            else:
                await self._show_behind(delivery, pictures[MOST_IN_ALBUM:])
                return said
        for each in parts(part):
            said = await self._say(delivery, each)
        await self._show_behind(delivery, pictures)
        return said

    async def _show_behind(self, delivery: Delivery, pictures: Sequence[bytes]) -> None:
        """Pictures whose words are out already; those that Telegram does not like are left out."""
        for start in range(0, len(pictures), MOST_IN_ALBUM):
            try:
                await self._show(delivery, pictures[start : start + MOST_IN_ALBUM], Part(""))
            except BadRequest as error:
                delivery.left_out(error)

    async def _give(self, delivery: Delivery, files: Sequence[File]) -> None:
        """Files behind their words; those that Telegram does not like, or that are gone, are left out."""
        for file in files:
            path = self._media.path(file.digest)
            if path is None:
                delivery.unshown = True
                continue
            content = await asyncio.to_thread(path.read_bytes)
            try:
                said = await self._bot.send_document(delivery.chat, content, filename=file.name)
            except BadRequest as error:
                delivery.left_out(error)
            else:
                delivery.went_out(said.message_id)

    async def _say(self, delivery: Delivery, part: Part) -> int:
        said = await self._bot.send_message(
            delivery.chat,
            part.text,
            entities=part.marks,
            reply_markup=part.keyboard,
            reply_parameters=delivery.quote,
            link_preview_options=NO_PREVIEW,
        )
        return delivery.went_out(said.message_id)

    async def _show(self, delivery: Delivery, pictures: Sequence[bytes], part: Part) -> int:
        if len(pictures) > 1:
            shown = await self._bot.send_media_group(
                delivery.chat, album_of(pictures, part), reply_parameters=delivery.quote
            )
            return delivery.went_out(*(one.message_id for one in shown))
        said = await self._bot.send_photo(
            delivery.chat,
            pictures[0],
            caption=part.text or None,
            caption_entities=part.marks,
            reply_markup=part.keyboard,
            reply_parameters=delivery.quote,
            filename=FILE_NAME,
        )
        return delivery.went_out(said.message_id)

    async def _load(self, delivery: Delivery, digests: Sequence[str]) -> list[bytes]:
        """The pictures that are still kept; a message is said without those that are not."""
        paths = [path for path in map(self._media.path, digests) if path is not None]
        delivery.unshown = len(paths) < len(digests)
        return [await asyncio.to_thread(path.read_bytes) for path in paths]

    def _privacy_is_off(self) -> bool:
        try:
            return bool(self._bot.can_read_all_group_messages)
        except RuntimeError:  # Telegram has not been met yet
            return False


def _address(chat: str) -> int:
    try:
        return int(chat)
    except ValueError:
        raise SendError("no chat of Telegram's has such an address", permanent=True, gone=True) from None
