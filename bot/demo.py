"""A believable community, so that somebody who has just installed the bot can talk to it. All names are made up.

石龙社区 has one compound, 石龙巷小区, with the buildings 3 (a tower of two units) and 5 (seven floors, three units, no
lift); both are in 第一网格. At any hour somebody is on duty for each building and for the grid.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.door import first_visit
from bot.gathering import open_group
from handlers.house import HouseRules
from handlers.moment import Moment
from storage import members, places
from storage.duty import DutyShift
from storage.members import Member
from storage.places import Place
from storage.types import PlaceKind, Role

COMMUNITY: Final = "石龙社区"


@dataclass(frozen=True, slots=True)
class Turn:
    """When somebody is on duty where; `ends` before or at `starts` is on the next day."""

    place: str
    weekdays: str = "1234567"
    starts: time = time(0)
    ends: time = time(0)


@dataclass(frozen=True, slots=True)
class Part:
    """Somebody of the demo."""

    name: str
    home: str | None
    room: str | None
    offices: tuple[tuple[str, Role], ...] = ()
    turns: tuple[Turn, ...] = field(default=())


CAST: Final = (
    Part("2-1203 李姐", "3-2", "1203"),
    Part("1-1801 张老师", "3-1", "1801"),
    Part("2-502 冉幺妹", "3-2", "502"),
    Part("1-604 小邓", "3-1", "604"),
    Part("1-101 老夏", "5-1", "101"),
    Part("3-401 何孃孃", "5-3", "401"),
    Part("2-302 阿杰", "5-2", "302"),
    Part("王芳", "3-1", "902", (("3", Role.STEWARD),), (Turn("3", "12345", time(8), time(20)),)),
    Part(
        "赵强",
        "3-2",
        "701",
        (("3", Role.STEWARD),),
        (Turn("3", "12345", time(20), time(8)), Turn("3", "67", time(8), time(8))),
    ),
    Part("陈素芬", "5-2", "201", (("5", Role.STEWARD),), (Turn("5"),)),
    Part("刘桂兰", "3-1", "201", (("3", Role.BUILDING_HEAD),)),
    Part("罗小军", "5-1", "501", (("grid", Role.GRID_WORKER),), (Turn("grid"),)),
    Part("钱经理", None, None, (("compound", Role.PROPERTY),)),
    Part("蒋主任", None, None, (("community", Role.ADMIN),)),
    Part("吴科长", None, None, (("street", Role.SUPERVISOR),)),
)


async def settle(session: AsyncSession, house: HouseRules, now: datetime) -> None:
    """Let the community move into an empty database; one in which somebody lives already is left as it is."""
    if await places.all_of(session, PlaceKind.COMMUNITY):
        return
    found = await _build(session)
    for part in CAST:
        await _move_in(session, found, part, house, now)
    moment = Moment(session=session, now=now, house=house, reach={})
    for key in ("3", "5", "compound"):
        await open_group(moment, found[key])


async def _build(session: AsyncSession) -> Mapping[str, Place]:
    street = await places.add(session, PlaceKind.STREET, "老城街道")
    community = await places.add(session, PlaceKind.COMMUNITY, COMMUNITY, street)
    grid = await places.add(session, PlaceKind.GRID, "第一网格", community)
    compound = await places.add(session, PlaceKind.COMPOUND, "石龙巷小区", community)
    found = {"street": street, "community": community, "grid": grid, "compound": compound}
    for name, floors, units in (("3", 18, "12"), ("5", 7, "123")):
        building = await places.add(session, PlaceKind.BUILDING, name, compound, grid=grid, floors=floors)
        found[name] = building
        for unit in units:
            found[f"{name}-{unit}"] = await places.add(session, PlaceKind.UNIT, unit, building)
    return found


async def _move_in(
    session: AsyncSession, found: Mapping[str, Place], part: Part, house: HouseRules, now: datetime
) -> None:
    home = found[part.home].id if part.home else None
    member = Member(name=part.name, created_at=now, home_id=home, room=part.room)
    session.add(member)
    await session.flush()
    session.add(first_visit(member.id, now))
    for key, role in part.offices:
        await members.grant(session, member.id, found[key].id, role)
    yesterday = now.astimezone(house.zone).date() - timedelta(days=1)  # its night reaches into today
    for turn in part.turns:
        shift = DutyShift(place_id=found[turn.place].id, member_id=member.id, first_day=yesterday)
        shift.weekdays, shift.starts, shift.ends = turn.weekdays, turn.starts, turn.ends
        session.add(shift)
    await session.flush()
