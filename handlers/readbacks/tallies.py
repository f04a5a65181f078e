"""Who has answered a notice and who has not: door by door, building by building."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from handlers.moment import Moment
from storage import audiences, places, readbacks
from storage.broadcasts import Broadcast
from storage.places import Place
from storage.readbacks import Door, ReadBack
from storage.types import PlaceId, PlaceKind


@dataclass(slots=True)
class Building:
    """The doors of a building that are known, and those of them that have answered."""

    place: Place
    doors: set[Door] = field(default_factory=set)
    answered: set[Door] = field(default_factory=set)

    @property
    def missing(self) -> set[Door]:
        """The doors that have not answered."""
        return self.doors - self.answered


@dataclass(frozen=True, slots=True)
class Tally:
    """The answers to a round of a notice.

    `nameless`: people and doors that count, of whom nobody knows among which of the doors they are.
    """

    buildings: Sequence[Building]  #: in order of the tree
    nameless: int

    @property
    def doors(self) -> int:
        """All of them."""
        return sum(len(building.doors) for building in self.buildings)

    @property
    def answered(self) -> int:
        """Those that have answered."""
        return sum(len(building.answered) for building in self.buildings)


async def tally_of(moment: Moment, found: Broadcast, round_: int | None = None) -> Tally:
    """Count those to a round, or to the last one; a handful of statements however many there are."""
    session = moment.session
    known = await audiences.doors_at(session, found.audience, found.exclusions) if found.audience else set()
    rows = await readbacks.of_round(session, found, round_)
    here = await audiences.among(session, {row.place_id for row in rows}, found.audience, found.exclusions)
    answered = {(row.place_id, row.room) for row in rows if row.room is not None and row.place_id in here}
    at = await _buildings(moment, {place for place, _ in known | answered})
    found_at: dict[PlaceId, Building] = {}
    for place, room in known | answered:
        building = found_at.setdefault(at[place].id, Building(at[place]))
        building.doors.add((place, room))
        if (place, room) in answered:
            building.answered.add((place, room))
    ordered = sorted(found_at.values(), key=lambda one: one.place.path)
    return Tally(ordered, len([row for row in rows if not _is_door(row, here)]))


def _is_door(row: ReadBack, here: Collection[PlaceId]) -> bool:
    return row.room is not None and row.place_id in here


async def _buildings(moment: Moment, at: Collection[PlaceId]) -> Mapping[PlaceId, Place]:
    """The building of each of these places, or itself where it is in none."""
    known = await places.by_ids(moment.session, at)
    above = await places.by_ids(moment.session, [up for place in at for up in known[place].above_ids])
    lines = {place: [above[up] for up in known[place].above_ids if up in above] for place in at}
    return {
        place: next((one for one in line if one.kind is PlaceKind.BUILDING), known[place])
        for place, line in lines.items()
    }
