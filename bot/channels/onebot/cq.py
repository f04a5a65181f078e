"""CQ codes: messages written as one text, `[CQ:at,qq=10001] 电梯坏了`. Pure."""

import re
from collections.abc import Iterator
from typing import Final

_CODE: Final = re.compile(r"\[CQ:([A-Za-z0-9_.-]+)((?:,[^\[\],]*)*)\]")
#: `&amp;` comes last: `&amp;#91;` is the text `&#91;`, no bracket.
_ESCAPED: Final = (("&#91;", "["), ("&#93;", "]"), ("&#44;", ","), ("&amp;", "&"))


def segments(text: str) -> list[dict[str, object]]:
    """The segments that `text` stands for; what is no whole code is text."""
    return [segment for segment in _segments(text) if segment["type"] != "text" or segment["data"] != {"text": ""}]


def _segments(text: str) -> Iterator[dict[str, object]]:
    after = 0
    for code in _CODE.finditer(text):
        yield {"type": "text", "data": {"text": unescaped(text[after : code.start()])}}
        yield {"type": code[1], "data": _data(code[2])}
        after = code.end()
    yield {"type": "text", "data": {"text": unescaped(text[after:])}}


def _data(pairs: str) -> dict[str, str]:
    found = (pair.partition("=") for pair in pairs.split(",")[1:])
    return {name.strip(): unescaped(value) for name, equals, value in found if equals}


def unescaped(text: str) -> str:
    """`text` as it was meant."""
    for written, meant in _ESCAPED:
        text = text.replace(written, meant)
    return text
