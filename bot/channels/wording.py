"""What a message becomes on a channel that can do less: the one place where anything is degraded.

The sender calls `spelled_out` before it hands a message to a channel, so a channel is given what its `Can` carries. One
with finer limits of its own (so many buttons a card) calls it again for the rest, and cuts long texts with `pieces`.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from bot.channels.base import Can, Length
from handlers.messages import Words

#: Where a long text may be cut, best first.
_ENDS: Final = ("\n", "。！？!?；;…", "，、,：: ")


def spelled_out(words: Words, can: Can, links: Sequence[str] = ()) -> Words:
    """`words` as a channel that `can` less will say them.

    Buttons become what to type, names stand for mentions, and pictures are links, or a line that there are some.

    Args:
        words: The message.
        can: What the channel is able to do.
        links: Where the pictures can be opened, if that is possible.
    """
    text = words.text
    if words.mentions and not can.mentions:
        text = " ".join(f"@{mention.name}" for mention in words.mentions) + " " + text
    if words.pictures and not can.pictures:
        text += _pictures(len(words.pictures), links)
    if words.buttons and not can.buttons:
        text += "\n" + "，".join(f"回复“{button.words}”{button.label}" for button in words.buttons)
    return replace(
        words,
        text=text,
        buttons=words.buttons if can.buttons else (),
        mentions=words.mentions if can.mentions else (),
        pictures=words.pictures if can.pictures else (),
        quote=words.quote if can.quotes else None,
    )


def pieces(text: str, longest: int, counts: Length) -> list[str]:
    """`text` cut into pieces no longer than that, at the ends of lines and sentences where there are any."""
    found = []
    while len(head := _head(text, longest, counts)) < len(text):
        cut = _cut(head)
        found.append(text[:cut])
        text = text[cut:]
    return [*found, text]


def _pictures(number: int, links: Sequence[str]) -> str:
    if links:
        return "\n照片：" + " ".join(links)
    return f"\n（还有 {number} 张照片，这里发不出来。）"


def _head(text: str, longest: int, counts: Length) -> str:
    """The longest beginning of `text` that is not too long, and a character at least: none is halved."""
    near = text[: longest + 1]
    return near[: bisect_right(range(1, len(near) + 1), longest, key=lambda end: counts.of(near[:end]))] or text[:1]


def _cut(head: str) -> int:
    """Where to cut behind `head`: at an end in its second half, so that the pieces do not become many and small."""
    for ends in _ENDS:
        last = max(head.rfind(end) for end in ends) + 1
        if last > len(head) // 2:
            return last
    return len(head)
