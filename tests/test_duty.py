"""Rosters: who is on duty, how an admin enters it, and who is told that his turn begins."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from handlers.context import Moment
from handlers.duty import tell_whose_turn
from handlers.rota import on_duty_at, since, span_of, until
from storage import duty, places
from storage.database import Sessions
from storage.duty import DutyShift
from storage.members import Identity, Member, RoleGrant
from storage.types import MemberId, PlaceId, PlaceKind
from tests.world import ACCOUNT, CHANNEL, MONDAY_9, World

HOUR = timedelta(hours=1)
ABSURD = ["", " ", "😀😀", "\u200b\u202e", "<b>x</b>", "3栋", "3栋 王芳", "啊" * 10_000, "3栋 " * 900, "9" * 5000]


async def lines(world: World) -> list[DutyShift]:
    async with world.sessions() as session:
        return list(await session.scalars(sa.select(DutyShift).order_by(DutyShift.id)))


# -- who is on duty ----------------------------------------------------------------------------------------------------


async def test_a_neighbour_asks_who_is_on_duty(world: World) -> None:
    for asked in [
        "今天谁值班",
        "谁值班",
        "值班",
        "/值班",
        "今天谁值班啊？",
        "请问现在是谁在值班呢?",
        "3栋今天谁值班",
        "谁值班？",
    ]:
        await world.says("李姐", asked)
        world.hears("3栋群", "3栋现在值班：王芳（红管家）", "第一网格 周网格（网格员）", "石龙社区 陈书记")


async def test_ordinary_talk_about_duty_asks_for_nothing(world: World) -> None:
    for talk in [
        "谁值班室里的快递",
        "值班室在哪",
        "值班 辛苦了",
        "谁值班都行，先把灯修了吧别磨蹭",
        "昨天保安谁值班啊",
        "值班啊",
    ]:
        await world.says("李姐", talk)
        assert not [words.text for words in world.new("3栋群") if "值班：" in words.text]


async def test_a_place_without_roster_is_answered_for_by_its_office(world: World) -> None:
    await world.says("小邓", "今天谁值班")
    world.hears("4栋群", "4栋现在没人值班，有事先找第一网格：周网格（网格员）")


async def test_somebody_alone_asks_for_his_home_or_any_place(world: World) -> None:
    await world.says("李姐", "今天谁值班", alone=True)
    world.hears("李姐", "锦绣小区3栋现在值班：王芳")
    await world.says("李姐", "4栋今天谁值班？", alone=True)
    world.hears("李姐", "锦绣小区4栋现在没人值班")


async def test_an_unknown_building_is_named(world: World) -> None:
    await world.says("李姐", "9栋今天谁值班？", alone=True)
    world.hears("李姐", "没有找到“9栋”", "3栋、4栋")


async def test_the_end_of_a_turn_is_told_and_tonight_is_somebody_else(world: World) -> None:
    await world.says("陈书记", "排班 4栋 赵强 每天 8:00-20:00", alone=True)
    await world.says("陈书记", "排班 4栋 王芳 每天 20:00-8:00", alone=True)
    world.forget()
    await world.says("小邓", "谁值班")
    world.hears("4栋群", "4栋现在值班：赵强（红管家），到今天 20:00。")
    await world.says("小邓", "4栋今晚谁值班？")
    world.hears("4栋群", "今天（5月11日 周一）21:00 值班：王芳（红管家），到明天 8:00。")
    await world.says("小邓", "明天谁值班")
    world.hears("4栋群", "明天（5月12日 周二）9:00 值班：赵强")


async def test_with_nobody_anywhere_the_operator_is_named(world: World, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        for table in (DutyShift, RoleGrant):
            await session.execute(sa.delete(table))
    await world.says("李姐", "今天谁值班")
    world.hears("3栋群", "没有人值班", "石龙社区居委会")


# -- entering ----------------------------------------------------------------------------------------------------------


async def test_a_line_is_shown_back_in_words(world: World) -> None:
    for said, understood in [
        ("排班 3栋 王芳 每天 20:00-8:00", "王芳，从今天（5月11日 周一）起，每天 20:00 到次日 8:00"),
        (
            "排班 3栋 王芳、赵强 周一到周五 8:00-20:00",
            "王芳、赵强，从今天（5月11日 周一）起，每周一到周五 8:00 到 20:00",
        ),
        ("排班 ３号楼　赵强 下周", "赵强，5月18日 周一到5月24日 周日，每天 全天"),
        ("排班：3栋 每天 20:00-8:00 赵强", "赵强，从今天（5月11日 周一）起，每天 20:00 到次日 8:00"),
        ("排班 3、4栋 王芳 5月20日", "锦绣小区3栋、锦绣小区4栋：王芳，5月20日 周三 全天"),
        ("排班 第一网格 周网格 周六、周日", "第一网格：周网格，从今天（5月11日 周一）起，每周六、日 全天"),
    ]:
        await world.says("陈书记", said, alone=True)
        assert understood in world.hears("陈书记", "排好了")


async def test_entering_the_same_twice_changes_nothing(world: World) -> None:
    await world.says("陈书记", "排班 4栋 王芳 每天 20:00-8:00", alone=True)
    world.hears("陈书记", "排好了")
    before = len(await lines(world))
    await world.wait(26 * HOUR)
    world.forget()
    await world.says("陈书记", "排班 4栋 王芳 每天 20:00-8:00", alone=True)
    world.hears("陈书记", "已经排过了，没有变")
    assert len(await lines(world)) == before


async def test_two_admins_entering_the_same_at_once_make_one_line(sessions: Sessions, world: World) -> None:
    async with sessions() as session:
        building = await session.scalar(sa.select(DutyShift.place_id))
        member = await session.scalar(sa.select(Member.id).where(Member.name == "赵强"))
    assert building
    assert member

    async def enters() -> bool:
        async with sessions.begin() as session:
            line = DutyShift(place_id=building, member_id=member, first_day=world.now.date(), weekdays="12345")
            return await duty.enter(session, line)

    assert sorted(await asyncio.gather(enters(), enters(), enters())) == [False, False, True]


async def test_a_longer_period_replaces_a_shorter_one(world: World) -> None:
    await world.says("陈书记", "排班 4栋 王芳 今天", alone=True)
    before = len(await lines(world))
    await world.says("陈书记", "排班 4栋 王芳 今天起", alone=True)
    after = await lines(world)
    assert (len(after), after[-1].last_day) == (before, None)


async def test_a_pasted_roster_is_entered_whole_or_not_at_all(world: World) -> None:
    before = len(await lines(world))
    await world.says("陈书记", "排班\n3栋 王芳 每天 8:00-20:00\n4栋 张三丰 每天 20:00-8:00", alone=True)
    world.hears("陈书记", "还不认识“张三丰”")
    assert len(await lines(world)) == before
    await world.says("陈书记", "排班\n3栋 王芳 每天 8:00-20:00\n4栋 赵强 每天 20:00-8:00", alone=True)
    world.hears("陈书记", "锦绣小区3栋：王芳", "锦绣小区4栋：赵强")
    assert len(await lines(world)) == before + 2


async def test_what_cannot_be_entered_is_one_clear_sentence(world: World) -> None:
    for said, answer in [
        ("排班 3栋 张三丰 每天", "还不认识“张三丰”"),
        ("排班 9栋 王芳 每天", "没有找到“9栋”"),
        ("排班 3栋 王芳 5月1日到5月3日", "已经过去了"),
        ("排班 3栋 王芳", "请这样发"),
        ("排班 3栋", "请这样发"),
        ("排班 王芳 每天", "请这样发"),
        ("撤班 3栋 赵强", "本来就没有赵强"),
        ("撤班 3栋", "请这样发"),
        ("排班表 4栋", "还没有排班"),
    ]:
        await world.says("陈书记", said, alone=True)
        world.hears("陈书记", answer)


async def test_what_an_admin_cannot_enter_from_a_group_is_answered_there(world: World) -> None:
    for said, answer in (
        ("排班 3栋 张三丰 每天", "还不认识"),
        ("排班 3栋 王芳", "请这样发"),
        ("排班 9栋 王芳", "没有找到"),
    ):
        await world.says("陈书记", said)
        world.hears("3栋群", answer)
    await world.says("陈书记", "排班 的事我们下周再商量")
    world.silent("3栋群")


async def test_in_a_group_its_own_place_may_be_left_out(world: World) -> None:
    await world.says("陈书记", "排班 赵强 每天 20:00-8:00")
    world.hears("3栋群", "锦绣小区3栋：赵强")


async def test_of_two_with_one_name_the_one_in_office_is_meant(world: World, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        session.add(Member(name="王芳", created_at=world.now))
    await world.says("陈书记", "排班 4栋 王芳 每天", alone=True)
    world.hears("陈书记", "排好了")


async def test_two_with_one_name_are_told_apart_by_a_mention(world: World, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        for sender in ("张伟甲", "张伟乙"):
            member = Member(name="张伟", created_at=world.now)
            session.add(member)
            await session.flush()
            session.add(Identity(channel=CHANNEL, account=ACCOUNT, sender=sender, member_id=member.id))
            second = member.id
    await world.says("陈书记", "排班 3栋 张伟 每天")
    world.hears("3栋群", "有 2 位都叫“张伟”", "@")
    await world.says("陈书记", "排班 3栋 @张伟 每天", mentions=("张伟乙",))
    world.hears("3栋群", "排好了")
    assert (await lines(world))[-1].member_id == second


async def test_who_cannot_be_written_to_or_accept_is_named_to_the_admin(world: World) -> None:
    await world.says("陈书记", "排班 3栋 老夏 每天 8:00-20:00", alone=True)
    world.hears("陈书记", "老夏还没有私聊过我", "单独给我发一条消息", "还没有任命")


async def test_only_an_admin_of_the_place_may_enter(world: World) -> None:
    await world.says("王芳", "排班 3栋 王芳 每天", alone=True)
    world.hears("王芳", "社区管理员")
    await world.says("陈书记", "排班 老城街道 王芳 每天", alone=True)
    world.hears("陈书记", "老城街道的班不归您排")
    before = len(await lines(world))
    await world.says("李姐", "排班 3栋 李姐 每天")
    world.silent("3栋群")
    assert len(await lines(world)) == before


async def test_somebody_is_taken_off_the_roster(world: World) -> None:
    await world.says("陈书记", "撤班 3栋 王芳", alone=True)
    world.hears("陈书记", "锦绣小区3栋的班撤了：王芳")
    assert not await lines(world)
    await world.says("陈书记", "撤班 3栋 王芳", alone=True)
    world.hears("陈书记", "本来就没有王芳")


async def test_the_coming_week_is_listed(world: World) -> None:
    await world.says("陈书记", "撤班 3栋 王芳", alone=True)
    await world.says("陈书记", "排班 3栋 王芳 周一到周五 8:00-20:00", alone=True)
    await world.says("陈书记", "排班 3栋 赵强 每天 20:00-8:00", alone=True)
    world.forget()
    await world.says("王芳", "排班表 3栋", alone=True)
    text = world.hears("王芳", "锦绣小区3栋排班：")
    assert text.splitlines()[1:] == [
        "今天（5月11日 周一） 到 5月15日 周五：王芳 8:00 到 20:00；赵强 20:00 到次日 8:00",
        "5月16日 周六 到 5月17日 周日：赵强 20:00 到次日 8:00",
    ]


async def test_absurd_rosters_are_answered(world: World) -> None:
    for text in ABSURD:
        for word in ("排班", "撤班", "排班表", "今天谁值班"):
            await world.says("陈书记", f"{word} {text}", alone=True)
            assert len(world.new("陈书记")) == 1, word


# -- turns that begin --------------------------------------------------------------------------------------------------


async def test_a_turn_is_told_to_begin_once(world: World) -> None:
    await world.says("陈书记", "排班 4栋 赵强 每天 20:00-8:00", alone=True)
    world.forget()
    await world.wait(10 * HOUR + timedelta(minutes=59))
    world.silent("赵强")
    await world.wait(timedelta(minutes=1))
    world.hears("赵强", "您的班开始了：锦绣小区4栋，到明天 8:00", "没有等人接单")
    for _ in range(3):
        await world.clock.ring()
    await world.wait(13 * HOUR)
    world.silent("赵强")
    await world.wait(11 * HOUR)
    world.hears("赵强", "您的班开始了")


async def test_two_clocks_at_once_tell_a_turn_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await world.says("陈书记", "排班 4栋 赵强 每天 10:00-12:00", alone=True)
    world.forget()
    world.now += HOUR
    await asyncio.gather(*(world.clock.ring() for _ in range(4)))
    await world.send_all()
    world.hears("赵强", "您的班开始了")
    assert "tick_failed" not in caplog.messages


async def test_the_tickets_that_wait_are_counted(world: World) -> None:
    await world.says("小邓", "4栋2单元电梯停在5楼不动了，麻烦来修一下")
    await world.says("陈书记", "排班 4栋 赵强 每天 9:30-20:00", alone=True)
    world.forget()
    await world.wait(timedelta(minutes=30))
    assert any("1 件等人接单" in words.text for words in world.new("赵强"))


async def test_whoever_is_always_on_duty_is_not_told_every_midnight(world: World) -> None:
    await world.wait(49 * HOUR)
    world.silent("王芳")


async def test_a_turn_that_begins_at_night_is_told_in_the_morning(world: World) -> None:
    await world.says("陈书记", "排班 4栋 赵强 周二", alone=True)
    world.forget()
    await world.wait(21 * HOUR + timedelta(minutes=30))
    world.silent("赵强")
    await world.wait(timedelta(minutes=30))
    world.hears("赵强", "您的班开始了")


async def test_a_clock_that_was_down_tells_late_or_not_at_all(world: World) -> None:
    await world.says("陈书记", "排班 4栋 赵强 每天 10:00-12:00", alone=True)
    await world.says("陈书记", "排班 4栋 王芳 每天 10:00-20:00", alone=True)
    world.forget()
    world.now += 1 * HOUR + timedelta(minutes=59)
    await world.clock.ring()
    await world.send_all()
    world.hears("赵强", "您的班开始了")
    world.hears("王芳", "您的班开始了")
    world.now += 26 * HOUR
    await world.clock.ring()
    await world.send_all()
    world.silent("赵强", "王芳")


async def test_who_cannot_be_written_to_is_no_hindrance(world: World) -> None:
    await world.says("陈书记", "排班 4栋 老夏、赵强 每天 10:00-12:00", alone=True)
    world.forget()
    await world.wait(HOUR)
    world.hears("赵强", "您的班开始了")


# -- what the roster means ---------------------------------------------------------------------------------------------


async def test_places_without_a_line_in_force_are_left_out(world: World, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        three = await session.scalar(sa.select(DutyShift.place_id)) or PlaceId(0)
        four = (await places.all_of(session, PlaceKind.BUILDING))[1].id
        moment = Moment(session=session, now=world.now, house=world.house, reach={})
        assert [m.name for m in (await on_duty_at(moment, [three, four]))[three]] == ["王芳"]
        assert four not in await on_duty_at(moment, [three, four])
        assert await on_duty_at(moment, []) == {}
        await tell_whose_turn(moment)


def test_turns_back_to_back_are_one() -> None:
    day = MONDAY_9.date()
    whole = span_of(
        DutyShift(place_id=PlaceId(1), member_id=MemberId(1), first_day=day, last_day=day + timedelta(days=1))
    )
    assert since([whole], MONDAY_9) == MONDAY_9.replace(hour=0)
    assert until([whole], MONDAY_9) == (MONDAY_9 + timedelta(days=2)).replace(hour=0)
    assert since([whole], MONDAY_9 - timedelta(days=1)) is None
