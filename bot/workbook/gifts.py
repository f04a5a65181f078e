"""The sheets 时间 and 技能: when people have time, and what they can do."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any, Final

from bot.workbook.cells import Cell, Problems, Row
from bot.workbook.offices import people_meant
from bot.workbook.town import Town
from handlers.duty.hours import EXAMPLE, times_of
from handlers.moment import Moment
from handlers.reading.values import Unclear
from storage import hours, skills
from storage.members import Member
from storage.types import MemberId

_BETWEEN: Final = re.compile(r"[、,，;；和及\s]+")
_EXAMPLE: Final = EXAMPLE.partition(" ")[2]


@dataclass(frozen=True, slots=True)
class Free:
    """When these people have time."""

    members: Sequence[Member]
    times: Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Able:
    """What these people can do."""

    members: Sequence[Member]
    skills: Sequence[str]


def free_times(town: Town, rows: Sequence[Row], problems: Problems) -> list[Free]:
    """What the sheet 时间 says; each wrong cell is a problem."""
    gazetteer, found = town.gazetteer(), []
    for row in rows:
        row.needs("姓名", problems)
        cell, people = row["什么时候有空"], people_meant(town, row, problems, gazetteer)
        if row.needs("什么时候有空", problems):
            found.append(Free(people, _times(cell, problems)))
    return found


def _times(cell: Cell, problems: Problems) -> list[dict[str, Any]]:
    try:
        found = times_of(cell.text)
    except Unclear:
        problems.add(cell.at, f"{cell.quoted}看不懂，请写成 {_EXAMPLE}。")
        return []
    if any(one["starts"] == one["ends"] != time() for one in found):
        problems.add(cell.at, f"{cell.quoted}从几点到几点是一样的，请写成 {_EXAMPLE}。")
    return found


def abilities(town: Town, rows: Sequence[Row], known: Sequence[str], problems: Problems) -> list[Able]:
    """What the sheet 技能 says; `known` are the skills of the community. Each wrong cell is a problem."""
    gazetteer, found = town.gazetteer(), []
    for row in rows:
        row.needs("姓名", problems)
        said = [one for one in _BETWEEN.split(row.needs("会什么", problems)) if one]
        if wrong := [one[:12] for one in said if one not in known]:
            problems.add(row["会什么"].at, f"没有“{'、'.join(wrong[:5])}”这样的专长，请写其中的：{'、'.join(known)}。")
        found.append(Able(people_meant(town, row, problems, gazetteer), said))
    return found


async def fill_free_times(moment: Moment, found: Sequence[Free]) -> int:
    """Enter when people have time, in the place of what they said before; for how many that is anything new."""
    times: dict[MemberId, list[Mapping[str, Any]]] = {}
    for one in found:
        for member in one.members:
            times.setdefault(member.id, []).extend(one.times)
    before = await hours.given_by(moment.session, list(times))
    new = 0
    for owner, said in times.items():
        if {(one["weekdays"], one["days"], one["starts"], one["ends"]) for one in said} != set(before.get(owner, ())):
            await hours.give(moment.session, owner, said)
            new += 1
    return new


async def fill_abilities(moment: Moment, found: Sequence[Able]) -> int:
    """Enter what people can do beside what is known of them; for how many that is anything new."""
    said: dict[MemberId, list[str]] = {}
    for one in found:
        for member in one.members:
            said.setdefault(member.id, []).extend(one.skills)
    known, new = await skills.of_members(moment.session, list(said)), 0
    for owner, can in said.items():
        new += not known.get(owner, frozenset()).issuperset(can)
        await skills.learn(moment.session, owner, can)
    return new
