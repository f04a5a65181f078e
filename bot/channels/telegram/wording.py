"""What Telegram's limits make of a message, as pure functions: pieces, marks and keyboards."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from telegram import InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto, MessageEntity, User
from telegram.constants import InlineKeyboardButtonLimit, MessageLimit

from bot.channels.base import Can, Length
from bot.channels.wording import pieces, spelled_out
from handlers.messages import Button, Mention, Words

LONGEST_TEXT: Final = int(MessageLimit.MAX_TEXT_LENGTH)  #: UTF-16 units
LONGEST_CAPTION: Final = int(MessageLimit.CAPTION_LENGTH)
LONGEST_PAYLOAD: Final = int(InlineKeyboardButtonLimit.MAX_CALLBACK_DATA)  #: bytes
BUTTONS_A_ROW: Final = 3
FILE_NAME: Final = "picture.jpg"  #: what a saved picture is called; the digest is nobody's business


@dataclass(frozen=True, slots=True)
class Part:
    """One message of Telegram's. Marks say by position who is meant, so nothing in the text is ever read as markup."""

    text: str
    marks: tuple[MessageEntity, ...] = ()
    keyboard: InlineKeyboardMarkup | None = None


def whole(words: Words, can: Can) -> Part:
    """`words` as one message, however long. Buttons and mentions that Telegram cannot carry are spelled out."""
    carried = _spelled(words, can)
    calls = [f"@{mention.name}" for mention in carried.mentions]
    text = " ".join([*calls, carried.text])
    # A lone surrogate cannot be sent at all, and would make the message fail for ever.
    text = text.encode("utf-8", "replace").decode()
    return Part(text, tuple(_marks(carried.mentions)), _keyboard(carried.buttons))


def parts(part: Part) -> list[Part]:
    """`part` in as many messages as it needs: mentions on the first, buttons under the last, none of them blank."""
    texts = [text for text in pieces(part.text, LONGEST_TEXT, Length.UNITS) if text.strip()] or [part.text]
    within = tuple(mark for mark in part.marks if mark.offset + mark.length <= units(texts[0]))
    marks = [within] + [()] * (len(texts) - 1)
    keyboards = [None] * (len(texts) - 1) + [part.keyboard]
    return [Part(*each) for each in zip(texts, marks, keyboards, strict=True)]


def units(text: str) -> int:
    """How long Telegram takes `text` to be: it counts in UTF-16."""
    return Length.UNITS.of(text)


def _spelled(words: Words, can: Can) -> Words:
    fitting = tuple(button for button in words.buttons if len(button.payload.encode()) <= LONGEST_PAYLOAD)
    people = tuple(mention for mention in words.mentions if mention.sender.isdecimal() and len(mention.sender) < 20)
    rest = replace(
        words,
        buttons=tuple(button for button in words.buttons if button not in fitting),
        mentions=tuple(mention for mention in words.mentions if mention not in people),
    )
    plain = spelled_out(rest, replace(can, buttons=False, mentions=False))
    return replace(plain, buttons=fitting, mentions=people)


def _marks(mentions: Sequence[Mention]) -> Iterator[MessageEntity]:
    offset = 0
    for mention in mentions:
        length = units(f"@{mention.name}")
        person = User(int(mention.sender), mention.name, is_bot=False)
        yield MessageEntity(MessageEntity.TEXT_MENTION, offset, length, user=person)
        offset += length + 1


def _keyboard(buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    keys = [InlineKeyboardButton(button.label, callback_data=button.payload) for button in buttons]
    rows = [keys[start : start + BUTTONS_A_ROW] for start in range(0, len(keys), BUTTONS_A_ROW)]
    return InlineKeyboardMarkup(rows) if rows else None


def album_of(pictures: Sequence[bytes], part: Part) -> list[InputMediaPhoto]:
    """Pictures that arrive together; the words of the first are shown under all."""
    first = InputMediaPhoto(pictures[0], part.text or None, caption_entities=part.marks, filename=FILE_NAME)
    return [first, *(InputMediaPhoto(picture, filename=FILE_NAME) for picture in pictures[1:])]


def fits_below(part: Part, pictures: int) -> bool:
    """Whether pictures and words can be one call: a caption is short, and an album has no buttons."""
    return units(part.text) <= LONGEST_CAPTION and (pictures == 1 or part.keyboard is None)
