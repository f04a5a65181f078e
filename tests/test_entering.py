"""Who comes by a building's code reports for that building."""

from dataclasses import replace
from datetime import timedelta
from typing import Final

import sqlalchemy as sa

from handlers.community.entering import code_of
from handlers.messages import Happening
from storage import places
from storage.members import Member
from storage.places import Place
from storage.tickets import Ticket
from storage.types import PlaceKind
from tests.world import World

NOW: Final = timedelta(0)


async def place(world: World, kind: PlaceKind, name: str, parent: str | None = None) -> Place:
    async with world.sessions() as session:
        found = await places.all_of(session, kind)
        paths = {one.id: one for kind in PlaceKind for one in await places.all_of(session, kind)}
        return next(one for one in found if one.name == name and parent in (None, paths[one.parent_id or one.id].name))


async def enters(world: World, person: str, code: str | None, *, welcomed: bool = True, ago: timedelta = NOW) -> None:
    """`person` opens the chat with the bot by that code."""
    said = world.message(person, "", alone=True, to_bot=welcomed, at=world.now - ago)
    await world.hand_over(replace(said, happening=Happening.ENTERED, about=code))


async def home_of(world: World, person: str) -> int | None:
    async with world.sessions() as session:
        member = await session.scalar(sa.select(Member).where(Member.name == person))
        return member.home_id if member else None


async def test_what_a_newcomer_reports_is_of_the_building_whose_code_he_scanned(world: World) -> None:
    building = await place(world, PlaceKind.BUILDING, "4")
    await enters(world, "新邻居", code_of(building))
    world.hears("新邻居", "锦绣小区4栋", "直接说")
    await world.says("新邻居", "电梯坏了，门打不开", alone=True)
    async with world.sessions() as session:
        (ticket,) = (await session.scalars(sa.select(Ticket))).all()
    assert ticket.scope_id == building.id


async def test_who_scans_anothers_code_is_moved_and_told_how_to_come_back(world: World) -> None:
    building = await place(world, PlaceKind.BUILDING, "4")
    await enters(world, "李姐", code_of(building), welcomed=False)
    world.hears("李姐", "锦绣小区4栋", "原来记的是锦绣小区3栋", "我是 3-2-1203")
    assert await home_of(world, "李姐") == building.id


async def test_who_is_known_to_live_in_a_flat_of_the_building_stays_there(world: World) -> None:
    await world.says("李姐", "我是 3-2-1203 李姐", alone=True)
    world.forget()
    unit = await home_of(world, "李姐")
    await enters(world, "李姐", code_of(await place(world, PlaceKind.BUILDING, "3")))
    world.hears("李姐", "锦绣小区3栋")
    assert await home_of(world, "李姐") == unit


async def test_the_code_of_a_unit_says_more_than_that_of_a_building(world: World) -> None:
    unit = await place(world, PlaceKind.UNIT, "2", "3")
    await enters(world, "新邻居", code_of(unit))
    world.hears("新邻居", "3栋2单元")
    assert await home_of(world, "新邻居") == unit.id


async def test_a_code_that_means_nothing_is_only_a_way_in(world: World) -> None:
    community = await place(world, PlaceKind.COMMUNITY, "石龙社区")
    for code in (None, "", "place-9999", "place-0", "place-" + "9" * 30, "bldg3", code_of(community), "place-１"):
        await enters(world, "新邻居", code)
        world.hears("新邻居", "您好", "我是 3-2-1203 李姐")
    assert await home_of(world, "新邻居") is None


async def test_opening_the_chat_again_is_not_greeted_again(world: World) -> None:
    building = await place(world, PlaceKind.BUILDING, "4")
    await enters(world, "新邻居", code_of(building))
    world.forget()
    await enters(world, "新邻居", code_of(building), welcomed=False)
    await enters(world, "新邻居", None, welcomed=False)
    world.silent("新邻居")


async def test_who_came_in_hours_ago_is_not_welcomed_any_more(world: World) -> None:
    await enters(world, "新邻居", None, ago=timedelta(hours=3))
    world.silent("新邻居")


async def test_who_leaves_is_not_written_to(world: World) -> None:
    said = world.message("王芳", "", alone=True)
    await world.hand_over(replace(said, happening=Happening.REMOVED, one_to_one=None))
    await world.says("李姐", "2单元3楼的灯坏了，麻烦来修一下")
    world.silent("王芳")


async def test_who_is_known_is_welcomed_with_what_concerns_him(world: World) -> None:
    for person, fragment in (("李姐", "我的工单"), ("王芳", "待办")):
        await enters(world, person, None)
        world.hears(person, "红管家", fragment)
