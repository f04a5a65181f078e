"""What people can do: said by themselves or by an admin, and who is able is called first."""

import pytest
import sqlalchemy as sa

from storage.duty import DutyShift
from storage.members import Member
from storage.places import Place
from storage.skills import MemberSkill
from storage.types import PlaceKind
from tests.world import World

LAMP = "2单元3楼的灯坏了好几天了，麻烦来修一下"


async def on_duty_too(world: World, name: str) -> None:
    """`name` is on duty for building 3 beside 王芳, day and night."""
    async with world.sessions.begin() as session:
        ((place, first_day),) = await session.execute(sa.select(DutyShift.place_id, DutyShift.first_day))
        member = await session.scalar(sa.select(Member.id).where(Member.name == name))
        assert member is not None
        session.add(DutyShift(place_id=place, member_id=member, first_day=first_day))


async def kept(world: World) -> set[tuple[str, str]]:
    async with world.sessions() as session:
        query = sa.select(Member.name, MemberSkill.skill).join(Member, Member.id == MemberSkill.member_id)
        return {(name, skill) for name, skill in await session.execute(query)}


@pytest.mark.parametrize("words", ["我会 电工、水工", "我会：电工，水工", "我会 水电工", "我会 修电工 水工"])
async def test_what_somebody_can_do_is_said_in_many_ways(world: World, words: str) -> None:
    await world.says("赵强", words, alone=True)
    world.hears("赵强", "您会电工、水工")
    assert await kept(world) == {("赵强", "电工"), ("赵强", "水工")}


async def test_said_twice_or_taken_back(world: World) -> None:
    for words in ("我会 电工", "我会 电工、调解", "我不会 电工"):
        await world.says("赵强", words, alone=True)
    assert await kept(world) == {("赵强", "调解")}
    world.forget()
    await world.says("赵强", "我会", alone=True)
    world.hears("赵强", "调解")


async def test_what_nobody_has_a_name_for_is_not_kept(world: World) -> None:
    await world.says("赵强", "我会 电工、跳广场舞", alone=True)
    world.hears("赵强", "“跳广场舞”", "能登记的有：电工")
    assert await kept(world) == set()


@pytest.mark.parametrize("words", ["我会，谢谢", "我会 去的", "我会", "我不会"])
async def test_among_neighbours_it_is_talk(world: World, words: str) -> None:
    await world.says("冉幺妹", words)
    world.silent("3栋群", "冉幺妹")


async def test_an_admin_settles_it_and_lists_it(world: World) -> None:
    await world.says("陈书记", "技能 王芳 电工、水工", alone=True)
    world.hears("陈书记", "王芳会电工、水工")
    await world.says("陈书记", "技能 王芳 水工", alone=True)
    world.hears("陈书记", "王芳会水工")
    await world.says("陈书记", "技能", alone=True)
    world.hears("陈书记", "水工：王芳", "还没人会：电工")
    await world.says("陈书记", "技能 王芳 没有", alone=True)
    world.hears("陈书记", "没有登记专长")
    assert await kept(world) == set()


@pytest.mark.parametrize(
    ("words", "answer"),
    [("技能 王芳 做饭", "不认得“做饭”"), ("技能 张三丰 电工", "张三丰"), ("技能 李姐 电工", "不是您这里的")],
)
async def test_what_an_admin_mistypes_is_said(world: World, words: str, answer: str) -> None:
    await world.says("陈书记", words, alone=True)
    world.hears("陈书记", answer)
    assert await kept(world) == set()


async def test_nobody_else_speaks_for_a_member(world: World) -> None:
    await world.says("赵强", "技能 王芳 电工", alone=True)
    world.hears("赵强", "管理员")
    assert await kept(world) == set()


async def test_who_is_able_is_called_and_the_others_are_spared(world: World) -> None:
    await world.says("陈书记", "派单规则 石龙社区 轮流", alone=True)
    await on_duty_too(world, "赵强")
    await world.says("赵强", "我会 电工", alone=True)
    world.forget()
    await world.says("李姐", LAMP)
    world.hears("赵强", "照明")
    world.silent("王芳")


async def test_where_nobody_is_able_everybody_is_called_and_that_is_said(world: World) -> None:
    await on_duty_too(world, "赵强")
    await world.says("陈书记", "派单规则 石龙社区 一起叫", alone=True)
    await world.says("李姐", LAMP)
    for who in ("王芳", "赵强"):
        world.hears(who, "照明")
    await world.says("王芳", "为什么派给他 1", alone=True)
    world.hears("王芳", "没有人登记会电工", "谁先接算谁的")


async def test_his_skills_are_shown_to_him_and_go_with_him(world: World) -> None:
    await world.says("赵强", "我会 电工", alone=True)
    world.forget()
    await world.says("赵强", "我的数据", alone=True)
    world.hears("赵强", "专长：电工")
    await world.says("赵强", "删除我的数据", alone=True)
    await world.says("赵强", "确认删除", alone=True)
    assert await kept(world) == set()


async def test_the_complained_of_is_not_the_one_to_be_called(world: World) -> None:
    await on_duty_too(world, "赵强")
    async with world.sessions.begin() as session:
        unit = await session.scalar(sa.select(Place.id).where(Place.kind == PlaceKind.UNIT, Place.name == "2"))
        await session.execute(sa.update(Member).where(Member.name == "赵强").values(home_id=unit, room="1203"))
    await world.says("李姐", "3栋2单元1203天天半夜放音响，吵得睡不着", alone=True)
    world.hears("王芳", "噪音")
    world.silent("赵强")
    world.forget()
    await world.says("王芳", "为什么派给他 1", alone=True)
    assert "赵强（和这事有关）" in world.hears("王芳", "1 号")
    await world.says("赵强", "为什么派给他 1", alone=True)
    world.hears("赵强", "没有 1 号")
