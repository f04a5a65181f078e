"""Buttons as a menu below a text, as customer-service messages show them: lines to be tapped."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.channels.base import Can
from bot.channels.wording import pieces, spelled_out
from handlers.messages import Button, Words

MOST: Final = 10  #: lines of a menu
LONGEST_ID: Final = 128  #: bytes of what a tap hands back
LONGEST_LABEL: Final = 128  #: bytes
LONGEST_HEAD: Final = 1024  #: bytes of the text above a menu
NO_WORDS: Final = "请选择"

_LINK: Final = re.compile(r"<(?=\s*/?\s*a\b)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Shown:
    """One message: a text, and perhaps a menu below it."""

    text: str
    buttons: tuple[Button, ...] = ()


def laid_out(words: Words, can: Can) -> list[Shown]:
    """`words` in as few messages as they take, because each is counted; pictures not included.

    A text that is too long for a menu has its choices spelled out.
    """
    fitting = tuple(filter(_fits, words.buttons))[:MOST]
    rest = [button for button in words.buttons if button not in fitting]
    text = _plain(_spelled(words, rest, can))
    if fitting and len(text.encode()) <= LONGEST_HEAD:
        return [Shown(text or NO_WORDS, fitting)]
    text = _plain(_spelled(words, words.buttons, can))
    return [Shown(piece) for piece in pieces(text, can.longest, can.counts) if piece.strip()]


def _fits(button: Button) -> bool:
    return len(button.payload.encode()) <= LONGEST_ID and len(button.label.encode()) <= LONGEST_LABEL


def _spelled(words: Words, buttons: Sequence[Button], can: Can) -> str:
    return spelled_out(replace(words, buttons=tuple(buttons)), replace(can, buttons=False)).text


def _plain(text: str) -> str:
    """Nothing in a text is a link that shows other words than it leads to, and nothing is half a character."""
    return _LINK.sub("＜", text).strip().encode("utf-8", "replace").decode()
