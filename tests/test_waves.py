"""A few are asked at once, next door too, and it is learned who answers: tried in the chat."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from handlers.rules.dispatch import Limits
from handlers.rules.habits import SILENT_FROM
from handlers.rules.weights import Weights
from storage import members, places
from storage.bands import Band
from storage.duty import DutyShift
from storage.habits import AnswerHabit
from storage.identities import Identity
from storage.members import Member, RoleGrant
from storage.places import Place
from storage.types import PlaceKind, Role, TicketAction
from tests.test_choices import BIN, LAMP, events
from tests.test_modes import FLOOD
from tests.test_skills import on_duty_too
from tests.world import ACCOUNT, CHANNEL, World

MINUTES_31 = timedelta(minutes=31)  #: whoever was asked among a few has let his time pass
QUARREL = "报修 2单元1203和1204吵起来了，请来调解一下"


async def supervisor(world: World, name: str) -> None:
    """He supervises from the street, above the community, and lives elsewhere."""
    async with world.sessions.begin() as session:
        street = await places.named(session, PlaceKind.STREET, "老城街道", None)
        assert street is not None
        member = Member(name=name, created_at=world.now)
        session.add(member)
        await session.flush()
        await members.grant(session, member.id, street.id, Role.SUPERVISOR)
        way = Identity(channel=CHANNEL, account=ACCOUNT, sender=name, member_id=member.id, one_to_one=f"alone:{name}")
        session.add(way)


async def next_door(world: World, *names: str) -> None:
    """They are stewards of building 4, which is of the same grid, and on duty there."""
    async with world.sessions.begin() as session:
        four = (
            await session.scalars(sa.select(Place.id).where(Place.kind == PlaceKind.BUILDING, Place.name == "4"))
        ).one()
        first_day = (await session.scalars(sa.select(DutyShift.first_day).limit(1))).one()
        for name in names:
            member = (await session.scalars(sa.select(Member.id).where(Member.name == name))).one()
            await session.execute(sa.delete(RoleGrant).where(RoleGrant.member_id == member))
            session.add(RoleGrant(member_id=member, place_id=four, role=Role.STEWARD))
            session.add(DutyShift(place_id=four, member_id=member, first_day=first_day))


async def few(world: World, at_once: int) -> None:
    """So many are asked at once about what is ordinary."""
    policy = replace(world.house.escalation, at_once=dict.fromkeys(world.house.escalation.at_once, at_once))
    world.house = replace(world.house, escalation=policy)
    world.__post_init__()


async def habit_of(world: World, name: str) -> AnswerHabit:
    async with world.sessions() as session:
        query = sa.select(AnswerHabit).join(Member, Member.id == AnswerHabit.member_id)
        found: AnswerHabit | None = await session.scalar(query.where(Member.name == name))
        assert found is not None
        return found


async def test_a_few_are_asked_at_once_and_the_first_one_has_it(world: World) -> None:
    await on_duty_too(world, "赵强")
    await world.says("李姐", LAMP)
    for who in ("王芳", "赵强"):
        world.hears(who, "照明")
    world.forget()
    await world.says("赵强", "接单", alone=True)
    world.hears("赵强", "归您了")
    world.hears("王芳", "赵强已经接了")
    await world.wait(MINUTES_31)
    world.silent("王芳", "周网格")


async def test_those_next_door_are_asked_when_nobody_of_the_building_answers(world: World) -> None:
    await few(world, 2)
    await on_duty_too(world, "周网格")
    await next_door(world, "赵强")
    await world.says("李姐", LAMP)
    for who in ("王芳", "周网格"):
        world.hears(who, "照明")
    world.silent("赵强")
    await world.wait(MINUTES_31)
    world.hears("赵强", "照明")
    assert sorted(await events(world, TicketAction.NO_ANSWER)) == ["周网格", "王芳"]
    await world.says("赵强", "接单", alone=True)
    world.hears("赵强", "归您了")
    await world.says("赵强", "办结 1 换了灯管", alone=True)
    assert await events(world, TicketAction.FINISH) == ["赵强"]


async def test_who_helps_out_learns_that_he_does_and_may_say_no(world: World) -> None:
    await next_door(world, "赵强")
    await world.says("李姐", LAMP)
    world.forget()
    await world.says("赵强", "为什么派给我 1", alone=True)
    assert "王芳" not in world.hears("赵强", "邻楼")
    await world.says("陈书记", "为什么派给他 1", alone=True)
    world.hears("陈书记", "赵强是邻楼来帮忙的")
    await world.says("赵强", "去不了 1", alone=True)
    world.hears("赵强", "不用您去了")


async def test_next_door_nobody_hears_of_what_is_private_or_where_it_is_not_wanted(world: World) -> None:
    await next_door(world, "赵强")
    await world.says("李姐", QUARREL, alone=True)
    assert world.new("王芳")
    world.silent("赵强")
    world.house = replace(world.house, neighbours=False)
    world.__post_init__()
    await world.says("李姐", LAMP)
    world.silent("赵强")
    await world.says("赵强", "接单 2", alone=True)
    assert await events(world, TicketAction.ACCEPT) == []


async def test_where_all_of_them_say_no_the_next_step_is_called_at_once(world: World) -> None:
    await on_duty_too(world, "赵强")
    await world.says("李姐", FLOOD)
    world.forget()
    await world.says("赵强", "去不了 1", alone=True)
    world.silent("周网格")
    await world.says("王芳", "去不了 1", alone=True)
    world.hears("周网格", "1")


async def test_urging_reminds_all_who_are_asked(world: World) -> None:
    await on_duty_too(world, "赵强")
    await world.says("李姐", LAMP)
    world.forget()
    await world.wait(timedelta(minutes=2))
    await world.says("李姐", "催办 1", alone=True)
    assert bool(world.new("王芳")) == bool(world.new("赵强"))


async def test_who_accepted_least_lately_is_asked_first(world: World) -> None:
    await few(world, 1)
    await on_duty_too(world, "赵强")
    await world.says("王芳", "我会 木工", alone=True)
    for number, taker in enumerate(("王芳", "王芳", "赵强"), 1):
        await world.says("冉幺妹", f"报修 楼下第{number}张椅子松了", alone=True)
        await world.says(taker, f"接单 {number}", alone=True)
        await world.says(taker, f"办结 {number}", alone=True)
    world.forget()
    await world.says("冉幺妹", BIN)
    world.hears("赵强", "卫生")  # the last turn was his, but he has had fewer
    world.silent("王芳")


async def test_who_never_answers_is_asked_last_and_first_again_after_a_word(world: World) -> None:
    await few(world, 1)
    await on_duty_too(world, "赵强")
    async with world.sessions.begin() as session:
        wang = (await session.scalars(sa.select(Member.id).where(Member.name == "王芳"))).one()
        session.add(AnswerHabit(member_id=wang, band=Band.DAY, silent=SILENT_FROM, at=world.now))
    world.forget()
    await world.says("冉幺妹", BIN)
    world.hears("赵强", "卫生")
    world.silent("王芳")
    await world.wait(MINUTES_31)
    world.hears("王芳", "卫生")
    await world.says("王芳", "去不了 1", alone=True)
    assert (await habit_of(world, "王芳")).silent == 0


async def test_one_who_can_do_it_is_always_among_the_few_who_are_asked(world: World) -> None:
    world.house = replace(world.house, weights=Weights(far=50))
    await few(world, 2)
    await on_duty_too(world, "赵强")
    await next_door(world, "周网格")
    await world.says("周网格", "我会 电工", alone=True)
    world.forget()
    await world.says("李姐", LAMP)
    world.hears("周网格", "照明")  # although both others are as good as always before him
    await world.says("陈书记", "为什么派给他 1", alone=True)
    world.hears("陈书记", "至少叫一个会电工的", "近来接得少的先叫")
    world.forget()
    await world.says("冉幺妹", BIN)
    world.silent("周网格")


async def test_what_is_learned_is_told_and_goes_with_him(world: World) -> None:
    for number in (1, 2, 3):
        await world.says("冉幺妹", f"报修 楼下第{number}张椅子松了", alone=True)
        await world.wait(timedelta(minutes=2))
        await world.says("王芳", f"接单 {number}", alone=True)
        await world.says("王芳", f"办结 {number}", alone=True)
    world.forget()
    await world.says("冉幺妹", BIN)
    await world.says("陈书记", "为什么派给他 4", alone=True)
    world.hears("陈书记", "王芳近来叫了 3 次回了 3 次")
    assert (await habit_of(world, "王芳")).calls == 4
    world.forget()
    await world.says("王芳", "我的数据", alone=True)
    world.hears("王芳", "回没回")
    for words in ("删除我的数据", "确认删除"):
        await world.says("王芳", words, alone=True)
    async with world.sessions() as session:
        assert (await session.scalars(sa.select(AnswerHabit))).all() == []


async def test_who_was_called_often_enough_today_is_left_in_peace_until_everybody_was(world: World) -> None:
    world.house = replace(world.house, limits=Limits(most_calls=1))
    world.__post_init__()
    await on_duty_too(world, "赵强")
    await few(world, 1)
    for number in (1, 2, 3):
        await world.says("冉幺妹", f"报修 楼下第{number}张椅子松了", alone=True)
        await world.says("陈书记", f"取消 {number} 试一下", alone=True)
    assert len(world.new("王芳")) >= 1
    assert len(world.new("赵强")) >= 1
    world.hears("周网格", "椅子")  # the third one goes up


async def test_the_street_that_is_called_in_danger_may_take_it(world: World) -> None:
    """He belongs to no community, so no community's numbers are his, but for what he was called about."""
    await supervisor(world, "罗督导")
    await world.says("李姐", "着火了！3栋2单元楼道冒好大的烟")
    world.hears("罗督导", "1 号")
    await world.says("罗督导", "接单 1", alone=True)
    world.hears("罗督导", "归您了")
    assert await events(world, TicketAction.ACCEPT) == ["罗督导"]


async def test_who_was_not_called_takes_nothing_from_another_community(world: World) -> None:
    await supervisor(world, "罗督导")
    await world.says("李姐", f"报修 {LAMP}", alone=True)
    await world.says("罗督导", "接单 1", alone=True)
    world.hears("罗督导", "1 号")
    assert await events(world, TicketAction.ACCEPT) == []
