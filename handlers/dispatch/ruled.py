"""Which places a rule is said of."""

from collections.abc import Sequence

from handlers.community.gazetteer import Gazetteer
from handlers.context import Context
from handlers.reading.values import SEPARATORS, Unclear
from handlers.tickets.picking import community
from storage.places import Place


async def places_ruled(ctx: Context, known: Gazetteer, text: str) -> tuple[Sequence[Place], str]:
    """The places that the text begins with, and what follows; without one, the group's own, or the whole community."""
    try:
        found, left = known.all_at(text)
    except Unclear:
        here = ctx.place if ctx.group is not None and ctx.place is not None else await community(ctx)
        return [here], text
    return found, left.lstrip(SEPARATORS + "的")
