"""Template cards (模板卡片): a message with buttons, as WeCom's AI bot, app and webhook show it.

A card holds little: a heading, a short text, six buttons. What is longer is cut by the reader's client without a word,
so whoever sends a card looks first whether the words fit, and says them in full before the card where they do not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from handlers.messages import Button

MOST_BUTTONS: Final = 6
LONGEST_KEY: Final = 1024  #: bytes of what a button hands back
LONGEST_LABEL: Final = 10  #: characters on a button
#: Where a heading that is too long is cut.
_BREAKS: Final = "。！？!?；;，,：:（("
_FOREIGN: Final = re.compile(r"[^0-9A-Za-z_\-@]")
MOST_IN_TASK_ID: Final = 128

#: The first button is the one that is wanted; the others are quiet.
_WANTED, _QUIET = 1, 2

Card = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Room:
    """How many characters a card shows."""

    title: int
    text: int


FOR_BOT: Final = Room(title=26, text=112)
FOR_APP: Final = Room(title=36, text=160)


@dataclass(frozen=True, slots=True)
class Heading:
    """A text as a card shows it: its first words large, the rest below."""

    title: str
    rest: str

    def fits(self, room: Room) -> bool:
        """Whether nothing of it is cut."""
        return len(self.rest) <= room.text


def headed(text: str, room: Room) -> Heading:
    """`text` with its first line, or the beginning of it, as the title."""
    line, _, rest = text.strip().partition("\n")
    if len(line) > room.title:
        cut = max(line.rfind(end, 0, room.title) for end in _BREAKS)
        opening = cut >= 0 and line[cut] in "（("  # a bracket goes with what it holds
        at = (cut if opening else cut + 1) or room.title
        line, rest = line[:at], f"{line[at:]}\n{rest}".rstrip()
    return Heading(line, rest)


def fitting(buttons: Sequence[Button]) -> tuple[Button, ...]:
    """Those of `buttons` that a card can carry."""
    return tuple(button for button in buttons if len(button.payload.encode()) <= LONGEST_KEY)[:MOST_BUTTONS]


def button_card(heading: Heading, buttons: Sequence[Button], task_id: str) -> Card:
    """A card with buttons, of which there is at least one; pressing one hands its payload back."""
    styles = [_WANTED, *[_QUIET] * (len(buttons) - 1)]
    return {
        "card_type": "button_interaction",
        **_shown(heading),
        "button_list": [
            {"text": button.label[:LONGEST_LABEL], "style": style, "key": button.payload}
            for button, style in zip(buttons, styles, strict=True)
        ],
        "task_id": task_id,
    }


def notice_card(heading: Heading, url: str, task_id: str) -> Card:
    """A card without buttons. It must lead somewhere when it is tapped: the platform takes none that does not."""
    return {
        "card_type": "text_notice",
        **_shown(heading),
        "card_action": {"type": 1, "url": url},
        "task_id": task_id,
    }


def changed_card(heading: Heading, buttons: Sequence[Button], task_id: str, *, before: str, url: str) -> Card:
    """What a pressed card becomes: the answer on top, and below it what it said before."""
    card = button_card(heading, buttons, task_id) if buttons else notice_card(heading, url, task_id)
    return card | ({"quote_area": {"type": 0, "quote_text": before}} if before else {})


def task_id(prefix: str, unique: str) -> str:
    """A card's id, unique for the bot: the platform takes only Latin letters, digits, `_`, `-` and `@`."""
    return _FOREIGN.sub("_", f"{prefix}_{unique}")[:MOST_IN_TASK_ID]


def _shown(heading: Heading) -> Card:
    text = {"sub_title_text": heading.rest} if heading.rest else {}
    return {"main_title": {"title": heading.title}, **text}
