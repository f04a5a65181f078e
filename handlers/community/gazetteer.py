"""The places of a community by the names that people use: 3栋, 三号楼, 3、4栋, 锦绣小区3栋2单元, 第一网格."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from handlers import phrases
from handlers.context import Context
from handlers.messages import Refusal
from handlers.phrases import places as saying
from handlers.reading.values import NUMERAL, Unclear, folded, numeral
from storage import places
from storage.places import Place
from storage.types import PlaceId, PlaceKind

MOST: Final = 50  #: places named in one message
AND: Final = re.compile(r"\s*(?:[、,，和及与+＋]|以及)\s*")
_NAME: Final = rf"(?:[a-z]{{0,2}}(?:{NUMERAL})[a-z]?|[a-z]{{1,2}})"
_TO: Final = r"\s*[-~–—到至]\s*"
_BUILDINGS: Final = re.compile(
    rf"\s*(?P<names>(?P<first>{_NAME}){_TO}(?P<last>{_NAME})|{_NAME}(?:\s*[、,，和]\s*{_NAME})*+)\s*(?:栋|幢|号楼|座)楼?"
)
_UNIT: Final = re.compile(rf"\s*(?P<name>{NUMERAL})\s*(?:单元|梯)")
_GRID: Final = re.compile(rf"第?(?P<name>{NUMERAL})号?网格")


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """What is called how. `here`: where it is said, so that of two 3栋 the near one is meant."""

    wide: Sequence[Place]  #: everything wider than a building, from the compounds up
    buildings: Sequence[Place]
    units: Sequence[Place] = ()
    here: Place | None = None

    def all_at(self, text: str) -> tuple[list[Place], str]:
        """Every place that the text begins with, each once, and what follows.

        Raises:
            Unclear: It does not begin with a place.
            Refusal: It does, but there is none of that name, or more than one.
        """
        found, end = self._one_at(text, 0)
        while (joint := AND.match(text, end)) and len(found) <= MOST:
            try:
                more, end = self._one_at(text, joint.end())
            except Unclear:
                break
            found.extend(more)
        if len(found) > MOST:
            raise Unclear("too many places")
        return list({place.id: place for place in found}.values()), text[end:]

    def _one_at(self, text: str, start: int) -> tuple[list[Place], int]:
        plain = folded(text)
        wide, end = self._wide_at(plain, start)
        buildings = _BUILDINGS.match(plain, end)
        if buildings is None:
            if wide is None:
                raise Unclear("no place")
            return [wide], end
        pool = [b for b in self.buildings if wide is None or wide.covers(b.path) or b.grid_id == wide.id]
        found = [self._called(name, pool) for name in _listed(buildings)]
        unit = _UNIT.match(plain, buildings.end()) if len(found) == 1 else None
        if unit is None:
            return found, buildings.end()
        inside = [u for u in self.units if u.parent_id == found[0].id]
        return [self._called(unit["name"], inside)], unit.end()

    def _wide_at(self, plain: str, start: int) -> tuple[Place | None, int]:
        named = [p for p in self.wide if plain.startswith(folded(p.name), start)]
        if named:
            longest = max(len(p.name) for p in named)
            found = [p for p in named if len(p.name) == longest]
            return self._only(found[0].name, found), start + longest
        grid = _GRID.match(plain, start)
        if grid is None:
            return None, start
        same = [p for p in self.wide if (own := _GRID.match(folded(p.name))) and _same(own["name"], grid["name"])]
        return self._only(grid[0], same), grid.end()

    def _called(self, name: str, pool: Iterable[Place]) -> Place:
        same = [place for place in pool if _same(folded(place.name), name)]
        return self._only(f"{name.upper()}栋" if not same else saying.short_name(same[0]), same)

    def _only(self, said: str, found: Sequence[Place]) -> Place:
        if not found:
            raise Refusal(saying.no_such_place(said, [saying.short_name(place) for place in self.buildings]))
        near = [place for place in found if self.here and place.parent_id in self.here.above_ids]
        if len(near or found) > 1:
            above = {place.id: place.name for place in self.wide}
            full = [above.get(p.parent_id or p.id, "") + saying.short_name(p) for p in found]
            raise Refusal(saying.which_place(said, full))
        return (near or found)[0]


async def known_places(ctx: Context) -> Gazetteer:
    """The places of the community in which the message was said."""
    try:
        community = await ctx.community()
    except LookupError:
        raise Refusal(phrases.no_community()) from None
    asked = "单元" in ctx.inbound.text or "梯" in ctx.inbound.text
    return await places_of(ctx.session, community, units=asked, here=ctx.place)


async def places_of(
    session: AsyncSession, community: Place, *, units: bool = False, here: Place | None = None
) -> Gazetteer:
    """The places of a community, as they are called at `here`."""
    wide = list(await places.above(session, community))
    for kind in (PlaceKind.GRID, PlaceKind.COMPOUND):
        wide.extend(await places.below(session, community, kind))
    buildings = await places.below(session, community, PlaceKind.BUILDING)
    return Gazetteer(wide, buildings, await places.below(session, community, PlaceKind.UNIT) if units else (), here)


async def all_places(session: AsyncSession) -> Gazetteer:
    """The places of every community, for what is named outside of any."""
    wide: list[Place] = []
    for kind in (PlaceKind.STREET, PlaceKind.COMMUNITY, PlaceKind.GRID, PlaceKind.COMPOUND):
        wide.extend(await places.all_of(session, kind))
    buildings = await places.all_of(session, PlaceKind.BUILDING)
    return Gazetteer(wide, buildings, await places.all_of(session, PlaceKind.UNIT))


async def title(session: AsyncSession, place: PlaceId) -> str:
    """The place in full: “锦绣小区3栋2单元”."""
    found = await places.by_id(session, place)
    line = [await places.by_id(session, above) for above in found.above_ids]  # from memory, once they were read
    narrow = [p for p in line if p.kind in places.NARROW]
    return "".join(map(saying.short_name, reversed(narrow or [found])))


def _listed(found: re.Match[str]) -> list[str]:
    """The names of several buildings: “3、4栋” and “3到6栋”."""
    if not found["last"]:
        return re.findall(_NAME, found["names"])
    first, last = numeral(found["first"]), numeral(found["last"])
    if first is None or last is None or not 0 < last - first < MOST:
        raise Unclear("no row of buildings")
    return [str(number) for number in range(first, last + 1)]


def _same(name: str, said: str) -> bool:
    number = numeral(said)
    return name == said or (number is not None and numeral(name) == number)
