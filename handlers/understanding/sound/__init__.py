"""Slips of voice-to-text and of hasty fingers, set right by sound: 电提 is read as 电梯, 下水到 as 下水道.

Only what understanding reads is changed, never what is kept or shown, and only where a word of `lexicon.toml` was
surely meant: what was written must sound like it, be no ordinary word itself, and leave the words beside it whole.
"""

import json
from functools import cache
from pathlib import Path
from typing import Final

from handlers.understanding.normalise import plain
from handlers.understanding.sound.load import assembled
from handlers.understanding.sound.slips import Sounds

DATA: Final = Path(__file__).with_name("sounds.json")


@cache
def sounds() -> Sounds:
    """The shipped sounds; read when they are first needed, for `build` makes them."""
    return assembled(json.loads(DATA.read_text("utf-8")))


def understood(text: str) -> str:
    """A message as the rest of understanding reads it: `plain`, and with the words that were meant."""
    return sounds().meant(plain(text))
