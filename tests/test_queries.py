"""Whoever has a ticket asks its reporter; time stands still until he answers, and no longer than it may."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from storage.identities import Identity
from storage.queries import Query
from storage.steps import StepKind
from storage.types import Role
from tests.test_chains import CLOCKS, appoint, tickets_of
from tests.test_escalations import LAMP, later
from tests.test_limits import done_by
from tests.world import World

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clocks_of_tickets_alone(world: World) -> None:
    world.clock.ticks = CLOCKS


async def taken(world: World) -> None:
    await world.says("李姐", LAMP)
    await world.says("王芳", "接单 1", alone=True)
    world.forget()


async def test_the_question_and_the_answer_are_passed_on_alone(world: World) -> None:
    await taken(world)
    await world.says("王芳", "问 1 是几楼的灯？", alone=True)
    world.hears("王芳", "转给住户了", "1天")
    world.hears("李姐", "王芳想问您：是几楼的灯？")
    await world.says("李姐", "三楼，靠电梯那盏", alone=True)
    world.hears("李姐", "转给", "1 号")
    world.hears("王芳", "住户回答：三楼，靠电梯那盏")
    world.silent("3栋群", "周网格", "陈书记")
    await world.says("李姐", "工单 1", alone=True)
    world.hears("李姐", "正在办")


async def test_the_time_in_which_an_answer_is_waited_for_does_not_count(world: World) -> None:
    await taken(world)
    before = await done_by(world)
    await world.says("王芳", "问 1 是几楼的灯？", alone=True)
    assert (await tickets_of(world))[0].next_step is StepKind.RESUME
    await later(world, 5 * HOUR)
    await world.says("李姐", "三楼", alone=True)
    assert (before, await done_by(world)) == ("05-16 09:00", "05-16 14:00")
    assert (await tickets_of(world))[0].paused_since is None


async def test_without_an_answer_the_time_runs_on_and_one_that_comes_later_is_passed_on_all_the_same(
    world: World,
) -> None:
    """WF12, decided otherwise: a late answer is not refused."""
    await taken(world)
    await world.says("王芳", "问 1 是几楼的灯？", alone=True)
    world.forget()
    await later(world, 25 * HOUR, rings=10)
    world.hears("王芳", "还没有回答", "时限接着算了")
    assert (await tickets_of(world))[0].paused_since is None
    await later(world, 25 * HOUR, rings=10)
    world.silent("王芳", "李姐")
    await world.says("李姐", "三楼", alone=True)
    world.hears("王芳", "住户回答：三楼")


async def test_danger_is_a_matter_of_its_own_and_no_answer(world: World) -> None:
    await taken(world)
    await world.says("王芳", "问 1 是几楼的灯？", alone=True)
    world.forget()
    await world.says("李姐", "1单元楼道里冒烟了，有明火，快来人！", alone=True)
    assert "紧急" in "".join(words.text for words in world.new("王芳"))
    assert len(await tickets_of(world)) == 2
    await world.says("李姐", "三楼", alone=True)
    assert [words for words in world.new("王芳") if "住户回答：三楼" in words.text]


async def test_a_question_at_night_waits_for_the_morning(world: World) -> None:
    await taken(world)
    world.now += 14 * HOUR
    await world.says("王芳", "问 1 是几楼的灯？", alone=True)
    await later(world, 7 * HOUR)
    world.silent("李姐")
    await later(world, 2 * HOUR)
    world.hears("李姐", "几楼")


async def test_what_cannot_be_asked_is_said(world: World) -> None:
    await world.says("李姐", LAMP)
    world.forget()
    await world.says("王芳", "问 1 几楼的？", alone=True)
    world.hears("王芳", "接单 1")
    await world.says("王芳", "接单 1", alone=True)
    world.forget()
    await world.says("王芳", "问 1", alone=True)
    world.hears("王芳", "请这样发")
    await world.says("周网格", "问 1 几楼的？", alone=True)
    world.hears("周网格", "王芳")
    async with world.sessions.begin() as session:
        await session.execute(sa.update(Identity).where(Identity.sender == "李姐").values(one_to_one=None))
    await world.says("王芳", "问 1 几楼的？", alone=True)
    world.hears("王芳", "没有私聊过我")
    assert (await tickets_of(world))[0].paused_since is None


async def test_handing_back_and_finishing_end_the_waiting(world: World) -> None:
    await taken(world)
    await world.says("王芳", "问 1 几楼的？", alone=True)
    await world.says("王芳", "退单 1", alone=True)
    ticket = (await tickets_of(world))[0]
    assert ticket.paused_since is None
    assert ticket.next_step in (StepKind.CLIMB, StepKind.ASK_NEXT)


async def test_asked_and_answered_twice_it_is_said_once(world: World) -> None:
    await taken(world)
    question = world.message("王芳", "问 1 几楼的？", alone=True)
    await world.hand_over(question, question)
    world.hears("李姐", "几楼")
    answer = world.message("李姐", "三楼", alone=True)
    world.forget()
    await world.hand_over(answer, answer)
    world.hears("王芳", "三楼")


async def test_whoever_has_his_data_removed_leaves_no_question(world: World) -> None:
    await taken(world)
    await world.says("王芳", "问 1 几楼的？", alone=True)
    for word in ("删除我的数据", "确认删除"):
        await world.says("李姐", word, alone=True)
    async with world.sessions() as session:
        assert not (await session.scalars(sa.select(Query))).all()
    world.forget()
    await later(world, 25 * HOUR, rings=10)
    world.hears("王芳", "时限接着算了")


async def test_who_loses_his_office_gives_back_what_he_has(world: World) -> None:
    await taken(world)
    await world.says("陈书记", "免去 王芳 红管家 3栋", alone=True)
    world.hears("陈书记", "不再", "1 号已经另叫人接")
    world.hears("王芳", "请别人接着办")
    ticket = (await tickets_of(world))[0]
    assert ticket.assignee_id is None
    assert ticket.next_step in (StepKind.CLIMB, StepKind.ASK_NEXT)


async def test_who_keeps_another_office_there_keeps_it(world: World) -> None:
    await appoint(world, "王芳", Role.BUILDING_HEAD, "石龙社区")
    await taken(world)
    await world.says("陈书记", "免去 王芳 红管家 3栋", alone=True)
    assert "另叫人接" not in world.hears("陈书记")
    assert (await tickets_of(world))[0].assignee_id is not None


async def test_who_has_his_data_removed_gives_back_what_he_has_and_the_ladder_goes_on(world: World) -> None:
    await taken(world)
    for word in ("删除我的数据", "确认删除"):
        await world.says("王芳", word, alone=True)
    ticket = (await tickets_of(world))[0]
    assert (ticket.assignee_id, ticket.closed_at) == (None, None)
    assert [words for who in ("赵强", "周网格") for words in world.new(who) if "照明" in words.text]
    world.forget()
    await later(world, 24 * HOUR, rings=24)
    assert [words for words in world.new("陈书记") if "还没接" in words.text]
