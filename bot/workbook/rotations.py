"""The sheet 轮班: who take turns at a place, in which order."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.workbook.cells import Problems, Row
from bot.workbook.offices import homes_meant, member_meant, places_meant
from bot.workbook.roster import Calendar, day_meant
from bot.workbook.town import Town
from handlers.community.gazetteer import Gazetteer
from handlers.duty.entries import MOST_PEOPLE
from handlers.duty.seats import take_seats
from handlers.moment import Moment
from handlers.reading.cadence import pattern_at
from handlers.reading.times import Past
from handlers.reading.values import Unclear
from handlers.rules.patterns import Pattern
from storage.members import Member
from storage.places import Place
from storage.types import PlaceId

_BETWEEN: Final = re.compile(r"\s*(?:[、,，;；→]|->)\s*")
_TOGETHER: Final = re.compile(r"\s*[+＋&]\s*")


@dataclass(frozen=True, slots=True)
class Order:
    """A row as it was meant: who sits in one seat is on duty together."""

    places: Sequence[Place]
    pattern: Pattern | None
    seats: Sequence[Sequence[Member]]

    @property
    def members(self) -> list[Member]:
        """All of them."""
        return [member for seat in self.seats for member in seat]


def orders(town: Town, rows: Sequence[Row], calendar: Calendar, problems: Problems) -> list[Order]:
    """What the sheet says; each wrong cell is a problem."""
    gazetteer, found = town.gazetteer(), []
    seen: dict[tuple[PlaceId, str], int] = {}
    for row in rows:
        where = places_meant(row["地点"], problems, gazetteer) if row.needs("地点", problems) else []
        one = Order(where, _pattern(row, calendar, problems), _seats(town, row, problems, gazetteer))
        for place in where:
            key = (place.id, one.pattern.key if one.pattern is not None else f"row {row.number}")
            if key in seen:
                problems.add(row["怎么轮"].at, f"和第 {seen[key]} 行是同一处、同一种轮法，请把人合到一行里。")
            seen.setdefault(key, row.number)
        found.append(one)
    return found


def _pattern(row: Row, calendar: Calendar, problems: Problems) -> Pattern | None:
    cell, first = row["怎么轮"], day_meant(row["从"], calendar, problems)
    if not row.needs("怎么轮", problems):
        return None
    onwards = f"{first.year}年{first.month}月{first.day}日起 " if first and first > calendar.today else ""
    try:
        found, after = pattern_at(onwards + cell.text, calendar.now, calendar.zone)
        if not after:
            return found
    except Past:
        problems.add(cell.at, f"{cell.quoted}里的日子已经过去了，请去掉，或者写在“从”里。")
        return None
    except Unclear:
        pass
    problems.add(cell.at, f"{cell.quoted}看不懂，请写成 每周一8点、每天 20:00-8:00、工作日 一人一周。")
    return None


def _seats(town: Town, row: Row, problems: Problems, places: Gazetteer) -> list[list[Member]]:
    """The people in their order; 王芳+赵强 are on duty together."""
    said = _BETWEEN.split(row.needs("姓名", problems))
    homes = homes_meant(row, problems, places)
    names = [seat for part in said if (seat := [name for name in _TOGETHER.split(part) if name])]
    seats = [[m for name in seat for m in member_meant(town, row, name, homes, problems)] for seat in names]
    people = [member.id for seat in seats for member in seat]
    if row.text("姓名") and not names:
        problems.add(row["姓名"].at, "没有写姓名，这一行一个人也没有。")
    if len(set(people)) < len(people):
        problems.add(row["姓名"].at, "同一个人写了两次。轮班里一人只写一次，想多轮就另写一行。")
    if len(people) > MOST_PEOPLE:
        problems.add(row["姓名"].at, f"人太多，一处轮班最多 {MOST_PEOPLE} 人。请分成几行。")
    return seats


async def fill_orders(moment: Moment, found: Sequence[Order]) -> int:
    """Let people take turns where they do not yet; at how many places that changed anything."""
    new = 0
    for one in found:
        order = [[member.id for member in seat] for seat in one.seats]
        if one.pattern is None or not order:
            continue
        for place in one.places:
            new += await take_seats(moment, place.id, one.pattern, order)
    return new
