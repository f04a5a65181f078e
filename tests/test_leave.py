"""请假 销假 我的时间: who is away, and what that leaves."""

from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from handlers.duty.rota import away, on_duty_at
from handlers.moment import Moment
from handlers.reading.periods import period_at
from handlers.reading.times import Backwards, Past
from handlers.reading.values import Unclear
from storage.hours import FreeHours
from storage.members import Member
from storage.overrides import DutyOverride
from storage.places import Place
from tests.drawn import ABSURD, QUICK, texts
from tests.nights import nights, shown
from tests.world import SHANGHAI, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 5, 11, 9, 0, tzinfo=SHANGHAI)  # a Monday


@pytest.mark.parametrize(
    ("text", "starts", "ends"),
    [
        ("5月21日到23日", "05-21 00:00", "05-24 00:00"),
        ("从5月21日到5月23日", "05-21 00:00", "05-24 00:00"),
        ("5月30日到2日", "05-30 00:00", "06-03 00:00"),
        ("今天", "05-11 00:00", "05-12 00:00"),
        ("明天到周五", "05-12 00:00", "05-16 00:00"),
        ("三天", "05-11 00:00", "05-14 00:00"),
        ("明天起两天", "05-12 00:00", "05-14 00:00"),
        ("下周", "05-18 00:00", "05-25 00:00"),
        ("本周", "05-11 00:00", "05-18 00:00"),
        ("下个月", "06-01 00:00", "07-01 00:00"),
        ("周五", "05-15 00:00", "05-16 00:00"),
        ("明天下午", "05-12 12:00", "05-12 18:00"),
        ("明天晚上", "05-12 18:00", "05-13 08:00"),
        ("5月21日8点到5月23日18:00", "05-21 08:00", "05-23 18:00"),
        ("明天9点到12点", "05-12 09:00", "05-12 12:00"),
        ("明天9:00到5点", "05-12 09:00", "05-12 17:00"),
    ],
)
def test_days_on_end_are_read(text: str, starts: str, ends: str) -> None:
    period, rest = period_at(f"{text} 3栋", NOW, SHANGHAI)
    assert (f"{period.starts:%m-%d %H:%M}", f"{period.ends:%m-%d %H:%M}", rest) == (starts, ends, "3栋")


@pytest.mark.parametrize(
    ("text", "error"),
    [("5月3日到1日", Backwards), ("5月23日到5月21日", Backwards), ("5月1日到3日", Past), ("昨天", Past), ("2月30日", Unclear), ("", Unclear), ("周五的事", Unclear), ("5000天", Unclear)],
)  # fmt: skip
def test_days_that_are_none_are_not_read(text: str, error: type[Unclear]) -> None:
    with pytest.raises(error):
        period_at(text, NOW, SHANGHAI)


@QUICK
@given(texts | st.sampled_from(ABSURD))
def test_whatever_is_read_is_not_over_and_has_a_length(text: str) -> None:
    try:
        period, _ = period_at(text, NOW, SHANGHAI)
    except Unclear:
        return
    assert period.starts < period.ends
    assert period.ends > NOW.replace(tzinfo=None)


async def on_leave(world: World, name: str) -> tuple[bool, datetime | None] | None:
    """Whether that member is away now because of leave, and until when."""
    async with world.sessions() as session:
        member = await session.scalar(sa.select(Member.id).where(Member.name == name))
        moment = Moment(session=session, now=world.now, house=world.house, reach={})
        found = (await away(moment, [member] if member else [])).get(member) if member else None
        return (found.on_leave, found.until) if found else None


async def test_leave_empties_turns_and_the_community_is_told(world: World) -> None:
    await nights(world)
    await world.says("赵强", "请假 明天到周五", alone=True)
    gap = "锦绣小区3栋 明天（5月12日 周二）20:00 到次日 8:00：没人顶，有事先找上一级 第一网格 周网格"
    world.hears("赵强", "5月12日 周二 到 5月15日 周五 请假", gap, "5月14日 周四", "销假")
    world.hears("陈书记", "赵强 5月12日 周二 到 5月15日 周五 请假", gap, "顶班 赵强")
    world.silent("3栋群", "王芳")
    assert await shown(world) == [
        "今天（5月11日 周一）：王芳 20:00 到次日 8:00",
        "明天（5月12日 周二）：没人",
        "后天（5月13日 周三）：王芳 20:00 到次日 8:00",
        "5月14日 周四：没人",
        "5月15日 周五：王芳 20:00 到次日 8:00",
        "5月16日 周六：赵强 20:00 到次日 8:00",
        "5月17日 周日：王芳 20:00 到次日 8:00",
    ]
    assert await on_leave(world, "赵强") is None
    await world.wait(DAY)
    assert await on_leave(world, "赵强") == (True, datetime(2026, 5, 16, tzinfo=SHANGHAI))


async def test_a_night_is_served_to_its_end_before_leave_and_left_with_it(world: World) -> None:
    """Wednesday's night belongs to Wednesday; Thursday's leave begins when it is over."""
    await nights(world)
    await world.says("王芳", "请假 周四到周五", alone=True)
    world.hears("王芳", "5月14日 周四 8:00 到 5月16日 周六 8:00 请假", "锦绣小区3栋 5月15日 周五 20:00 到次日 8:00")
    assert "后天（5月13日 周三）：王芳 20:00 到次日 8:00" in await shown(world)


async def test_whoever_else_is_on_duty_stands_in(world: World) -> None:
    await nights(world)
    await world.says("陈书记", "排班 3栋 周网格 每天 20:00-8:00", alone=True)
    world.forget()
    await world.says("赵强", "请假 明天", alone=True)
    world.hears("陈书记", "20:00 到次日 8:00：还有周网格在班")


async def test_leave_is_ended_or_taken_back(world: World) -> None:
    await nights(world)
    await world.says("赵强", "请假 明天到周五", alone=True)
    await world.says("赵强", "请假 明天到周五", alone=True)
    assert "已经记过了" in world.new("赵强")[-1].text
    await world.wait(DAY)
    world.forget()
    await world.says("赵强", "销假", alone=True)
    world.hears("赵强", "假销了", "接下来的班：锦绣小区3栋 今天（5月12日 周二）20:00")
    world.hears("陈书记", "赵强销假了", "照常值班")
    assert await on_leave(world, "赵强") is None
    await world.says("赵强", "销假", alone=True)
    world.hears("赵强", "现在没有请假")


async def test_a_ticket_climbs_past_who_is_on_leave(world: World) -> None:
    await world.says("王芳", "请假 今天", alone=True)
    world.hears("王芳", "没人顶，有事先找上一级 第一网格 周网格")
    world.forget()
    await world.says("李姐", "3栋2单元电梯停在5楼不动了，麻烦来修一下")
    world.silent("王芳")
    assert any("电梯" in words.text for words in world.new("周网格"))


async def test_an_admin_enters_leave_for_somebody_of_his(world: World) -> None:
    await nights(world)
    await world.says("陈书记", "请假 赵强 明天", alone=True)
    world.hears("陈书记", "赵强 5月12日 周二 请假")
    world.hears("赵强", "社区替您记了")
    await world.says("陈书记", "销假 赵强", alone=True)
    world.hears("陈书记", "赵强的假销了")
    await world.says("王芳", "请假 赵强 明天", alone=True)
    world.hears("王芳", "请这样发")
    await world.says("陈书记", "请假 李姐 明天", alone=True)
    world.hears("陈书记", "不归您管")


@pytest.mark.parametrize(
    "text", ["我请假 明天", "明天请假", "我想请个假明天", "明天请个假，家里有事", "请假 明天 孩子发烧"]
)
async def test_leave_is_asked_for_in_other_words(world: World, text: str) -> None:
    await world.says("王芳", text, alone=True)
    world.hears("王芳", "记下了：您 5月12日 周二 请假")
    assert not any("孩子" in words.text or "家里" in words.text for words in world.new("陈书记"))


async def test_talk_of_leave_in_a_group_is_let_pass(world: World) -> None:
    for text in ("明天我请假了", "请假 明天", "我请假三天"):
        await world.says("李姐", text)
        world.silent("3栋群", "陈书记")


async def test_open_tickets_are_named_to_who_goes_and_to_the_community(world: World) -> None:
    await world.says("李姐", "3栋2单元电梯停在5楼不动了，麻烦来修一下")
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    await world.says("王芳", "请假 明天", alone=True)
    world.hears("王芳", "手上还有 1 号没办完")
    world.hears("陈书记", "手上还有 1 号没办完")


async def test_leave_that_cannot_be_is_said(world: World) -> None:
    for said, answer in [
        ("请假 5月3日到1日", "比开始的还早"),
        ("请假 5月1日到3日", "已经过去了"),
        ("请假", "请这样发"),
        ("请假 有点事", "请这样发"),
        ("销假", "没有请假"),
    ]:
        await world.says("王芳", said, alone=True)
        world.hears("王芳", answer)
    await world.says("王芳", "请假 的人好多啊")
    world.silent("3栋群")
    await world.says("李姐", "请假 5月21日")
    world.silent("3栋群")


async def test_hours_are_given_shown_and_taken_back(world: World) -> None:
    await world.says("王芳", "我的时间 工作日19点后，周末全天", alone=True)
    world.hears("王芳", "工作日（调休上班也算） 19:00 到 24:00；休息日（周末和放假） 全天")
    assert await on_leave(world, "王芳") == (False, datetime(2026, 5, 11, 19, tzinfo=SHANGHAI))
    await world.wait(11 * HOUR)
    assert await on_leave(world, "王芳") is None
    await world.says("王芳", "我的时间", alone=True)
    assert "19:00 到 24:00" in world.new("王芳")[-1].text
    await world.says("王芳", "我的数据", alone=True)
    assert "有空的时间 2 段" in world.new("王芳")[-1].text
    await world.says("王芳", "我的时间 不限", alone=True)
    await world.wait(13 * HOUR)
    assert await on_leave(world, "王芳") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "工作日 19:00-22:00，周末 9点到18点",
            "工作日（调休上班也算） 19:00 到 22:00；休息日（周末和放假） 9:00 到 18:00",
        ),
        ("周一三五晚上、周末全天", "每周一、三、五 18:00 到 22:00；休息日（周末和放假） 全天"),
        ("工作日中午和晚上", "工作日（调休上班也算） 12:00 到 14:00；工作日（调休上班也算） 18:00 到 22:00"),
        ("每天8点前", "每天 0:00 到 8:00"),
        ("节假日", "法定节假日 全天"),
    ],
)
async def test_hours_are_read_as_people_write_them(world: World, text: str, expected: str) -> None:
    await world.says("王芳", f"我的时间 {text}", alone=True)
    world.hears("王芳", f"您有空的时间：{expected}。")


async def test_a_saturday_that_makes_up_is_a_working_day(world: World) -> None:
    """2026-05-09 makes up for May's holiday, 2026-05-01 is a holiday."""
    await world.says("王芳", "我的时间 工作日19点后，周末全天", alone=True)
    world.now = datetime(2026, 5, 1, 10, tzinfo=SHANGHAI)
    assert await on_leave(world, "王芳") is None
    world.now = datetime(2026, 5, 9, 10, tzinfo=SHANGHAI)
    assert await on_leave(world, "王芳") == (False, datetime(2026, 5, 9, 19, tzinfo=SHANGHAI))


async def test_an_admin_hears_of_turns_outside_of_hours_and_in_leave(world: World) -> None:
    await world.says("王芳", "我的时间 工作日19点后", alone=True)
    await world.says("赵强", "请假 明天", alone=True)
    world.forget()
    await world.says("陈书记", "排班 4栋 王芳、赵强 每天 8:00-18:00", alone=True)
    world.hears("陈书记", "王芳说过自己有空的时间", "赵强在这段时间里请了假")


async def test_hours_do_not_change_the_roster(world: World) -> None:
    await world.says("王芳", "我的时间 工作日19点后", alone=True)
    async with world.sessions() as session:
        place = await session.scalar(sa.select(Place.id).where(Place.name == "3"))
        moment = Moment(session=session, now=world.now, house=world.house, reach={})
        found = await on_duty_at(moment, [place] if place else [])
    assert [[person.name for person in people] for people in found.values()] == [["王芳"]]


async def test_what_is_kept_of_leave_and_hours_goes_with_the_person(world: World) -> None:
    await world.says("王芳", "请假 明天", alone=True)
    await world.says("王芳", "我的时间 周末", alone=True)
    await world.says("王芳", "删除我的数据", alone=True)
    await world.says("王芳", "确认删除", alone=True)
    async with world.sessions() as session:
        for table in (DutyOverride, FreeHours):
            assert not (await session.scalars(sa.select(table))).all()


async def test_absurd_leave_and_hours_are_answered(world: World) -> None:
    for word in ("请假", "销假", "我的时间"):
        for text in (*ABSURD[1:12], "周末，" * 900, "明天" * 900):
            await world.says("王芳", f"{word} {text}", alone=True)
            assert len(world.new("王芳")) == 1, (word, text[:20])


async def test_who_came_back_early_may_go_again(world: World) -> None:
    await world.says("陈书记", "请假 王芳 今天到后天", alone=True)
    await world.wait(timedelta(hours=1))
    await world.says("陈书记", "销假 王芳", alone=True)
    world.forget()
    await world.says("陈书记", "请假 王芳 今天到后天", alone=True)
    world.hears("陈书记", "记下了：王芳")
    await world.says("陈书记", "请假 王芳 今天到后天", alone=True)
    assert "记下了" not in world.hears("陈书记")


async def test_own_hours_follow_the_days_that_the_community_gives_itself(world: World) -> None:
    """调休 of the community's own: its day off is a day off to who serves there, and its working day is none."""
    await world.says("王芳", "我的时间 工作日19点后，周末全天", alone=True)
    await world.says("陈书记", "放假 5月13日", alone=True)
    await world.says("陈书记", "补班 5月16日", alone=True)
    async with world.sessions() as session:
        member = (await session.scalars(sa.select(Member.id).where(Member.name == "王芳"))).one()
        for day, is_free in ((12, False), (13, True), (16, False), (17, True)):
            at = datetime(2026, 5, day, 10, tzinfo=SHANGHAI)
            moment = Moment(session=session, now=at, house=world.house, reach=world.reach)
            assert (member not in await away(moment, [member])) is is_free, day
