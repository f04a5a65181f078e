"""What somebody typed, as the rest of the bot hears it. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.channels.webchat.door import Person

BOT: Final = "bot"
LONGEST: Final = 10_000

#: What no keyboard types and what databases and screens trip over; line breaks and tabs stay.
_CONTROLS: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
#: Spaces of all kinds, and characters without any width.
_NOTHING: Final = re.compile("[\\s\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe0f\ufeff\u3164\u115f\u1160\u00ad]*")


@dataclass(frozen=True, slots=True)
class Read:
    """A typed text: without what no one typed, and without the call to the bot that it begins with."""

    text: str
    calls_bot: bool


def cleaned(text: str) -> str:
    """`text` without control characters, every line break one."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def is_blank(text: str) -> bool:
    """Whether there is nothing to be seen in `text`."""
    return _NOTHING.fullmatch(text) is not None


def read(text: str, bot_name: str, members: Sequence[Person] = ()) -> Read:
    """Whom a text calls. A member called “红管家 陈素芬” is not the bot, so longer names are tried first."""
    longer = sorted((person.name for person in members if person.name.startswith(bot_name)), key=len, reverse=True)
    names = "|".join(re.escape(name) for name in [*longer, bot_name])
    called = [match for match in re.finditer(f"[@＠]({names})", text) if match[1] == bot_name]
    if called and is_blank(text[: called[0].start()]):
        text = text[called[0].end() :].lstrip(" \t\n\u2005\u3000,，:：")
    return Read(text, bool(called))
