"""临时值班: other people for some days, and nobody where none of them is named."""

from datetime import timedelta

import sqlalchemy as sa

from storage.overrides import DutyOverride
from tests.drawn import ABSURD
from tests.nights import nights, shown
from tests.world import World

DAY = timedelta(days=1)


async def test_for_some_days_others_are_on_and_a_night_ends_in_the_morning(world: World) -> None:
    await nights(world)
    await world.says("陈书记", "临时值班 5月13日到14日 3栋：周网格 8:00-20:00，钱物业 20:00-8:00", alone=True)
    world.hears(
        "陈书记",
        "排好临时值班了。锦绣小区3栋 5月13日 周三 8:00 到 5月15日 周五 8:00，这几天平时的班先不算",
        "周网格 每天 8:00 到 20:00",
        "没排到的时候就是没人",
    )
    assert await shown(world) == [
        "今天（5月11日 周一）：王芳 20:00 到次日 8:00",
        "明天（5月12日 周二）：赵强 20:00 到次日 8:00",
        "后天（5月13日 周三） 到 5月14日 周四：周网格 8:00 到 20:00；钱物业 20:00 到次日 8:00",
        "5月15日 周五：王芳 20:00 到次日 8:00",
        "5月16日 周六：赵强 20:00 到次日 8:00",
        "5月17日 周日：王芳 20:00 到次日 8:00",
    ]


async def test_one_over_the_other_cuts_it_and_both_can_be_taken_back(world: World) -> None:
    await nights(world)
    await world.says("陈书记", "临时值班 5月13日到15日 3栋：周网格", alone=True)
    await world.says("陈书记", "临时值班 3栋 5月14日：钱物业 9:00-12:00", alone=True)
    assert (await shown(world))[2:5] == [
        "后天（5月13日 周三）：周网格 全天",
        "5月14日 周四：钱物业 9:00 到 12:00",
        "5月15日 周五：周网格 全天",
    ]
    await world.says("陈书记", "临时值班 3栋 取消", alone=True)
    assert "后天（5月13日 周三）：王芳 20:00 到次日 8:00" in await shown(world)
    await world.says("陈书记", "临时值班 3栋 取消", alone=True)
    world.hears("陈书记", "没有临时值班")


async def test_empty_on_purpose_calls_the_step_above(world: World) -> None:
    await world.says("陈书记", "临时值班 今天到明天 3栋：没人", alone=True)
    world.hears("陈书记", "没有人值班，有事直接找上一级")
    await world.says("李姐", "今天谁值班")
    world.hears("3栋群", "3栋现在没人值班，有事先找第一网格：周网格")


async def test_a_swap_wins_over_it(world: World) -> None:
    await nights(world)
    await world.says("陈书记", "临时值班 5月13日 3栋：王芳 20:00-8:00", alone=True)
    await world.says("王芳", "换班 周三 赵强", alone=True)
    await world.presses("赵强", "同意")
    assert "后天（5月13日 周三）：赵强（替王芳）20:00 到次日 8:00" in await shown(world)


async def test_days_people_and_hours_may_stand_in_any_order(world: World) -> None:
    await world.says("陈书记", "临时值班 5月16日到18日 3栋\n16日 王芳\n17日 赵强 8:00-20:00\n周网格 周一", alone=True)
    world.hears("陈书记", "王芳 5月16日 周六 全天", "赵强 5月17日 周日 8:00 到 20:00", "周网格")


async def test_what_cannot_be_entered_is_said_and_nothing_is_left(world: World) -> None:
    for said, answer in [
        ("临时值班 5月13日到14日 3栋：20日 王芳", "不在这几天里面"),
        ("临时值班 5月14日到13日 3栋：王芳", "比开始的还早"),
        ("临时值班 5月1日到3日 3栋：王芳", "已经过去了"),
        ("临时值班 5月13日到14日 3栋：张三丰", "还不认识"),
        ("临时值班 5月13日到14日 9栋：王芳", "没有找到“9栋”"),
        ("临时值班 5月13日到14日 3栋", "请这样发"),
        ("临时值班 5月13日到12月1日 3栋：王芳", "最长 62 天"),
        ("临时值班", "请这样发"),
        ("临时值班 5月13日 老城街道：王芳", "不归您排"),
    ]:
        await world.says("陈书记", said, alone=True)
        world.hears("陈书记", answer)
    async with world.sessions() as session:
        assert not (await session.scalars(sa.select(DutyOverride))).all()
    await world.says("王芳", "临时值班 5月13日 3栋：王芳", alone=True)
    world.hears("王芳", "社区管理员")


async def test_it_is_entered_once_however_often_it_is_delivered(world: World) -> None:
    for _ in range(2):
        await world.says("陈书记", "临时值班 5月13日 3栋：王芳", alone=True, message_id="same")
    async with world.sessions() as session:
        assert len((await session.scalars(sa.select(DutyOverride))).all()) == 2


async def test_absurd_temporary_rosters_are_answered(world: World) -> None:
    for text in (*ABSURD[:12], "5月13日 3栋：" + "王芳 " * 400, "5月13日 3栋：" + "，" * 400):
        await world.says("陈书记", f"临时值班 {text}", alone=True)
        assert len(world.new("陈书记")) == 1, text[:20]
