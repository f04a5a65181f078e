"""Tasks that several people do together: places, a waiting list, and nobody forgotten or blamed."""

import asyncio
from datetime import timedelta

import pytest
import sqlalchemy as sa

from storage.crews import Helper
from storage.tickets import Ticket, TicketEvent
from storage.types import TicketAction, TicketStatus
from tests.test_handoffs import holder
from tests.world import World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SOFA = "2单元3楼的旧沙发堵住楼道，麻烦叫人抬走"


async def wanted(world: World, what: str = "2人 周六上午9点", **how: bool) -> None:
    """王芳 has a ticket of 李姐's and looks for people; everybody has read so."""
    await world.says("李姐", SOFA, **how)
    await world.says("王芳", "接单 1", alone=True)
    await world.says("王芳", f"招募 1 {what}", alone=True)
    world.forget()


async def comes(world: World, *people: str) -> None:
    """They sign up, and everybody has read so."""
    for person in people:
        await world.says(person, "报名 1", alone=True)
    world.forget()


async def signed_off(world: World) -> list[int | None]:
    """For each who left, whether it was late."""
    async with world.sessions() as session:
        query = sa.select(TicketEvent.value).where(TicketEvent.action == TicketAction.SIGN_OFF)
        return list(await session.scalars(query.order_by(TicketEvent.id)))


async def test_it_is_asked_in_the_group_once_and_of_the_volunteers_alone(world: World) -> None:
    await world.says("李姐", SOFA)
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    await world.says("王芳", "招募 1 4人 周六上午9点", alone=True)
    world.hears("王芳", "招 4 个人", "5月16日 周六", "群里说了", "单独问了 1 位")
    world.hears("3栋群", "要 4 个人搭把手", "报名 1")
    world.hears("赵强", "王芳在找 4 个人", "不要紧")
    world.hears("李姐", "在找 4 个人")
    world.silent("冉幺妹", "周网格", "陈书记")


async def test_whoever_recruits_what_nobody_has_has_it(world: World) -> None:
    await world.says("李姐", SOFA)
    await world.says("王芳", "招募 1 3人", alone=True)
    assert "还没定时间" in world.new("王芳")[-1].text
    assert await holder(world, 1) == ("王芳", TicketStatus.IN_PROGRESS)


async def test_beyond_the_number_one_waits_in_order_and_everybody_hears_when_there_are_enough(world: World) -> None:
    await wanted(world)
    await world.says("赵强", "报名 1", alone=True)
    world.hears("赵强", "第 1 个", "沙发", "李姐")
    await world.says("冉幺妹", "报名 1", alone=True)
    world.hears("冉幺妹", "第 2 个", "人齐了：赵强、冉幺妹")
    world.hears("赵强", "齐了", "赵强、冉幺妹")
    world.hears("王芳", "齐了")
    world.hears("李姐", "人手齐了")
    await world.says("周网格", "报名 1", alone=True)
    world.hears("周网格", "排候补第 1")
    await world.says("陈书记", "报名 1", alone=True)
    world.hears("陈书记", "排候补第 2")
    world.silent("赵强", "冉幺妹", "王芳", "李姐", "3栋群")


async def test_who_leaves_lets_the_next_one_in_and_it_costs_nothing(world: World) -> None:
    await wanted(world)
    await comes(world, "赵强", "冉幺妹", "周网格")
    await world.says("冉幺妹", "不去 1 要带孩子", alone=True)
    world.hears("冉幺妹", "不要紧", "谢谢您早说")
    world.hears("周网格", "轮到您了", "沙发")
    world.silent("赵强", "3栋群", "李姐", "王芳")
    assert await signed_off(world) == [0]


async def test_who_leaves_late_is_noted_and_without_anybody_waiting_the_organiser_is_told(world: World) -> None:
    await wanted(world)
    await comes(world, "赵强", "冉幺妹")
    await world.wait(4 * DAY + 13 * HOUR)  # Friday, ten in the evening: eleven hours before
    world.forget()
    await world.says("赵强", "来不了 1", alone=True)
    world.hears("赵强", "不到 12 小时", "记一笔")
    world.hears("王芳", "还差 1 个")
    assert await signed_off(world) == [1]


async def test_a_task_without_a_time_is_left_at_any_time(world: World) -> None:
    await wanted(world, "2人")
    await comes(world, "赵强")
    await world.says("赵强", "退出 1", alone=True)
    world.hears("赵强", "不要紧")
    assert await signed_off(world) == [0]


async def test_somebody_who_said_no_is_not_asked_again_unless_the_time_changes(world: World) -> None:
    await wanted(world)
    await world.presses("赵强", "这次不去")
    world.hears("赵强", "这次不叫您了")
    await world.says("王芳", "招募 1 3人", alone=True)
    world.silent("赵强")
    await world.says("王芳", "招募 1 3人 周日上午9点", alone=True)
    world.hears("赵强", "在找 3 个人", "周日")


async def test_two_reach_for_the_last_place_and_the_other_is_first_to_wait(world: World) -> None:
    await wanted(world)
    await comes(world, "赵强")
    both = [world.message(name, "报名 1", alone=True) for name in ("周网格", "冉幺妹")]
    await asyncio.gather(*map(world.receiver.receive, both))
    await world.send_all()
    heard = [words.text for name in ("周网格", "冉幺妹") for words in world.new(name)]
    assert sum("您是第 2 个" in text for text in heard) == 1
    assert sum("排候补第 1" in text for text in heard) == 1
    assert len([1 for words in world.new("李姐") if "齐了" in words.text]) == 1


async def test_the_last_place_is_left_and_taken_at_once(world: World) -> None:
    await wanted(world)
    await comes(world, "赵强", "冉幺妹")
    both = [world.message("冉幺妹", "不去 1", alone=True), world.message("周网格", "报名 1", alone=True)]
    await asyncio.gather(*map(world.receiver.receive, both))
    await world.send_all()
    told = " ".join(words.text for words in world.new("周网格"))
    assert "您是第 2 个" in told or "轮到您了" in told


async def test_signing_up_twice_or_delivered_twice_is_once(world: World) -> None:
    await wanted(world)
    again = world.message("赵强", "报名 1", alone=True)
    await world.hand_over(again, again)
    world.hears("赵强", "第 1 个")
    await world.says("赵强", "报名 1", alone=True)
    world.hears("赵强", "已经报过")
    async with world.sessions() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(Helper)) == 1


@pytest.mark.parametrize("words", ["我来", "算我一个", "我报名", "报名"])
async def test_signing_up_is_said_in_many_ways(world: World, words: str) -> None:
    await wanted(world)
    await world.says("冉幺妹", words)
    world.hears("冉幺妹", "第 1 个")
    world.silent("3栋群")


async def test_the_same_words_mean_nothing_where_nobody_is_wanted(world: World) -> None:
    await world.says("冉幺妹", "我来")
    world.silent("3栋群", "冉幺妹")


async def test_by_button(world: World) -> None:
    await wanted(world)
    await world.says("王芳", "招募 1 2人 周日上午10点")
    world.forget()
    await world.presses("冉幺妹", "报名", group="3栋群")
    world.hears("冉幺妹", "第 1 个", "10:00")
    await world.presses("冉幺妹", "来不了")
    world.hears("冉幺妹", "不算您了")


@pytest.mark.parametrize(
    "question", ["我前面还有谁", "我后面还有谁？", "1号我前面有几个人", "我排第几", "排队 1", "谁在我后面呀"]
)
async def test_who_is_before_and_after_is_told_alone(world: World, question: str) -> None:
    await wanted(world)
    await comes(world, "赵强", "冉幺妹", "周网格", "小邓")
    await world.says("周网格", question, alone=True)
    world.hears("周网格", "候补第 1", "前面：赵强、冉幺妹", "后面：没有人")


async def test_somebody_who_is_not_in_it_reads_no_names(world: World) -> None:
    await wanted(world)
    await comes(world, "赵强", "冉幺妹")
    await world.says("陈书记", "排队 1", alone=True)
    assert "赵强" not in world.hears("陈书记", "报了 2 个", "没在里面")
    await world.says("李姐", "我前面还有谁")
    world.silent("3栋群")


async def test_a_time_that_clashes_is_warned_of(world: World) -> None:
    await wanted(world)
    await comes(world, "赵强")
    await world.says("冉幺妹", "报修 楼下垃圾桶满了，臭得很，没人来清")
    await world.says("王芳", "招募 2 2人 周六上午10点", alone=True)
    world.forget()
    await world.says("赵强", "报名 2", alone=True)
    world.hears("赵强", "第 1 个", "和您答应过的 1 号", "撞上了")
    await world.says("周网格", "报名 2", alone=True)
    assert "撞上" not in world.new("周网格")[-1].text


async def test_they_are_reminded_the_evening_before_and_two_hours_before(world: World) -> None:
    await wanted(world)
    await comes(world, "赵强", "冉幺妹", "周网格")
    await world.wait(4 * DAY + 9 * HOUR + timedelta(minutes=59))
    world.silent("赵强")
    await world.wait(timedelta(minutes=1))
    world.hears("赵强", "提醒您", "明天", "沙发")
    world.hears("冉幺妹", "提醒您")
    world.silent("周网格", "3栋群")
    await world.wait(12 * HOUR)
    for person in ("赵强", "冉幺妹"):
        world.hears(person, "提醒您", "今天")
    await world.clock.ring()
    await world.wait(3 * HOUR)
    world.silent("赵强", "冉幺妹", "周网格")


async def test_a_reminder_that_was_missed_is_not_made_up_for(world: World) -> None:
    await wanted(world)
    await comes(world, "赵强")
    world.now += 5 * DAY + HOUR  # Saturday, ten: it has begun
    await world.clock.ring()
    await world.send_all()
    assert not [words for words in world.new("赵强") if "提醒" in words.text]


async def test_who_signs_up_after_the_reminder_needs_none(world: World) -> None:
    await world.says("李姐", SOFA)
    await world.says("王芳", "招募 1 2人 今天上午11点", alone=True)
    await comes(world, "赵强")
    await world.wait(HOUR)
    world.silent("赵强")


async def test_fewer_and_more_are_told_to_whom_it_concerns(world: World) -> None:
    await wanted(world)
    await comes(world, "赵强", "冉幺妹", "周网格")
    await world.says("王芳", "招募 1 1人 周六上午9点", alone=True)
    assert "先排候补第 1" in world.new("冉幺妹")[-1].text
    world.silent("周网格")
    world.forget()
    await world.says("王芳", "招募 1 3人 周六上午9点", alone=True)
    assert "轮到您了" in world.new("周网格")[0].text
    assert "轮到您了" in world.new("冉幺妹")[0].text


async def test_somebody_goes_with_his_data_and_the_next_one_is_in(world: World) -> None:
    await wanted(world)
    await comes(world, "赵强", "冉幺妹", "周网格")
    await world.says("冉幺妹", "删除我的数据", alone=True)
    await world.says("冉幺妹", "确认删除", alone=True)
    world.forget()
    await world.wait(timedelta(minutes=1))
    world.hears("周网格", "轮到您了")


async def test_a_private_matter_is_asked_only_alone_and_told_only_to_who_comes(world: World) -> None:
    await world.says("李姐", "3栋2单元1203 老人摔伤了没人照顾，想请人帮忙送饭", alone=True)
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    await world.says("王芳", "招募 1 2人 周六上午9点", alone=True)
    world.silent("3栋群", "小区群")
    text = world.hears("赵强", "报上名再细讲")
    assert not [word for word in ("1203", "老人", "送饭", "李姐") if word in text]
    await world.says("冉幺妹", "报名 1", alone=True)
    world.hears("冉幺妹", "没有 1 号")
    await world.says("赵强", "报名 1", alone=True)
    world.hears("赵强", "1203", "送饭")
    await world.says("王芳", "招募 1 3人 周六上午9点")
    world.silent("3栋群")


async def test_a_need_for_several_is_heard_as_such(world: World) -> None:
    await world.says("李姐", "需求 搬家具要4个人，周六上午9点")
    world.hears("3栋群", "记下了", "要 4 个人", "5月16日 周六", "报名 1")
    world.hears("赵强", "在找 4 个人")
    await world.says("冉幺妹", "报名 1")
    world.hears("冉幺妹", "第 1 个")
    await world.says("李姐", "工单 1")
    world.hears("3栋群", "要 4 个人，报了 1 个")


async def test_a_need_for_nobody_in_particular_is_a_report(world: World) -> None:
    await world.says("李姐", "需求 帮我看一下2单元的灯怎么不亮")
    world.hears("3栋群", "记下了")
    await world.says("冉幺妹", "报名 1", alone=True)
    world.hears("冉幺妹", "不用报名")


async def test_what_is_done_or_withdrawn_is_over_for_those_who_come(world: World) -> None:
    await wanted(world)
    await comes(world, "赵强", "冉幺妹")
    await world.says("王芳", "办结 1", alone=True)
    for person in ("赵强", "冉幺妹"):
        world.hears(person, "谢谢您出力")
    await world.says("周网格", "报名 1", alone=True)
    world.hears("周网格", "不能再这样操作")


@pytest.mark.parametrize(
    "words", ["招募 1", "招募 1 0人", "招募 1 51人", "招募 1 很多人", "招募 1 " + "9" * 3000 + "人"]
)
async def test_a_number_out_of_bounds_is_refused(world: World, words: str) -> None:
    await world.says("李姐", SOFA)
    world.forget()
    await world.says("王芳", words, alone=True)
    world.hears("王芳", "1 到 50 个")
    assert (await holder(world, 1))[1] is TicketStatus.DISPATCHED


async def test_a_time_that_has_gone_by_is_refused(world: World) -> None:
    await world.says("李姐", SOFA)
    world.forget()
    await world.says("王芳", "招募 1 4人 昨天上午9点", alone=True)
    world.hears("王芳", "已经过了")
    await world.says("李姐", "需求 搬家具要4个人，昨天上午9点", alone=True)
    world.hears("李姐", "已经过了")
    async with world.sessions() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(Ticket)) == 1
