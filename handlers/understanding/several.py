"""Two problems in one message: where the second begins, if there is a second."""

import re
from collections.abc import Iterator
from typing import Final

LEAST: Final = 20  #: characters; shorter messages tell one problem
NEXT: Final = r"还有(?!人|一个人)|另外|顺便|仲有|同埋|再就是|再一个|而且旁边"
CUT: Final = re.compile(rf"(?P<end>[.;!?\n])[.;!?\s]*(?!{NEXT})|[,.;!?\s]*(?={NEXT})")
MOST: Final = 6  #: cuts that are tried
TRUST: Final = 0.6  #: how sure both halves must be of their topic
TRUST_AFTER_AND: Final = 0.35  #: … where the second begins with 还有, 另外 …


def halves(text: str) -> Iterator[tuple[str, str, float]]:
    """Ways to cut a text (as `plain` gives it) in two, each with how sure both halves must be of their topic."""
    if len(text) < LEAST:
        return
    for tried, cut in enumerate(CUT.finditer(text)):
        if tried >= MOST:
            return
        first, second = text[: cut.start()], text[cut.end() :]
        if len(first) >= 6 and len(second) >= 6:
            yield first, second, TRUST if cut["end"] else TRUST_AFTER_AND
