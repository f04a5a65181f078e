"""Rosters: entered, shown back, listed and taken back by an admin."""

import asyncio
from datetime import timedelta

import sqlalchemy as sa

from storage import duty
from storage.database import Sessions
from storage.duty import DutyShift
from storage.identities import Identity
from storage.members import Member
from tests.world import ACCOUNT, CHANNEL, World

HOUR = timedelta(hours=1)
ABSURD = ["", " ", "😀😀", "\u200b\u202e", "<b>x</b>", "3栋", "3栋 王芳", "啊" * 10_000, "3栋 " * 900, "9" * 5000]


async def lines(world: World) -> list[DutyShift]:
    async with world.sessions() as session:
        return list(await session.scalars(sa.select(DutyShift).order_by(DutyShift.id)))


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


async def test_everybody_is_taken_off_the_roster(world: World) -> None:
    await world.says("陈书记", "撤班 3栋 全部", alone=True)
    world.hears("陈书记", "锦绣小区3栋的班撤了：王芳", "班表里没有人了", "找不到再找上一级")
    assert not await lines(world)


async def test_kinds_of_days_are_entered_and_shown_back(world: World) -> None:
    for said, understood in [
        ("排班 4栋 王芳 工作日 8:00-18:00", "工作日（调休上班也算） 8:00 到 18:00"),
        ("排班 4栋 王芳 法定节假日 9:00-17:00", "法定节假日 9:00 到 17:00"),
        ("排班 4栋 王芳 周末和节假日 18:00-20:00", "休息日（周末和放假） 18:00 到 20:00"),
    ]:
        await world.says("陈书记", said, alone=True)
        world.hears("陈书记", f"从今天（5月11日 周一）起，{understood}")


async def test_turns_of_one_person_that_overlap_are_named_to_the_admin(world: World) -> None:
    await world.says("陈书记", "排班 3栋 王芳 每天 8:00-18:00", alone=True)
    world.hears("陈书记", "王芳在锦绣小区3栋的班有重叠")


async def test_days_that_end_before_they_begin_are_named(world: World) -> None:
    await world.says("陈书记", "排班 3栋 王芳 5月20日到5月15日", alone=True)
    world.hears("陈书记", "结束的日子比开始的还早")


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
