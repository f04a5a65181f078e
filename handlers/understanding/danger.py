"""Words that mean danger to life whatever the model says: fire, gas, people trapped or down, live wires, assault.

A rule speaks of what is there now. Stories, warnings, ifs and jokes use the same words; what marks them silences the
rules, and the model alone decides. The words stand in `dangers.toml`, a turn of phrase a line.
"""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from storage.types import Category

_SAID: Final = tomllib.loads(Path(__file__).with_name("dangers.toml").read_text(encoding="utf-8"))
_SHORT: Final = re.compile(r"<(\w+)>")


def _pattern(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile(_SHORT.sub(lambda name: _SAID["short"][name[1]], "|".join(words)), re.DOTALL)


#: In the order of the file, in which the first that fits names the danger.
RULES: Final = tuple((Category(name), _pattern(part["words"])) for name, part in _SAID["danger"].items())
NOT_NOW: Final = _pattern(_SAID["not_now"]["words"])


def danger(text: str) -> Category | None:
    """What kind of danger to life `text` (as `plain` gives it) reports, if any."""
    return None if NOT_NOW.search(text) else hinted(text)


def hinted(text: str) -> Category | None:
    """What kind of danger to life the words of `text` (as `plain` gives it) speak of, be it a story or an if."""
    return next((category for category, words in RULES if words.search(text)), None)
