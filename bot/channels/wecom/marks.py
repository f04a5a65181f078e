"""Plain text where WeCom reads Markdown and mentions: what residents write must neither mark nor call anybody."""

import re
from typing import Final

#: Signs that begin a mark, and what looks like them and marks nothing.
_LOOKALIKE: Final = str.maketrans({"<": "＜", "`": "｀", "*": "＊", "[": "［", "~": "～", "|": "｜"})
#: Marks only at the beginning of a line.
_HEADS: Final = re.compile(r"^(\s*)([#>+=-]|\d+[.)])(?=\s|$|[#>=-])", re.MULTILINE)


def plain(text: str) -> str:
    """`text` as it shall be read, with no mark in it. Half characters, which cannot be sent, become question marks."""
    whole = text.encode("utf-8", "replace").decode()
    return _HEADS.sub(lambda found: f"{found[1]}\u200b{found[2]}", whole.translate(_LOOKALIKE))


def uncalling(text: str) -> str:
    """`text` without mentions, for messages in which nothing else is marked."""
    return text.encode("utf-8", "replace").decode().replace("<@", "＜@")
