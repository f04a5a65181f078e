"""The reader with the shipped weights, or a sentence that says why there is none."""

from dataclasses import replace

from bot.section import Misconfigured
from handlers.house import MANNERS, Manner
from handlers.understanding.decide import Reader
from handlers.understanding.model import ModelBroken, load_reader


def make_reader(manner: Manner = MANNERS["normal"]) -> Reader:
    """The reader, loaded, as bold as `manner`.

    Raises:
        Misconfigured: The weights cannot be used.
    """
    try:
        return replace(load_reader(), quiet=manner.opens)
    except ModelBroken as broken:
        raise Misconfigured(str(broken)) from broken
