"""A matter that is handed to a department outside is followed until it is done, and nobody is left to ask."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from storage.handouts import Handout
from storage.steps import StepKind
from storage.tickets import Ticket
from storage.types import TicketStatus
from tests.test_handoffs import acts, holder
from tests.world import World

DAY = timedelta(days=1)
POWER = "3栋整栋楼停电了，麻烦报修一下"


async def reported(world: World, text: str = POWER, **how: bool) -> None:
    """The power company is on the list; 李姐 has reported something, and everybody has read so."""
    await world.says("陈书记", "部门 供电局 95598 停电报修", alone=True)
    await world.says("李姐", text, **how)
    world.forget()


async def handed_out(world: World, text: str = POWER, **how: bool) -> None:
    """The community has handed it out, and everybody has read so."""
    await reported(world, text, **how)
    await world.says("陈书记", "移交 1 供电局", alone=True)
    world.forget()


async def clock_of(world: World) -> tuple[StepKind | None, timedelta]:
    """What happens next to the only ticket, and in how long."""
    async with world.sessions() as session:
        ticket = (await session.scalars(sa.select(Ticket))).one()
        assert ticket.next_at is not None
        return ticket.next_step, ticket.next_at - world.now


async def test_the_directory_is_data_and_is_listed(world: World) -> None:
    await world.says("陈书记", "部门", alone=True)
    world.hears("陈书记", "还没有登记", "部门 供电局 95598")
    await world.says("陈书记", "部门 供电局 95598 停电报修 5天催一次", alone=True)
    world.hears("陈书记", "供电局 95598", "停电报修", "每 5 天")
    await world.says("陈书记", "部门 自来水公司 ９６２３３", alone=True)
    await world.says("王芳", "部门", alone=True)
    world.hears("王芳", "供电局 95598（停电报修，每 5 天催一次）", "自来水公司 96233", "移交 12")
    await world.says("陈书记", "部门 供电局 95599", alone=True)
    await world.says("陈书记", "部门 删除 自来水公司", alone=True)
    world.forget()
    await world.says("王芳", "部门", alone=True)
    assert "自来水" not in world.hears("王芳", "供电局 95599（停电报修")


async def test_only_the_community_changes_it(world: World) -> None:
    await world.says("王芳", "部门 供电局 95598", alone=True)
    world.hears("王芳", "社区管理员来改")
    await world.says("李姐", "部门 供电局 95598", alone=True)
    world.hears("李姐", "才能用")


async def test_residents_are_told_once_in_plain_words_and_not_in_the_group(world: World) -> None:
    await reported(world)
    await world.says("冉幺妹", "我家也停电了")
    world.forget()
    await world.says("陈书记", "移交 1 供电局", alone=True)
    world.hears("陈书记", "转给供电局了", "95598", "3 天没消息", "回复 1", "收回 1")
    await world.says("陈书记", "工单 1", alone=True)
    world.hears("陈书记", "转到供电局了，我们盯着")
    for who in ("李姐", "冉幺妹"):
        world.hears(who, "已经转给供电局了，我们接着盯")
    world.hears("王芳", "转给供电局", "不用跑")
    world.silent("3栋群")
    assert await holder(world, 1) == ("陈书记", TicketStatus.IN_PROGRESS)


async def test_who_cannot_be_told_alone_reads_it_in_the_group(world: World) -> None:
    await world.says("陈书记", "部门 供电局 95598", alone=True)
    await world.says("老夏", POWER)
    world.forget()
    await world.says("陈书记", "移交 1 供电局", alone=True)
    world.hears("3栋群", "已经转给供电局了")


async def test_the_coordinator_is_reminded_at_intervals_until_it_is_done(world: World) -> None:
    await handed_out(world)
    assert await clock_of(world) == (StepKind.CHASE, 3 * DAY)
    await world.wait(3 * DAY - timedelta(minutes=1))
    world.silent("陈书记", "王芳", "周网格")
    await world.wait(timedelta(minutes=1))
    world.hears("陈书记", "转给供电局 3 天了", "还没有回音", "95598", "办结 1")
    await world.clock.ring()
    await world.send_all()
    world.silent("陈书记")
    await world.wait(3 * DAY)
    world.hears("陈书记", "6 天了")
    await world.presses("陈书记", "办好了")
    world.forget()
    await world.wait(7 * DAY)
    assert not [words.text for words in world.new("陈书记") if "转给供电局" in words.text]


async def test_a_department_has_an_interval_of_its_own(world: World) -> None:
    await world.says("陈书记", "部门 供电局 95598 1天催一次", alone=True)
    await world.says("李姐", POWER)
    await world.says("陈书记", "移交 1 供电局", alone=True)
    world.forget()
    await world.wait(DAY)
    world.hears("陈书记", "1 天了")


async def test_what_the_department_says_reaches_those_who_reported_it(world: World) -> None:
    await handed_out(world)
    await world.wait(2 * DAY)
    world.forget()
    await world.says("陈书记", "回复 1 明天上午来换表", alone=True)
    world.hears("李姐", "供电局回话：明天上午来换表")
    world.hears("陈书记", "转告")
    world.silent("3栋群")
    assert await clock_of(world) == (StepKind.CHASE, 3 * DAY)
    await world.wait(3 * DAY)
    world.hears("陈书记", "上次回话是 3 天前")


async def test_an_answer_without_words_or_of_nobody_is_asked_back(world: World) -> None:
    await reported(world)
    await world.says("陈书记", "接单 1", alone=True)
    world.forget()
    await world.says("陈书记", "回复 1 来了", alone=True)
    world.hears("陈书记", "没有转给外面的部门", "进展 1")
    await world.says("陈书记", "移交 1 供电局", alone=True)
    world.forget()
    await world.says("陈书记", "回复", alone=True)
    world.hears("陈书记", "回复 12 明天来换表")
    world.silent("李姐")


async def test_it_is_taken_back_and_done_as_usual(world: World) -> None:
    await handed_out(world)
    await world.says("陈书记", "收回 1", alone=True)
    world.hears("陈书记", "收回来了", "办结 1")
    assert await holder(world, 1) == ("陈书记", TicketStatus.ACCEPTED)
    kind, _ = await clock_of(world)
    assert kind is not StepKind.CHASE
    await world.says("陈书记", "办结 1 电工来修好了", alone=True)
    world.hears("李姐", "办好了", "满意")


async def test_a_steward_hands_it_out_and_the_community_hears_of_it(world: World) -> None:
    await reported(world)
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    await world.says("王芳", "移交 1 供电", alone=True)
    world.hears("王芳", "转给供电局了")
    world.hears("陈书记", "王芳把", "转给了供电局")
    await world.wait(3 * DAY)
    for who in ("王芳", "陈书记"):
        world.hears(who, "3 天了")


async def test_who_follows_it_may_leave_and_it_is_not_forgotten(world: World) -> None:
    await reported(world)
    await world.says("王芳", "接单 1", alone=True)
    await world.says("王芳", "移交 1 供电局", alone=True)
    await world.says("王芳", "删除我的数据", alone=True)
    await world.says("王芳", "确认删除", alone=True)
    world.forget()
    await world.wait(3 * DAY)
    assert [words.text for words in world.new("陈书记") if "3 天了" in words.text]


async def test_a_private_matter_stays_out_of_the_group(world: World) -> None:
    await handed_out(world, "3栋2单元1203 老人摔伤没人照顾，想请人送饭", alone=True)
    world.silent("3栋群", "小区群")
    await world.says("陈书记", "回复 1 民政明天上门", alone=True)
    world.hears("李姐", "民政明天上门")
    world.silent("3栋群", "小区群")


async def test_a_department_that_has_tickets_is_not_struck_off(world: World) -> None:
    await handed_out(world)
    await world.says("陈书记", "部门 删除 供电局", alone=True)
    world.hears("陈书记", "还有 1 号没办完")
    await world.says("陈书记", "办结 1", alone=True)
    world.forget()
    await world.says("陈书记", "部门 供电局 删除", alone=True)
    world.hears("陈书记", "去掉了")
    await world.says("陈书记", "移交 1 供电局", alone=True)
    world.hears("陈书记", "还没有登记")


async def test_handing_it_out_twice_or_by_two_at_once_is_one(world: World) -> None:
    await reported(world)
    both = [world.message("陈书记", "移交 1 供电局", alone=True), world.message("周网格", "移交 1 供电局", alone=True)]
    await asyncio.gather(*map(world.receive, [*both, both[0]]))
    await world.send_all()
    world.hears("李姐", "已经转给供电局")
    assert [str(act) for act in await acts(world)].count("hand_out") == 1
    async with world.sessions() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(Handout)) == 1


async def test_a_reminder_that_is_late_comes_once(world: World) -> None:
    await handed_out(world)
    world.now += 20 * DAY
    for _ in range(3):
        await world.clock.ring()
        await world.send_all()
    world.hears("陈书记", "20 天了")


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("移交 1 环保局", "部门表里没有"),
        ("移交 1", "移交 12 供电局"),
        ("移交 1 " + "局" * 3000, "部门表里没有"),
        ("移交 1 '; DROP TABLE department; --", "部门表里没有"),
        ("移交 9 供电局", "没有 9 号"),
    ],
)
async def test_what_cannot_be_handed_out_is_answered_and_stays(world: World, words: str, answer: str) -> None:
    await reported(world)
    await world.says("陈书记", words, alone=True)
    world.hears("陈书记", answer)
    assert (await holder(world, 1))[1] is TicketStatus.DISPATCHED


@pytest.mark.parametrize(
    "words", ["部门 95598", "部门 " + "局" * 40, "部门 供电局 95598 95599", "部门 供电局 0天催一次"]
)
async def test_what_cannot_be_entered_is_shown_how(world: World, words: str) -> None:
    await world.says("陈书记", words, alone=True)
    world.hears("陈书记", "部门 供电局 95598")


async def with_contact(world: World) -> None:
    """The power company, for which 小邓 answers, has the lamp of 李姐."""
    await world.says("小邓", "你好", alone=True)
    await world.says("陈书记", "部门 供电局 95598 联系人 小邓 停电报修", alone=True)
    await world.says("李姐", "2单元3楼的灯坏了，麻烦来修一下")
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    await world.says("王芳", "移交 1 供电局", alone=True)


async def test_who_answers_for_a_department_is_told_is_chased_and_is_heard(world: World) -> None:
    await with_contact(world)
    world.hears("小邓", "转给供电局", "1 号", "直接回我一句")
    world.hears("李姐", "已经转给供电局了")
    world.hears("王芳", "95598")
    await world.says("小邓", "明天上午来换", alone=True)
    world.hears("小邓", "转给社区了")
    world.hears("王芳", "供电局的小邓回话：“明天上午来换”", "回复 1")
    world.silent("李姐", "4栋群", "3栋群")
    await world.wait(timedelta(days=3, hours=1))
    world.hears("小邓", "办得怎样")
    assert any("3 天了" in words.text for words in world.new("王芳"))
    world.forget()
    await world.says("王芳", "办结 1", alone=True)
    world.hears("小邓", "办结了，谢谢")


async def test_the_contact_hears_when_the_community_has_it_back_and_danger_is_a_matter_of_its_own(world: World) -> None:
    await with_contact(world)
    world.forget()
    await world.says("小邓", "4栋1单元楼道冒烟了，有明火，快来人！", alone=True)
    assert "119" in world.new("小邓")[-1].text
    world.forget()
    await world.says("王芳", "收回 1", alone=True)
    world.hears("小邓", "收回去了")
    await world.says("小邓", "那好", alone=True)
    assert not [words for words in world.new("王芳") if "回话" in words.text]


async def test_of_several_the_contact_says_which_and_who_cannot_be_told_is_named(world: World) -> None:
    await with_contact(world)
    await world.says("冉幺妹", "3单元一楼的灯坏了，晚上太黑了")
    await world.says("陈书记", "移交 2 供电局", alone=True)
    world.forget()
    await world.says("小邓", "明天来", alone=True)
    world.hears("小邓", "哪一件", "1 号", "2 号")
    await world.says("小邓", "2 明天来", alone=True)
    world.hears("陈书记", "2 号", "“明天来”")
    await world.says("陈书记", "部门 燃气公司 联系人 老夏", alone=True)
    world.hears("陈书记", "联系人老夏", "收不到")
    await world.says("陈书记", "部门 燃气公司 联系人", alone=True)
    world.hears("陈书记", "没看明白")
