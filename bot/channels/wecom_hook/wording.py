"""What a message becomes in a group that the bot only writes to, as pure functions."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from bot.channels.base import Can, Length
from bot.channels.wecom.marks import plain, uncalling
from bot.channels.wording import pieces, spelled_out
from handlers.messages import Mention, Words

LONGEST_TEXT: Final = 2048  #: bytes
LONGEST_MARKDOWN: Final = 4096  #: bytes
DEAF: Final = "\n（在这里我只能发、听不到，要回我请单独找我。）"

#: Words by which a message asks for an answer.
_ASKS: Final = re.compile("[回说发]复?一?[下声]?“")
#: Ids that may stand in a mention: nothing else can end it.
_MENTIONABLE: Final = re.compile(r"[0-9A-Za-z_.@-]{1,64}")

Body = dict[str, Any]


def bodies(words: Words, can: Can) -> list[Body]:
    """`words` as messages: plain text while it fits, with everybody who is called; longer ones as Markdown.

    A message that asks for an answer says that none is heard here.
    """
    people = tuple(mention for mention in words.mentions if _MENTIONABLE.fullmatch(mention.sender))
    others = replace(words, mentions=tuple(mention for mention in words.mentions if mention not in people))
    spelled = spelled_out(others, replace(can, mentions=False)).text
    text = uncalling(spelled + (DEAF if words.buttons or _ASKS.search(spelled) else ""))
    if len(text.encode()) <= LONGEST_TEXT:
        return [_text(text, people)]
    calls = "".join(f"<@{mention.sender}>" for mention in people)
    room = LONGEST_MARKDOWN - len(calls.encode()) - 1
    found = [piece for piece in pieces(plain(text), room, Length.BYTES) if piece.strip()]
    return [_markdown(f"{calls}\n{piece}" if calls and not number else piece) for number, piece in enumerate(found)]


def _text(text: str, people: Sequence[Mention]) -> Body:
    return {"msgtype": "text", "text": {"content": text, "mentioned_list": [mention.sender for mention in people]}}


def _markdown(text: str) -> Body:
    return {"msgtype": "markdown", "markdown": {"content": text}}
