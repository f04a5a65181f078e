"""核验: the last step. Who may, what becomes of what is not let pass, and of what nobody looks at."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa

from handlers.rules.verifying import VerifyRules
from storage.tickets import Ticket, TicketEvent
from storage.types import Category, TicketAction, TicketStatus
from tests.test_chains import tickets_of
from tests.world import SHANGHAI, World

LAMP = "2单元3楼的灯坏了，黑黢黢的，麻烦来修一下"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


async def done(world: World, *, rated: str = "") -> None:
    """A lamp that 王芳 has mended, and perhaps what 李姐 thinks of it."""
    await world.says("李姐", LAMP)
    await world.says("王芳", "接单 1", alone=True)
    await world.says("王芳", "办结 1", alone=True)
    if rated:
        await world.says("李姐", f"评价 1 {rated}", alone=True)
    world.forget()


async def ticket(world: World) -> Ticket:
    return (await tickets_of(world))[0]


async def acts(world: World, *wanted: TicketAction) -> Sequence[TicketEvent]:
    async with world.sessions() as session:
        query = sa.select(TicketEvent).where(TicketEvent.action.in_(wanted)).order_by(TicketEvent.id)
        return (await session.scalars(query)).all()


async def test_what_is_done_and_rated_waits_for_the_community_which_looks_and_verifies(world: World) -> None:
    await done(world)
    await world.says("陈书记", "待核验", alone=True)
    world.hears("陈书记", "没有待核验")  # those who reported it have a day to rate it
    await world.says("李姐", "评价 1 满意", alone=True)
    await world.says("周网格", "待核验", alone=True)
    world.hears("周网格", "1 号", "王芳办的", "评了 5 星")
    await world.says("周网格", "待办", alone=True)
    world.hears("周网格", "另有 1 张待核验")
    await world.presses("周网格", "核验 1")
    world.hears("周网格", "1 号核验过了")
    assert (await ticket(world)).status is TicketStatus.VERIFIED
    assert [event.member_id for event in await acts(world, TicketAction.VERIFY)] != [None]
    world.forget()
    await world.says("李姐", "工单 1", alone=True)
    world.hears("李姐", "周网格核验的")
    world.silent("3栋群", "王芳")


async def test_without_a_rating_it_waits_a_day_and_counts_as_verified_after_three(world: World) -> None:
    await done(world)
    await world.wait(DAY)
    world.forget()
    await world.says("陈书记", "待核验", alone=True)
    world.hears("陈书记", "1 号")
    await world.wait(2 * DAY)
    assert (await ticket(world)).status is TicketStatus.VERIFIED
    assert [event.member_id for event in await acts(world, TicketAction.VERIFY)] == [None]
    world.forget()
    await world.says("李姐", "工单 1", alone=True)
    world.hears("李姐", "到期自动算核验过")
    await world.says("李姐", "评价 1 满意", alone=True)  # late, and heard all the same
    world.hears("李姐", "谢谢")
    assert (await ticket(world)).rating == 5
    world.silent("3栋群", "陈书记", "王芳")


async def test_what_does_not_pass_goes_back_to_who_did_it_and_its_reporters_hear_it_once_and_alone(
    world: World,
) -> None:
    await done(world, rated="满意")
    await world.says("陈书记", "核验不通过 1 三楼的灯还是不亮", alone=True)
    world.hears("陈书记", "退回给王芳")
    world.hears("王芳", "核验没通过：三楼的灯还是不亮", "退单 1")
    world.hears("李姐", "还没办好，接着办")
    world.silent("3栋群", "赵强", "周网格")
    again = await ticket(world)
    assert (again.status, again.closed_at, again.done_at) == (TicketStatus.ACCEPTED, None, None)
    assert again.next_at is not None
    assert again.done_by is not None
    await world.says("王芳", "办结 1 换了镇流器", alone=True)
    world.forget()
    await world.says("陈书记", "核验 1", alone=True)
    world.hears("陈书记", "核验过了")


async def test_who_cannot_be_told_alone_reads_it_in_the_group_within_its_three_messages(world: World) -> None:
    await world.says("老夏", LAMP)
    await world.says("王芳", "接单 1", alone=True)
    await world.says("王芳", "办结 1", alone=True)
    world.forget()
    await world.says("陈书记", "核验 1 不通过，没亮", alone=True)
    world.silent("3栋群")  # it has heard its three
    async with world.sessions.begin() as session:
        await session.execute(sa.update(Ticket).values(group_notes=0))
    await world.says("王芳", "办结 1", alone=True)
    world.forget()
    await world.says("陈书记", "核验不通过 1", alone=True)
    world.hears("3栋群", "还没办好，接着办")


async def test_a_bad_rating_asks_for_it_at_once_and_goes_back_where_nobody_looks(world: World) -> None:
    await done(world, rated="不满意")
    await world.wait(3 * DAY - HOUR)
    assert (await ticket(world)).status is TicketStatus.RATED
    world.forget()
    await world.wait(2 * HOUR)
    assert (await ticket(world)).status is TicketStatus.ACCEPTED
    assert [event.member_id for event in await acts(world, TicketAction.REJECT)] == [None]
    world.hears("王芳", "有住户不满意")
    world.hears("李姐", "还没办好，接着办")
    world.silent("3栋群", "陈书记")


async def test_who_is_asked_about_a_bad_rating_answers_with_a_button(world: World) -> None:
    await done(world)
    await world.says("李姐", "评价 1 不满意", alone=True)
    world.hears("陈书记", "请去看一看")
    await world.presses("陈书记", "还没好")
    world.hears("王芳", "核验没通过")
    await world.says("王芳", "办结 1", alone=True)
    world.forget()
    await world.wait(3 * DAY + HOUR)  # the bad word was about what was done before
    assert (await ticket(world)).status is TicketStatus.VERIFIED


async def test_kinds_that_must_be_looked_at_are_asked_for_once_a_day_and_never_pass_by_themselves(world: World) -> None:
    rules = VerifyRules(always=frozenset({Category.LIGHTING}))
    world.house = world.clock.house = world.receiver.house = replace(world.house, verifying=rules)
    await done(world, rated="满意")
    await world.wait(HOUR)
    world.hears("陈书记", "要您去看过才算", "1 号")
    await world.wait(3 * DAY + 6 * HOUR)
    world.silent("陈书记", "周网格")
    assert (await ticket(world)).status is TicketStatus.RATED
    world.now = datetime(2026, 5, 18, 9, 0, tzinfo=SHANGHAI)  # a week later, still
    await world.clock.ring()
    await world.clock.ring()
    await world.send_all()
    world.hears("陈书记", "要您去看过才算")


@pytest.mark.parametrize(
    ("who", "words", "answer"),
    [
        ("王芳", "核验 1", "网格员"),
        ("李姐", "核验 1", "网格员"),
        ("陈书记", "核验 7", "没有 7 号"),
        ("陈书记", "核验", "没有"),
    ],
)
async def test_who_may_not_is_told_who_may(world: World, who: str, words: str, answer: str) -> None:
    await done(world)
    await world.says(who, words, alone=True)
    world.hears(who, answer)
    assert (await ticket(world)).status is TicketStatus.DONE


async def test_nobody_verifies_his_own_work(world: World) -> None:
    """RA46."""
    await world.says("李姐", LAMP)
    await world.says("陈书记", "接单 1", alone=True)
    await world.says("陈书记", "核验 1", alone=True)
    await world.says("陈书记", "办结 1", alone=True)
    world.forget()
    for words in ("核验 1", "核验不通过 1"):
        await world.says("陈书记", words, alone=True)
        world.hears("陈书记", "您自己办的")
    await world.says("李姐", "评价 1 不满意", alone=True)
    world.hears("周网格", "请去看一看")
    world.silent("陈书记")


async def test_what_who_did_it_cannot_go_on_with_is_called_out_anew(world: World) -> None:
    await done(world, rated="满意")
    await world.says("陈书记", "免去 王芳 红管家 3栋", alone=True)
    world.forget()
    await world.says("陈书记", "核验不通过 1 没亮", alone=True)
    world.hears("陈书记", "重新派出去了")
    assert (await ticket(world)).status is TicketStatus.DISPATCHED
    assert [event.action for event in await acts(world, TicketAction.REOPEN, TicketAction.REJECT)] == [
        TicketAction.REOPEN
    ]


async def test_two_who_look_at_once_or_one_who_is_heard_twice_are_one(world: World) -> None:
    await done(world, rated="满意")
    both = [world.message(who, "核验 1", alone=True) for who in ("陈书记", "周网格", "陈书记")]
    await asyncio.gather(*(world.receive(one) for one in (*both, both[0])))
    await world.send_all()
    assert len(await acts(world, TicketAction.VERIFY)) == 1
    await asyncio.gather(world.clock.ring(), world.clock.ring())
    assert len(await acts(world, TicketAction.VERIFY)) == 1
    assert "核验过了" in world.new("周网格")[-1].text


async def test_nothing_is_settled_at_night(world: World) -> None:
    await done(world, rated="不满意")
    world.now = datetime(2026, 5, 15, 3, 0, tzinfo=SHANGHAI)
    await world.clock.ring()
    assert (await ticket(world)).status is TicketStatus.RATED
    world.now += 5 * HOUR
    await world.clock.ring()
    assert (await ticket(world)).status is TicketStatus.ACCEPTED


async def test_a_private_matter_is_not_verified_in_a_group(world: World) -> None:
    await world.says("李姐", LAMP, alone=True)
    await world.says("王芳", "接单 1", alone=True)
    await world.says("王芳", "办结 1", alone=True)
    world.forget()
    await world.says("陈书记", "核验 1")
    world.silent("3栋群")
    assert (await ticket(world)).status is TicketStatus.DONE
    await world.says("陈书记", "待核验")
    world.silent("3栋群")


async def test_why_it_was_given_to_him_can_still_be_told_after_it_came_back_to_him(world: World) -> None:
    await done(world)
    await world.says("陈书记", "核验不通过 1 还是不亮", alone=True)
    world.forget()
    await world.says("陈书记", "为什么派给他 1", alone=True)
    world.hears("陈书记", "王芳")
