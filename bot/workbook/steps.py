"""The sheet 往上叫: which steps a ticket goes up at a place where nobody accepts it."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.workbook.cells import Problems, Row
from bot.workbook.offices import places_meant
from bot.workbook.town import Town
from handlers.dispatch.rungs import kinds_of
from handlers.messages import Refusal
from handlers.moment import Moment
from storage import policies
from storage.places import Place
from storage.types import PlaceKind


@dataclass(frozen=True, slots=True)
class Climb:
    """A row as it was meant."""

    places: Sequence[Place]
    kinds: tuple[PlaceKind, ...]


def climbs(town: Town, rows: Sequence[Row], problems: Problems) -> list[Climb]:
    """What the sheet says; each wrong cell is a problem."""
    gazetteer, found = town.gazetteer(), []
    for row in rows:
        where = places_meant(row["地点"], problems, gazetteer) if row.needs("地点", problems) else []
        if row.needs("哪几级", problems):
            try:
                found.append(Climb(where, kinds_of(row["哪几级"].text)))
            except Refusal as refusal:
                problems.add(row["哪几级"].at, str(refusal))
    return found


async def fill_climbs(moment: Moment, said: Sequence[Climb]) -> int:
    """Enter them; at how many places they are other than before."""
    new = 0
    for one in said:
        for place in one.places:
            new += await policies.climb(moment.session, place.id, one.kinds)
    return new
