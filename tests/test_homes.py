"""Homes: how somebody says where he lives, and who hears of it."""

import pytest

from handlers.community.homes import introduction
from handlers.community.roll import bare_name
from handlers.understanding.types import Scene
from storage import places
from storage.tickets import Ticket
from storage.types import PlaceKind
from tests.people import count, home, person
from tests.world import World

HOMES = {
    "我是 3-2-1203 孙姐": "3/2/1203",
    "我是 4栋 老孙": "4/-",
    "我是3栋2单元1203的孙姐": "3/2/1203",
    "我是 3-1-101 孙师傅": "3/1/101",
    "我是孙姐，住3栋2单元1203": "3/2/1203",
    "/我是 4-1-602": "4/1/602",
    "我住3栋2单元1203": "3/2/1203",
    "我是 4-1-603": "4/1/603",
    "我家住 三栋二单元1203室": "3/2/1203",
    "我是 4-1-604": "4/1/604",
    "我是 ３－２－１２０３ 孙姐": "3/2/1203",
    "我是 4-1-605": "4/1/605",
    "我是 锦绣小区3栋2单元1203": "3/2/1203",
}


async def test_a_home_is_said_in_many_ways(world: World) -> None:
    for said, kept in HOMES.items():
        await world.says("孙姐", said, alone=True)
        world.hears("孙姐", "记下了", "栋")
        assert await home(world, "孙姐") == kept, said


async def test_in_the_group_of_a_building_its_number_may_be_left_out(world: World) -> None:
    await world.says("孙姐", "我是 2-1203 孙姐", group="3栋群")
    assert await home(world, "孙姐") == "3/2/1203"


async def test_no_room_and_no_name_is_said_in_a_group(world: World) -> None:
    await world.says("孙姐", "我是 3-2-1203 孙姐", group="3栋群")
    text = world.hears("3栋群", "3栋2单元", "不在群里说")
    assert "1203" not in text
    assert "孙姐" not in text


async def test_who_can_be_written_to_alone_is_answered_alone(world: World) -> None:
    await world.says("李姐", "我是 3-2-1203 李姐", group="3栋群")
    world.silent("3栋群")
    world.hears("李姐", "3栋2单元1203室")


NOWHERE = {
    "我是 9-2-1203 孙姐": "没有9栋",
    "我是 3-7-1203 孙姐": "只有1单元、2单元、3单元",
    "我是 3-2-2503 孙姐": "只有18层",
    "我是 2单元1203 孙姐": "几栋",
    "我是": "我是 3-2-1203",
    "我是 谁": "我是 3-2-1203",
}


async def test_an_address_that_does_not_exist_is_not_kept(world: World) -> None:
    for said, answer in NOWHERE.items():
        await world.says("孙姐", said, alone=True)
        world.hears("孙姐", answer)
    assert await home(world, "孙姐") == ""


async def test_of_two_compounds_with_that_building_one_must_be_named(world: World) -> None:
    async with world.sessions.begin() as session:
        community = await places.only_community(session)
        other = await places.add(session, PlaceKind.COMPOUND, "幸福小区", community)
        await places.add(session, PlaceKind.BUILDING, "3", other)
    await world.says("孙姐", "我是 3-2-1203 孙姐", alone=True)
    world.hears("孙姐", "锦绣小区3栋", "幸福小区3栋", "带上小区名")
    await world.says("孙姐", "我是 幸福小区3栋 孙姐", alone=True)
    assert await home(world, "孙姐") == "3/-"


async def test_a_report_that_begins_with_the_home_is_a_report(world: World) -> None:
    reports = (
        "我是3栋2单元1203的，家里漏水了，麻烦来修一下",
        "我住3栋2单元1203，厨房水管爆了，水淹了一地",
        "我是 3-2-1203，马桶堵了，往外冒",
    )
    for number, said in enumerate(reports):
        await world.says(f"{number}户", said, alone=True)
        assert "记下了：" not in world.hears(f"{number}户", "号")
    assert await count(world, Ticket) >= 1


async def test_talk_among_neighbours_is_let_pass(world: World) -> None:
    for said in ("我是真的服了", "我是 来看热闹的", "我住这么多年了", "我是3栋2单元1203的孙姐，大家好"):
        await world.says("孙姐", said, group="3栋群")
    assert not any("门牌号" in words.text for words in world.new("3栋群"))
    assert await home(world, "孙姐") == ""


async def test_moving_house_replaces_the_home(world: World) -> None:
    await world.says("孙姐", "我是 3-2-1203 孙姐", alone=True)
    await world.says("孙姐", "我是 4-1-602", alone=True)
    assert await home(world, "孙姐") == "4/1/602"
    member = await person(world, "孙姐")
    assert member is not None
    assert member.name == "孙姐"


async def test_absurd_homes(world: World) -> None:
    absurd = ("", "🙂🙂", "\u202e3-2-1203", "3" * 10_000, "<script>3-2-1203</script>", "3-2-1203 " * 2000, "\x00\x07")
    for text in absurd:
        await world.says("孙姐", "我是 " + text, alone=True)
        assert await home(world, "孙姐") in ("", "3/2/1203"), text[:40]


def test_more_than_a_home_and_a_name_is_no_introduction() -> None:
    for text in ("3-2-1203 漏水", "3-2-1203 高空抛物", "3-2-1203和4-1-602", "孙姐", "", "你好 3-2-1203 孙姐"):
        assert introduction(text, Scene()) is None


@pytest.mark.parametrize(
    ("nickname", "name"),
    [
        ("2-1203 李姐", "李姐"),
        ("红管家 王芳", "王芳"),
        ("网格员小周", "小周"),
        ("3栋2单元502-张伟", "张伟"),
        ("王芳", "王芳"),
        ("1203", "1203"),
    ],
)
def test_nicknames_hold_names(nickname: str, name: str) -> None:
    assert bare_name(nickname) == name
