"""What the limits of app messages make of the bot's words, as pure functions: texts, and cards for buttons."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from bot.channels.base import Can
from bot.channels.wecom.cards import FOR_APP, Heading, button_card, fitting, headed
from bot.channels.wording import pieces, spelled_out
from handlers.messages import Button, Words

#: A part of a message as the platform takes it: `msgtype` and what belongs to it.
Part = Mapping[str, Any]

NO_WORDS: Final = "请选择"  #: on a card that has only buttons; it must have a heading

_LINK: Final = re.compile(r"<(?=\s*/?\s*a\b)", re.IGNORECASE)


def parts(words: Words, can: Can, card_id: str) -> Iterator[Part]:
    """`words` as the messages that it takes, without its pictures and files; a card comes last.

    Args:
        words: The message. Buttons that no card carries are spelled out.
        can: What the channel is able to do.
        card_id: The card's, if there is to be one.
    """
    buttons = fitting(words.buttons)
    rest = [button for button in words.buttons if button not in buttons]
    text = _plain(_with_rest(words, rest, can))
    heading = headed(text or NO_WORDS, FOR_APP)
    if text and not (buttons and heading.fits(FOR_APP)):
        for piece in pieces(text, can.longest, can.counts):
            if piece.strip():
                yield {"msgtype": "text", "text": {"content": piece}}
        heading = Heading(heading.title, "")  # the card only says what its buttons are about
    if buttons:
        yield {"msgtype": "template_card", "template_card": button_card(heading, buttons, card_id)}


def _with_rest(words: Words, rest: Sequence[Button], can: Can) -> str:
    return spelled_out(replace(words, buttons=tuple(rest)), replace(can, buttons=False)).text


def _plain(text: str) -> str:
    """Nothing in a text is a link that shows other words than it leads to, and nothing is half a character."""
    return _LINK.sub("＜", text).strip().encode("utf-8", "replace").decode()
