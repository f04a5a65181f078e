"""Offices: who is appointed for what place, by whom, and who is not."""

import re

from handlers.community.members import unreachable
from handlers.moment import Moment
from storage import members, places
from storage.members import Member
from storage.types import PlaceKind, Role
from tests.people import person, roles
from tests.world import ACCOUNT, CHANNEL, World


async def test_appointing_is_said_in_many_ways(world: World) -> None:
    ways = (
        "任命 李姐 红管家 3栋",
        "任命 李姐 3栋 红管家",
        "任命 李姐 为 3栋红管家",
        "任命：李姐，红管家，三号楼",
        "任命 3栋的红管家 李姐",
    )
    for said in ways:
        await world.says("陈书记", said, alone=True)
        world.hears("陈书记", "李姐现在是锦绣小区3栋的红管家")
        world.hears("李姐", "您现在是锦绣小区3栋的红管家")
        assert await roles(world, "李姐") == {("3", Role.STEWARD)}
        await world.says("陈书记", "免去 李姐 红管家 3栋", alone=True)
        world.forget()


async def test_appointing_twice_changes_nothing(world: World) -> None:
    for _ in range(2):
        await world.says("陈书记", "任命 李姐 红管家 3栋", alone=True)
    _, second = world.new("陈书记")
    assert "本来就是" in second.text
    assert len(world.new("李姐")) == 1


async def test_two_appoint_the_same_at_once(world: World) -> None:
    await world.says("陈书记", "任命 赵强 管理员", alone=True)
    world.forget()
    await world.hand_over(
        world.message("陈书记", "任命 李姐 红管家 3栋", alone=True),
        world.message("赵强", "任命 李姐 红管家 3栋", alone=True),
    )
    assert await roles(world, "李姐") == {("3", Role.STEWARD)}
    world.hears("李姐", "您现在是")


async def test_who_is_appointed_may_act_in_the_same_transaction(world: World) -> None:
    await world.says("冉幺妹", "2单元3楼的灯坏了，麻烦来修一下")
    world.forget()
    appoint = world.message("陈书记", "任命 李姐 红管家 3栋", alone=True)
    accept = world.message("李姐", "接单 1")
    await world.receiver._together([appoint, accept])
    await world.send_all()
    world.hears("3栋群", "李姐接单了")


async def test_a_nickname_with_a_room_is_not_how_staff_is_named(world: World) -> None:
    await world.says("周敏", "3栋2单元3楼的灯坏了，麻烦来修一下")
    async with world.sessions.begin() as session:
        member = (await members.known(session, [(CHANNEL, ACCOUNT, "周敏")]))[CHANNEL, ACCOUNT, "周敏"].member
        member.name = "2-502 周敏"
    await world.says("陈书记", "任命 周敏 红管家 3栋", alone=True)
    named = await person(world, "周敏")
    assert named is not None
    assert named.name == "周敏"


async def test_of_several_of_one_name_the_home_decides(world: World) -> None:
    async with world.sessions.begin() as session:
        community = await places.only_community(session)
        (building, _), *_ = await places.buildings_called(session, community, "4")
        session.add(Member(name="王芳", created_at=world.now, home_id=building.id))
    await world.says("陈书记", "任命 王芳 楼栋长 4栋", alone=True)
    text = world.hears("陈书记", "不止一位", "锦绣小区3栋", "锦绣小区4栋")
    number = re.search(r"(\d+号)：住锦绣小区3栋", text)
    assert number is not None
    await world.presses("陈书记", "锦绣小区3栋")
    assert ("4", Role.BUILDING_HEAD) in await roles(world, "王芳")


async def test_somebody_mentioned_is_meant(world: World) -> None:
    await world.says("陈书记", "任命 @李姐 红管家 3栋", mentions=["李姐"])
    assert await roles(world, "李姐") == {("3", Role.STEWARD)}


async def test_somebody_nobody_knows(world: World) -> None:
    await world.says("陈书记", "任命 武则天 红管家 3栋", alone=True)
    world.hears("陈书记", "我还不认识叫“武则天”的人", "邀请 武则天")


async def test_who_cannot_be_reached_is_named_to_the_admin(world: World) -> None:
    await world.says("陈书记", "任命 老夏 红管家 3栋", alone=True)
    world.hears("陈书记", "老夏现在是", "没法单独给老夏发消息")
    async with world.sessions() as session:
        moment = Moment(session=session, now=world.now, house=world.house, reach=world.receiver.reach)
        found = {name: (await members.called(session, name))[0].id for name in ("老夏", "王芳")}
        assert await unreachable(moment, found["老夏"])
        assert not await unreachable(moment, found["王芳"])


async def test_nobody_appoints_beyond_his_place(world: World) -> None:
    async with world.sessions.begin() as session:
        street = await places.named(session, PlaceKind.STREET, "老城街道", None)
        other = await places.add(session, PlaceKind.COMMUNITY, "南门社区", street)
        await places.add(session, PlaceKind.COMPOUND, "南门小区", other)
    await world.says("陈书记", "任命 李姐 督导 老城街道", alone=True)
    world.hears("陈书记", "不在您负责的范围里")
    await world.says("王芳", "任命 李姐 红管家 3栋", alone=True)
    world.hears("王芳", "社区管理员")
    assert await roles(world, "李姐") == set()


async def test_half_an_appointment(world: World) -> None:
    for rest in ("", "李姐", "李姐 3栋", "李姐 皇帝 3栋", "红管家 3栋", "李 姐 红管家 3栋", "啊" * 4000):
        await world.says("陈书记", f"任命 {rest}", alone=True)
        world.hears("陈书记", "任命 王芳 红管家 3栋")


async def test_residents_are_not_appointed(world: World) -> None:
    await world.says("陈书记", "任命 李姐 居民 3栋", alone=True)
    world.hears("陈书记", "居民不用任命")


async def test_taking_an_office_back_names_the_roster_that_remains(world: World) -> None:
    await world.says("陈书记", "免去 王芳 红管家 3栋", alone=True)
    world.hears("陈书记", "王芳不再是锦绣小区3栋的红管家", "班表", "撤班")
    world.hears("王芳", "不再担任")
    assert await roles(world, "王芳") == set()
    await world.says("陈书记", "免去 王芳 红管家 3栋", alone=True)
    world.hears("陈书记", "本来就不是")


async def test_the_last_admin_stays(world: World) -> None:
    await world.says("陈书记", "免去 陈书记 管理员", alone=True)
    world.hears("陈书记", "最后一位管理员")
    await world.says("陈书记", "任命 赵强 管理员", alone=True)
    await world.says("赵强", "免去 陈书记 管理员 石龙社区", alone=True)
    assert await roles(world, "陈书记") == set()


async def test_who_removes_himself_leaves_nothing_orphaned_and_the_community_hears_of_it(world: World) -> None:
    await world.says("李姐", "2单元3楼的灯坏了，麻烦来修一下")
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    await world.says("王芳", "删除我的数据", alone=True)
    await world.says("王芳", "确认删除", alone=True)
    world.hears("陈书记", "1 号")
    assert [w.text for w in world.new("赵强") if "1 号" in w.text]


async def test_who_takes_the_office_away_reads_it_in_the_answer_alone(world: World) -> None:
    await world.says("李姐", "2单元3楼的灯坏了，麻烦来修一下")
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    await world.says("陈书记", "免去 王芳 红管家 3栋", alone=True)
    assert not [w.text for w in world.new("陈书记") if "原来办的人不在岗了" in w.text]


async def test_the_others_of_the_community_hear_what_one_of_them_has_left_without_a_holder(world: World) -> None:
    await world.says("陈书记", "任命 钱物业 管理员 石龙社区", alone=True)
    await world.says("李姐", "2单元3楼的灯坏了，麻烦来修一下")
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    await world.says("陈书记", "免去 王芳 红管家 3栋", alone=True)
    assert [w.text for w in world.new("钱物业") if "1 号原来办的人不在岗了" in w.text]
