"""The reader with the shipped weights, or a sentence that says why there is none."""

from bot.section import Misconfigured
from handlers.understanding.decide import Reader
from handlers.understanding.model import ModelBroken, load_reader


def make_reader() -> Reader:
    """The reader, loaded.

    Raises:
        Misconfigured: The weights cannot be used.
    """
    try:
        return load_reader()
    except ModelBroken as broken:
        raise Misconfigured(str(broken)) from broken
