"""The reader with the weights in use, or a sentence that says why there is none."""

import logging
from dataclasses import replace

from bot.learned import Shelf, State
from bot.section import Misconfigured
from handlers.house import MANNERS, Manner
from handlers.understanding.decide import Reader
from handlers.understanding.model import ModelBroken, load_reader
from handlers.understanding.model.comparing import with_change

log = logging.getLogger(__name__)


def make_reader(manner: Manner = MANNERS["normal"], shelf: Shelf | None = None) -> Reader:
    """The reader, loaded, as bold as `manner`, with what was learned where there is a `shelf`.

    Raises:
        Misconfigured: The shipped weights cannot be used. Learned ones that cannot are passed over.
    """
    try:
        reader = replace(load_reader(), quiet=manner.opens)
    except ModelBroken as broken:
        raise Misconfigured(str(broken)) from broken
    used = shelf.in_use() if shelf else None
    if used and used.state in {State.OTHER, State.BROKEN}:
        log.warning("learned_not_used", extra={"status": used.state.value})
    return with_change(reader, used.learned.change) if used and used.learned else reader
