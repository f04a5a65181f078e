"""The sheet 地点: one row a building, or a compound or grid without any."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.workbook.cells import Cell, Problems, Row
from bot.workbook.town import Town
from handlers.reading.values import numeral
from storage.places import Place
from storage.types import PlaceKind

CARRIED: Final = ("街道", "社区", "网格", "小区")  #: blank means: as in the row above
NOTHING: Final = frozenset({"-", "—", "无", "/", "没有"})
LONGEST: Final = 60
MOST_UNITS: Final = 30
MOST_FLOORS: Final = 150
_BUILDING: Final = re.compile(r"([^\W_]{1,12}?)(?:号楼|栋楼|[栋幢座号楼])?")
_SEVERAL: Final = re.compile("[栋幢座元]")
_UNIT: Final = re.compile(r"(.{1,12}?)(?:单元|梯)?")
_UNIT_WORD: Final = re.compile("(?:单元|梯)$")
_ROW_OF: Final = re.compile(r"(\d{1,3})\s*[-~—到至]\s*(\d{1,3})(?:单元)?")


@dataclass(frozen=True, slots=True)
class PlaceRow:
    """A row as it was meant."""

    street: str
    community: str
    grid: str
    compound: str
    building: str
    units: Sequence[str]
    floors: int | None


def place_rows(rows: Sequence[Row], problems: Problems) -> list[PlaceRow]:
    """What the sheet says; each wrong cell is a problem."""
    carried = dict.fromkeys(CARRIED, "")
    found = []
    for row in rows:
        for column in CARRIED:
            carried[column] = _carried(row[column], carried[column], problems)
        if not carried["社区"]:
            problems.add(row["社区"].at, "没有写社区。")
        found.append(
            PlaceRow(
                carried["街道"],
                carried["社区"],
                carried["网格"],
                carried["小区"],
                building_name(row["楼栋"], problems),
                _units(row["单元"], problems),
                _floors(row["最高层"], problems),
            )
        )
    return found


def _carried(cell: Cell, above: str, problems: Problems) -> str:
    if len(cell.text) > LONGEST:
        problems.add(cell.at, f"名称太长，最多 {LONGEST} 个字。")
    return "" if cell.text in NOTHING else cell.text[:LONGEST] or above


def building_name(cell: Cell, problems: Problems) -> str:
    """“3” of 3栋, 三号楼 or 03; “A” of a座."""
    text = cell.text.replace(" ", "").upper()
    if not text or text in NOTHING:
        return ""
    found = _BUILDING.fullmatch(text)
    if found is None or _SEVERAL.search(found[1]):
        problems.add(cell.at, f"{cell.quoted}看不懂，请写楼号，比如 3 或 3栋，一行一栋。")
        return ""
    return _number(found[1])


def unit_name(text: str) -> str:
    """“2” of 2单元 or 二单元."""
    found = _UNIT.fullmatch(text.replace(" ", ""))
    return _number(found[1]) if found else text[:12]


def _number(text: str) -> str:
    value = numeral(text)
    return str(value) if value is not None else text


def _units(cell: Cell, problems: Problems) -> Sequence[str]:
    text = cell.text.replace(" ", "")
    if not text or text in NOTHING:
        return ()
    several = _ROW_OF.fullmatch(text)
    if several:
        first, last = int(several[1]), int(several[2])
    elif numeral(text) is not None:
        first, last = 1, numeral(text) or 0
    else:
        parts = [part for part in re.split("[、,，]", text) if part]
        named = len(parts) > 1 or len(text) == 1 or _UNIT_WORD.search(text)
        if named and len(parts) <= MOST_UNITS and all(len(unit_name(part)) <= 4 for part in parts):
            return [unit_name(part) for part in parts]
        first, last = 1, 0
    if not 0 <= last - first < MOST_UNITS:
        problems.add(cell.at, f"{cell.quoted}看不懂，请写有几个单元，比如 3，或者 1、2、4。")
        return ()
    return [str(number) for number in range(first, last + 1)]


def _floors(cell: Cell, problems: Problems) -> int | None:
    if not cell.text or cell.text in NOTHING:
        return None
    floors = numeral(cell.text.rstrip("层楼")) or 0
    if not 0 < floors <= MOST_FLOORS:
        problems.add(cell.at, f"{cell.quoted}看不懂，请写最高一层是几层，比如 18。")
        return None
    return floors


async def fill_places(town: Town, rows: Sequence[PlaceRow]) -> None:
    """Add the places of these rows, level by level; what is there stays, and learns its grid and height."""
    rows = [row for row in rows if row.community]
    await town.add((None, PlaceKind.STREET, row.street) for row in rows if row.street)
    await _hang_communities(town, rows)
    await town.add(
        (_street(town, row), PlaceKind.COMMUNITY, row.community) for row in rows if not _community(town, row)
    )
    await town.add((_community(town, row), PlaceKind.GRID, row.grid) for row in rows if row.grid)
    await town.add((_community(town, row), PlaceKind.COMPOUND, row.compound) for row in rows if row.compound)
    built = [row for row in rows if row.building]
    await town.add((_above(town, row), PlaceKind.BUILDING, row.building) for row in built)
    await town.add((_building(town, row), PlaceKind.UNIT, unit) for row in built for unit in row.units)
    for row in built:
        building, grid = _building(town, row), town.named(_community(town, row), PlaceKind.GRID, row.grid)
        if building is not None:
            building.grid_id = grid.id if grid else building.grid_id
            building.floors = row.floors or building.floors
    await town.session.flush()


async def _hang_communities(town: Town, rows: Sequence[PlaceRow]) -> None:
    """A community that was made before its street was known."""
    for row in {(row.street, row.community): row for row in rows}.values():
        alone, street = town.named(None, PlaceKind.COMMUNITY, row.community), _street(town, row)
        if alone is not None and street is not None and town.named(street, PlaceKind.COMMUNITY, row.community) is None:
            await town.hang(alone, street)


def _street(town: Town, row: PlaceRow) -> Place | None:
    return town.named(None, PlaceKind.STREET, row.street)


def _community(town: Town, row: PlaceRow) -> Place | None:
    """Where the street is left out, the community of that name wherever it is."""
    if row.street:
        return town.named(_street(town, row), PlaceKind.COMMUNITY, row.community)
    return next((place for place in town.all_of(PlaceKind.COMMUNITY) if place.name == row.community), None)


def _above(town: Town, row: PlaceRow) -> Place | None:
    community = _community(town, row)
    return town.named(community, PlaceKind.COMPOUND, row.compound) if row.compound else community


def _building(town: Town, row: PlaceRow) -> Place | None:
    return town.named(_above(town, row), PlaceKind.BUILDING, row.building)
