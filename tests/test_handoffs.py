"""A ticket goes from one to another only with the other's word, and returns when it does not come."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from storage.handoffs import Handoff
from storage.overrides import DutyOverride
from storage.tickets import Ticket, TicketEvent
from storage.turns import TurnSource
from storage.types import TicketAction, TicketStatus
from storage.words import TicketMessage
from tests.people import person
from tests.world import World

HOUR = timedelta(hours=1)


async def in_hand(world: World, text: str = "2单元3楼的灯坏了，麻烦来修一下", **how: bool) -> int:
    """李姐 has reported it, 王芳 has accepted it, and everybody has read so."""
    await world.says("李姐", text, **how)
    number = await newest(world)
    await world.says("王芳", f"接单 {number}", alone=True)
    world.forget()
    return number


async def newest(world: World) -> int:
    """The number of the newest ticket."""
    async with world.sessions() as session:
        return await session.scalar(sa.select(sa.func.max(Ticket.number))) or 0


async def holder(world: World, number: int) -> tuple[str, TicketStatus]:
    """In whose hands the ticket is, and where it is."""
    async with world.sessions() as session:
        ticket = (await session.scalars(sa.select(Ticket).where(Ticket.number == number))).one()
    for name in ("王芳", "赵强", "周网格", "陈书记", "钱物业", "李姐"):
        member = await person(world, name)
        if member is not None and member.id == ticket.assignee_id:
            return name, ticket.status
    return "", ticket.status


async def asked(world: World) -> int:
    """How many questions stand."""
    async with world.sessions() as session:
        return await session.scalar(sa.select(sa.func.count()).select_from(Handoff)) or 0


async def acts(world: World) -> list[TicketAction]:
    """What was done, in order."""
    async with world.sessions() as session:
        return list(await session.scalars(sa.select(TicketEvent.action).order_by(TicketEvent.id)))


async def test_a_ticket_stays_with_the_first_until_the_other_agrees(world: World) -> None:
    await in_hand(world)
    await world.says("王芳", "转单 1 赵强 我要送孩子上学", alone=True)
    world.hears("王芳", "已经问赵强", "还在您手上")
    world.hears("赵强", "王芳", "照明", "送孩子", "灯坏了", "接手 1", "不接 1", "11:00前没回")
    assert await holder(world, 1) == ("王芳", TicketStatus.ACCEPTED)
    await world.presses("赵强", "接手")
    world.hears("赵强", "到您手上了", "李姐说")
    world.hears("王芳", "赵强接手了 1 号")
    world.hears("李姐", "换成赵强来办了")
    world.silent("3栋群")
    assert await holder(world, 1) == ("赵强", TicketStatus.ACCEPTED)


async def test_a_refusal_returns_with_its_reason(world: World) -> None:
    await in_hand(world)
    await world.says("王芳", "转单 1 赵强", alone=True)
    world.forget()
    await world.says("赵强", "不接 1 今天在外地", alone=True)
    world.hears("赵强", "不用您管")
    world.hears("王芳", "赵强这次接不了", "今天在外地", "还在您手上", "退单 1")
    assert await holder(world, 1) == ("王芳", TicketStatus.ACCEPTED)
    assert await asked(world) == 0


async def test_no_answer_in_time_returns_and_tells_both_once(world: World) -> None:
    await in_hand(world)
    await world.says("王芳", "转单 1 赵强", alone=True)
    world.forget()
    await world.wait(timedelta(minutes=119))
    world.silent("王芳", "赵强")
    await world.wait(timedelta(minutes=1))
    world.hears("王芳", "赵强到现在没回", "还在您手上")
    world.hears("赵强", "不用您接了")
    await world.clock.ring()
    await world.send_all()
    world.silent("王芳", "赵强")
    await world.says("赵强", "接手 1", alone=True)
    world.hears("赵强", "没有在等您接手")


async def test_an_unanswered_question_is_not_counted_at_night(world: World) -> None:
    await world.wait(12 * HOUR)  # nine in the evening
    await in_hand(world)
    await world.says("王芳", "转单 1 赵强", alone=True)
    world.forget()
    await world.wait(10 * HOUR)  # seven in the morning; an hour of two has passed
    world.silent("王芳")
    await world.wait(61 * timedelta(minutes=1))
    world.hears("王芳", "没回")


async def test_accepting_is_agreeing(world: World) -> None:
    await in_hand(world)
    await world.says("王芳", "转单 1 赵强", alone=True)
    await world.says("赵强", "接单 1", alone=True)
    assert await holder(world, 1) == ("赵强", TicketStatus.ACCEPTED)


async def test_somebody_else_cannot_answer_for_him(world: World) -> None:
    await in_hand(world)
    await world.says("王芳", "转单 1 赵强", alone=True)
    world.forget()
    await world.says("周网格", "接手 1", alone=True)
    world.hears("周网格", "没有在等您接手")
    assert await holder(world, 1) == ("王芳", TicketStatus.ACCEPTED)


async def test_a_private_matter_is_told_only_to_who_agreed(world: World) -> None:
    await in_hand(world, "3栋2单元1203 老人摔伤了没人照顾，想请人帮忙送饭", alone=True)
    await world.says("王芳", "转单 1 赵强 我和他家闹过矛盾", alone=True)
    text = world.hears("赵强", "不便多说")
    assert not [word for word in ("1203", "老人", "送饭", "矛盾", "李姐") if word in text]
    await world.says("赵强", "接手 1", alone=True)
    world.hears("赵强", "1203", "送饭")
    world.silent("3栋群")


async def test_asking_another_lets_the_first_one_go(world: World) -> None:
    await in_hand(world)
    await world.says("王芳", "转单 1 赵强", alone=True)
    world.forget()
    await world.says("王芳", "转单 1 周网格", alone=True)
    world.hears("赵强", "不用您接了")
    world.hears("周网格", "接手 1")
    assert await asked(world) == 1


async def test_asking_the_same_twice_changes_nothing(world: World) -> None:
    await in_hand(world)
    await world.says("王芳", "转单 1 赵强", alone=True)
    world.forget()
    await world.says("王芳", "转单 1 赵强", alone=True)
    world.hears("王芳", "已经在问赵强")
    world.silent("赵强")


async def test_a_question_is_taken_back(world: World) -> None:
    await in_hand(world)
    await world.says("王芳", "转单 1 赵强", alone=True)
    world.forget()
    await world.says("王芳", "收回 1", alone=True)
    world.hears("王芳", "不转了")
    world.hears("赵强", "不用您接了")
    assert await holder(world, 1) == ("王芳", TicketStatus.ACCEPTED)


async def test_the_community_takes_a_ticket_from_somebody_and_asks_another(world: World) -> None:
    await in_hand(world)
    await world.says("陈书记", "收回 1 他这两天住院", alone=True)
    world.hears("陈书记", "从王芳那里收回来", "在您手上")
    world.hears("王芳", "社区收回去")
    assert await holder(world, 1) == ("陈书记", TicketStatus.ACCEPTED)
    await world.says("陈书记", "转单 1 赵强", alone=True)
    await world.says("赵强", "接手", alone=True)
    assert await holder(world, 1) == ("赵强", TicketStatus.ACCEPTED)


async def test_the_community_asks_for_who_has_it(world: World) -> None:
    await in_hand(world)
    await world.says("陈书记", "转单 1 赵强", alone=True)
    world.hears("陈书记", "还在王芳手上")
    await world.says("赵强", "不接", alone=True)
    world.hears("陈书记", "赵强这次接不了", "还在王芳手上")
    world.silent("王芳")


async def test_nobody_else_takes_a_ticket_from_somebody(world: World) -> None:
    await in_hand(world)
    await world.says("赵强", "收回 1", alone=True)
    world.hears("赵强", "只有社区")


async def test_handing_everything_over_is_asked_in_one_message(world: World) -> None:
    await in_hand(world)
    await in_hand(world, "1单元门口垃圾堆了三天没人清，臭得很")
    await world.says("王芳", "交接 赵强，下周请假", alone=True)
    world.hears("王芳", "2 张单", "还在您手上")
    world.hears("赵强", "王芳", "2 张单", "下周请假", "接手 全部")
    await world.presses("赵强", "都接手")
    world.hears("赵强", "1、2 号都到您手上")
    world.hears("王芳", "赵强接手了 1、2 号")
    assert await holder(world, 1) == await holder(world, 2) == ("赵强", TicketStatus.ACCEPTED)


async def test_of_everything_one_may_be_taken_and_the_rest_refused(world: World) -> None:
    await in_hand(world)
    await in_hand(world, "1单元门口垃圾堆了三天没人清，臭得很")
    await world.says("王芳", "交接 赵强", alone=True)
    world.forget()
    await world.says("赵强", "接手", alone=True)
    world.hears("赵强", "有 2 张", "接手 全部", "接手 1")
    await world.says("赵强", "接手 2", alone=True)
    await world.says("赵强", "不接 全部 忙不过来", alone=True)
    assert (await holder(world, 1))[0] == "王芳"
    assert (await holder(world, 2))[0] == "赵强"


async def test_handing_over_nothing_or_to_nobody_is_answered(world: World) -> None:
    await world.says("王芳", "交接 赵强", alone=True)
    world.hears("王芳", "手上没有")
    await in_hand(world)
    await world.says("王芳", "交接 张三丰", alone=True)
    world.hears("王芳", "没找到这个人")
    await world.says("王芳", "交接 李姐", alone=True)
    world.hears("王芳", "不归李姐那片")
    await world.says("王芳", "交接", alone=True)
    world.hears("王芳", "交接 李强")


async def test_two_answers_at_once_make_one_end(world: World) -> None:
    await in_hand(world)
    await world.says("王芳", "转单 1 赵强", alone=True)
    both = [world.message("赵强", "接手 1", alone=True), world.message("王芳", "收回 1", alone=True)]
    await asyncio.gather(*map(world.receiver.receive, both))
    await world.send_all()
    name, status = await holder(world, 1)
    assert status is TicketStatus.ACCEPTED
    told = [words.text for words in world.new("赵强")]
    assert (name == "赵强") is any("到您手上了" in text for text in told)
    assert await asked(world) == 0


async def test_an_answer_delivered_twice_is_one(world: World) -> None:
    await in_hand(world)
    await world.says("王芳", "转单 1 赵强", alone=True)
    world.forget()
    again = world.message("赵强", "接手 1", alone=True)
    await world.hand_over(again, again)
    world.hears("赵强", "到您手上了")
    assert (await acts(world)).count(TicketAction.TAKE_OVER) == 1


async def test_a_ticket_that_is_done_meanwhile_is_not_taken(world: World) -> None:
    await in_hand(world)
    await world.says("王芳", "转单 1 赵强", alone=True)
    await world.says("王芳", "办结 1", alone=True)
    world.forget()
    await world.says("赵强", "接手 1", alone=True)
    world.hears("赵强", "没有在等您接手")
    await world.wait(3 * HOUR)
    world.silent("王芳")


async def test_a_reason_goes_when_its_author_has_his_data_removed(world: World) -> None:
    await in_hand(world)
    await world.says("王芳", "退单 1 我腰椎间盘突出犯了", alone=True)
    await world.says("王芳", "删除我的数据", alone=True)
    await world.says("王芳", "确认删除", alone=True)
    async with world.sessions() as session:
        texts = list(await session.scalars(sa.select(TicketMessage.text)))
    assert not [text for text in texts if "腰椎" in text]


async def test_who_was_asked_and_goes_is_waited_for_no_longer(world: World) -> None:
    await in_hand(world)
    await world.says("王芳", "转单 1 赵强", alone=True)
    await world.says("赵强", "我的数据", alone=True)
    assert "和别人一起办的事 1 件" in "".join(words.text for words in world.new("赵强"))
    await world.says("赵强", "删除我的数据", alone=True)
    await world.says("赵强", "确认删除", alone=True)
    assert await asked(world) == 0
    assert await holder(world, 1) == ("王芳", TicketStatus.ACCEPTED)


@pytest.mark.parametrize(
    "words", ["转单 1 老夏", "转单 1 ' OR 1=1 --", "转单 1 王芳", "转单 1 \u202e强赵", "转单 1 " + "强" * 4000]
)
async def test_nobody_is_asked_who_cannot_take_it(world: World, words: str) -> None:
    await in_hand(world)
    await world.says("王芳", words, alone=True)
    assert len(world.new("王芳")) == 1
    assert await asked(world) == 0
    assert await holder(world, 1) == ("王芳", TicketStatus.ACCEPTED)


async def on_leave(world: World, sender: str, starts: timedelta, ends: timedelta) -> None:
    """`sender` is on leave from then to then."""
    member = await person(world, sender)
    assert member is not None
    leave = DutyOverride(
        cause=f"leave:{sender}",
        source=TurnSource.LEAVE,
        place_id=None,
        comes_id=None,
        goes_id=member.id,
        starts=world.now + starts,
        ends=world.now + ends,
    )
    async with world.sessions.begin() as session:
        session.add(leave)


async def test_what_was_not_handed_over_goes_back_when_the_leave_begins(world: World) -> None:
    await in_hand(world)
    await on_leave(world, "王芳", HOUR, 48 * HOUR)
    await world.wait(3 * HOUR - timedelta(minutes=1))
    assert (await holder(world, 1))[0] == "王芳"
    world.forget()
    await world.wait(timedelta(minutes=1))
    world.hears("王芳", "请假了", "1 号我退回去")
    assert await holder(world, 1) == ("", TicketStatus.DISPATCHED)
    assert [words for name in ("赵强", "周网格", "陈书记") for words in world.new(name)]


async def test_what_somebody_is_asked_to_take_waits_for_his_answer(world: World) -> None:
    await in_hand(world)
    await world.says("王芳", "请假 今天到后天", alone=True)
    world.hears("王芳", "1 号没办完", "交接 姓名")
    await world.wait(HOUR)
    await world.says("王芳", "交接 赵强", alone=True)
    await world.wait(timedelta(minutes=110))
    assert (await holder(world, 1))[0] == "王芳"
    await world.says("赵强", "接手", alone=True)
    await world.wait(3 * HOUR)
    assert (await holder(world, 1))[0] == "赵强"


async def test_what_he_takes_on_while_on_leave_is_his(world: World) -> None:
    await on_leave(world, "王芳", -HOUR, 48 * HOUR)
    await in_hand(world)
    await world.wait(HOUR)
    assert (await holder(world, 1))[0] == "王芳"


async def test_it_may_stay_with_him_where_the_community_wants_it_so(world: World) -> None:
    world.clock.house = replace(world.house, leave_returns=False)
    await in_hand(world)
    await on_leave(world, "王芳", HOUR, 48 * HOUR)
    await world.wait(4 * HOUR)
    assert (await holder(world, 1))[0] == "王芳"


@pytest.mark.parametrize("words", ["好的", "行！", "没问题", "我接"])
async def test_a_plain_yes_soon_after_the_question_is_one(world: World, words: str) -> None:
    await in_hand(world)
    await world.says("王芳", "转单 1 赵强", alone=True)
    await world.says("赵强", words, alone=True)
    assert (await holder(world, 1))[0] == "赵强"


@pytest.mark.parametrize("words", ["不行，今天没空", "我不去，没空", "去不了", "来不了"])
async def test_a_plain_no_is_one(world: World, words: str) -> None:
    await in_hand(world)
    await world.says("王芳", "转单 1 赵强", alone=True)
    world.forget()
    await world.says("赵强", words, alone=True)
    world.hears("王芳", "赵强这次接不了")
    assert (await holder(world, 1))[0] == "王芳"


async def test_plain_words_answer_nothing_later_or_of_several(world: World) -> None:
    await in_hand(world)
    await world.says("王芳", "转单 1 赵强", alone=True)
    await world.wait(timedelta(minutes=31))
    await world.says("赵强", "好的", alone=True)
    assert (await holder(world, 1))[0] == "王芳"
    await in_hand(world, "1单元门口垃圾堆了三天没人清，臭得很")
    await world.says("王芳", "转单 2 赵强", alone=True)
    await world.says("赵强", "好的", alone=True)
    assert (await holder(world, 2))[0] == "王芳"


async def test_a_reason_is_nobody_elses_words(world: World) -> None:
    await in_hand(world)
    await world.says("王芳", "转单 1 赵强 我要送孩子", alone=True)
    await world.says("赵强", "接手 1", alone=True)
    assert "送孩子" not in world.new("赵强")[-1].text
    await world.says("赵强", "退单 1 要找电工", alone=True)
    assert [words for words in world.new("王芳") if "（经办的人说：要找电工）" in words.text]
