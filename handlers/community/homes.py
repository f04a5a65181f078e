"""Where somebody lives, as he says it: 3-2-1203, 3栋2单元1203, or 2-1203 in the group of building 3."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from handlers import phrases as common
from handlers.context import Context
from handlers.messages import Refusal
from handlers.phrases import members as phrases
from handlers.phrases.places import short_name
from handlers.reading.values import words
from handlers.tickets.board import Outlook
from handlers.understanding.place import addresses
from handlers.understanding.sound import understood
from handlers.understanding.types import Scene, Spot
from storage import places
from storage.places import Place
from storage.types import PlaceKind

LONGEST_NAME: Final = 12
_AROUND: Final = " ,，.、:：;；!！-—()（）"
_LIVES: Final = re.compile(
    r"^(?:我|家)*+(?:是|叫|住|家|在)*+|(?:我)?(?:家)?(?:住在?|家在|在)$|^(?:的|室|号|房)+|(?:的)?(?:业主|住户|租户|居民)$"
)
_KIN: Final = "姐哥叔姨婆爷嫂弟妹伯婶奶爸妈妹儿娃"
_CALLED: Final = re.compile(
    rf"[\u4e00-\u9fff·]{{1,3}}|[\u4e00-\u9fff·]{{1,6}}(?:[{_KIN}]|老师|师傅|女士|先生|大爷|大妈)|[A-Za-z][A-Za-z .]{{0,11}}|[\u4e00-\u9fff]{{2}}·[\u4e00-\u9fff]{{1,8}}"
)
_TROUBLE: Final = re.compile("[漏堵坏停桶抛坠噪吵臭爆淹烧断掉滴破裂没不了吗呢有要被]")


@dataclass(frozen=True, slots=True)
class Introduction:
    """What somebody says of himself."""

    spot: Spot
    compound: str  #: what stands before the building: the compound's name, or nothing
    name: str


def introduction(text: str, scene: Scene) -> Introduction | None:
    """The home and the name in the text; None where there is no address or more than these two, such as a report."""
    said = understood(words(text, 100))
    found = list(addresses(said, scene))
    if len(found) != 1:
        return None
    begin, end, spot = found[0]
    before, after = _bare(said[:begin]), _bare(said[end:])
    compound = before if before.endswith(("小区", "苑", "园", "城", "院", "里", "村")) else ""
    name = after or ("" if compound else before)
    if (before and after and not compound) or not _is_name(name):
        return None
    return Introduction(spot, compound, name)


def _bare(text: str) -> str:
    return _LIVES.sub("", text.strip(_AROUND)).strip(_AROUND)


def _is_name(text: str) -> bool:
    return not text or (len(text) <= LONGEST_NAME and _CALLED.fullmatch(text) is not None and not _TROUBLE.search(text))


def scene_here(ctx: Context) -> Scene:
    """How the place is built where this is said."""
    return ctx.board.get(ctx.place.id, Outlook()).scene if ctx.place else Scene()


@dataclass(frozen=True, slots=True)
class Home:
    """A home that the tree knows: a unit or a building, and the room in it."""

    place: Place
    building: Place
    room: str | None


async def home_of(ctx: Context, said: Introduction) -> Home:
    """The home that was said.

    Raises:
        Refusal: The tree knows no such building, unit or floor, or more than one such building.
    """
    building = await _building(ctx, said)
    units = await places.below(ctx.session, building, PlaceKind.UNIT)
    unit = _unit(units, said.spot, building)
    room = said.spot.room
    floor = int(room[:-2]) if room and room.isdigit() and len(room) in (3, 4) else said.spot.floor
    if floor is not None and building.floors is not None and floor > building.floors:
        raise Refusal(phrases.no_such_floor(short_name(building), building.floors))
    return Home(unit or building, building, room[:12] if room else None)


async def _building(ctx: Context, said: Introduction) -> Place:
    try:
        community = await ctx.community()
    except LookupError:
        raise Refusal(common.no_community()) from None
    name = said.spot.building or scene_here(ctx).building
    if name is None:
        raise Refusal(phrases.which_building())
    found = await places.buildings_called(ctx.session, community, name)
    if said.compound:
        found = [
            pair for pair in found if said.compound.endswith(pair[1].name) or pair[1].name.startswith(said.compound)
        ]
    near = [pair for pair in found if ctx.place is not None and pair[1].id in ctx.place.above_ids]
    if len(near or found) != 1:
        titles = [f"{above.name}{short_name(building)}" for building, above in found]
        raise Refusal(phrases.several_buildings(titles) if found else phrases.no_such_building(name))
    return (near or found)[0][0]


def _unit(units: Sequence[Place], spot: Spot, building: Place) -> Place | None:
    if not units:
        return None
    if spot.unit is None:
        if len(units) == 1 or spot.room is None:
            return units[0] if len(units) == 1 else None
        raise Refusal(phrases.which_unit(short_name(building)))
    found = next((unit for unit in units if unit.name == spot.unit), None)
    if found is None:
        raise Refusal(phrases.no_such_unit(short_name(building), [short_name(unit) for unit in units]))
    return found
