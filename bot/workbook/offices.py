"""The sheet 角色: what somebody is for a place; and whom and what a cell of any sheet names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from bot.workbook.cells import Cell, Problems, Row
from bot.workbook.town import Town
from handlers.community.gazetteer import Gazetteer
from handlers.messages import Refusal
from handlers.reading.values import ROLE_WORDS, Unclear, role_named
from storage.members import Member, RoleGrant
from storage.places import Place
from storage.types import Role

_AND: Final = re.compile("[、,，和]")


def people_meant(town: Town, row: Row, problems: Problems, places: Gazetteer) -> list[Member]:
    """The members whom a row of another sheet names, by their homes where several are called so."""
    said = [part.strip() for part in _AND.split(row.text("姓名")) if part.strip()]
    homes = homes_meant(row, problems, places)
    if row.text("姓名") and not said:
        problems.add(row["姓名"].at, "没有写姓名，这一行一个人也没有。")
    return [member for name in said for member in member_meant(town, row, name, homes, problems)]


def member_meant(town: Town, row: Row, name: str, homes: Sequence[Place], problems: Problems) -> list[Member]:
    """The one member of that name, or nobody."""
    same = [m for m in town.people.get(name, ()) if m.name == name] or town.people.get(name, [])
    near = [m for m in same if any(town.at_home(m).startswith(home.path) for home in homes)] if homes else same
    if not near:
        problems.add(row["姓名"].at, f"“{name[:20]}”没有这个人。请先写进“成员”表，或者让他先在群里说句话。")
    elif len(near) > 1:
        wrong = f"“{name[:20]}”有 {len(near)} 位，请在“住处”里写上是哪一位，比如 3栋2单元。"
        problems.add(row["姓名"].at, wrong)
    return near if len(near) == 1 else []


def homes_meant(row: Row, problems: Problems, places: Gazetteer) -> list[Place]:
    """Where the people of a row live, as far as it says so."""
    return places_meant(row["住处"], problems, places) if row.text("住处") else []


def places_meant(cell: Cell, problems: Problems, places: Gazetteer) -> list[Place]:
    """The places that a cell names."""
    try:
        found, after = places.all_at(cell.text)
    except Refusal as refusal:
        problems.add(cell.at, refusal.reply.text)
        return []
    except Unclear:
        found, after = [], cell.text
    if after.strip():
        problems.add(cell.at, f"{cell.quoted}看不懂，请写地点，比如 3栋、锦绣小区3栋、第一网格。")
    return found


@dataclass(frozen=True, slots=True)
class Office:
    """A row of the sheet 角色 as it was meant."""

    members: Sequence[Member]
    role: Role
    places: Sequence[Place]


def offices(town: Town, rows: Sequence[Row], problems: Problems) -> list[Office]:
    """What the sheet says; each wrong cell is a problem."""
    gazetteer, found = town.gazetteer(), []
    for row in rows:
        row.needs("姓名", problems)
        text = row.needs("角色", problems)
        role = role_named(text)
        if text and role in (None, Role.RESIDENT):
            known = [word for word, named in ROLE_WORDS.items() if named is not Role.RESIDENT]
            problems.add(row["角色"].at, f"{row['角色'].quoted}不是角色，请写其中一个：{'、'.join(known)}。")
        where = places_meant(row["地点"], problems, gazetteer) if row.needs("地点", problems) else []
        people = people_meant(town, row, problems, gazetteer)
        if role is not None:
            found.append(Office(people, role, where))
    return found


async def fill_offices(town: Town, found: Sequence[Office]) -> int:
    """Grant what is not granted yet; how many grants that were."""
    new = 0
    for office in found:
        for member in office.members:
            for place in office.places:
                key = (member.id, place.id, office.role)
                if await town.session.get(RoleGrant, key) is None:
                    town.session.add(RoleGrant(member_id=member.id, place_id=place.id, role=office.role))
                    await town.session.flush()
                    new += 1
    return new
