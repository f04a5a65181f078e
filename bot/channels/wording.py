"""What a message becomes on a channel that can do less: the one place where anything is degraded.

The sender goes by `Wording` before it hands a message to a channel, so a channel is given what its `Can` carries. One
with finer limits of its own (so many buttons a card) calls `spelled_out` again for the rest, and cuts long texts with `pieces`.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from bot.channels.base import Can, Length
from handlers.messages import Button, File, Words

#: Where a long text may be cut, best first.
_ENDS: Final = ("\n", "。！？!?；;…", "，、,：: ")


#: Where a picture of that digest, or a file, can be opened; None where it is gone, or nobody outside can open anything.
Links = Callable[[str | File], str | None]


#: A sentence that asks for an answer in so many words.
_ASKS: Final = re.compile("(?:回|发|说声?|回复)“|回复 [0-9]")


@dataclass(frozen=True, slots=True)
class Wording:
    """What has to be known to say things on poorer channels."""

    links: Links = lambda _: None
    bot_name: str = "红管家"
    kept: Callable[[str], bool] = lambda _: True  #: whether the picture or file of that digest is there

    def left(self, words: Words) -> Words:
        """`words` with those pictures and files that are still there; the same where that is all of them."""
        pictures = tuple(filter(self.kept, words.pictures))
        files = tuple(file for file in words.files if self.kept(file.digest))
        if (pictures, files) == (words.pictures, words.files):
            return words
        return replace(words, pictures=pictures, files=files)

    def of(self, words: Words, can: Can, *, is_group: bool) -> Words:
        """`words` as a channel that `can` less will say them in a group, or to one person."""
        said = spelled_out(words, can, self.links)
        if is_group and can.hears and not can.hears_all and _ASKS.search(said.text):
            return replace(said, text=f"{said.text}\n（在这个群里回我，请先@{self.bot_name}。）")
        return said


def spelled_out(words: Words, can: Can, links: Links = lambda _: None) -> Words:
    """`words` as a channel that `can` less will say them.

    Buttons become what to type, names stand for mentions, and pictures and files are links, or a line that there are some.

    Args:
        words: The message.
        can: What the channel is able to do.
        links: Where pictures and files can be opened.
    """
    if not (words.mentions or words.pictures or words.files or words.buttons or words.quote):
        return words
    text = words.text
    if words.mentions and not can.mentions:
        text = " ".join(f"@{mention.name}" for mention in words.mentions) + " " + text
    if words.pictures and not can.pictures:
        text += _pictures(words.pictures, links)
    if words.files and not can.files:
        text += "".join(_file(file, links) for file in words.files)
    if words.buttons and not can.buttons:
        text += f"\n{_choices(words.buttons)}"
    return replace(
        words,
        text=text,
        buttons=words.buttons if can.buttons else (),
        mentions=words.mentions if can.mentions else (),
        pictures=words.pictures if can.pictures else (),
        files=words.files if can.files else (),
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


def _choices(buttons: Sequence[Button]) -> str:
    """What to type: numbers, or the words themselves where there are none."""
    if all(button.number for button in buttons):
        return "回复 " + "，".join(f"{button.number} {button.label}" for button in buttons)
    return "，".join(f"回复“{button.words}”{button.label}" for button in buttons)


def _pictures(digests: Sequence[str], links: Links) -> str:
    found = [link for digest in digests if (link := links(digest)) is not None]
    if found:
        return "\n照片：" + " ".join(found)
    return f"\n（还有 {len(digests)} 张照片，这里发不出来。）"


def _file(file: File, links: Links) -> str:
    link = links(file)
    return f"\n附件《{file.name}》：{link}" if link else f"\n（附件《{file.name}》这里发不出来，要看请问发通知的人。）"


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
