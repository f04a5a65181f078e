"""What comparable systems are known to answer about deadlines, escalation and merging, over the real rules.

The numbers are those of the collection of cases: WH working hours, ES escalation, RO rotations, WF workflow. What is
decided otherwise is in docs/decisions.md, with its number.
"""

from datetime import datetime, timedelta

import pytest

from handlers.rules.calendar import add, elapsed
from handlers.rules.dispatch import Skip, order
from storage.steps import StepKind
from storage.types import TicketStatus
from tests.test_calendar import at, hours, minutes
from tests.test_chains import tickets_of
from tests.test_dispatch_rules import TICKET, somebody
from tests.test_limits import admin, done_by
from tests.world import SHANGHAI, World

LAMP = "2单元3楼的灯坏了，麻烦来修一下"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ALWAYS = hours("00-24")


@pytest.mark.parametrize(
    ("since", "limit", "until", "pauses", "taken", "left"),
    [
        pytest.param("09:30", 60, "10:30", (), 60, 0, id="WH100 first response"),
        pytest.param("09:30", 120, "11:30", (), 120, 0, id="WH100 update"),
        pytest.param("09:30", 180, "12:30", (), 180, 0, id="WH100 solution"),
        pytest.param("09:30", 60, "14:00", (), 270, -210, id="WH102"),
        pytest.param("09:30", 120, "12:00", (), 150, -30, id="WH104"),
        pytest.param("09:30", 180, "11:30", (), 120, 60, id="WH106 in time"),
        pytest.param("09:30", 180, "13:00", (), 210, -30, id="WH106 late"),
        pytest.param("09:00", 120, "10:45", (("10:00", "10:30"),), 75, 45, id="WH110 first response"),
        pytest.param("09:00", 250, "12:00", (("10:00", "10:30"),), 150, 100, id="WH110 solution"),
        pytest.param("10:30", 240, "11:00", (), 30, 210, id="WH112"),
        pytest.param("10:30", 240, "12:00", (("11:00", "11:30"),), 60, 180, id="WH112 open twice"),
    ],
)
def test_what_was_taken_of_a_limit_and_what_is_left(
    since: str, limit: int, until: str, pauses: tuple[tuple[str, str], ...], taken: int, left: int
) -> None:
    first, last = at(f"2013-03-21 {since}"), at(f"2013-03-21 {until}")
    held = sum((elapsed(ALWAYS, at(f"2013-03-21 {a}"), at(f"2013-03-21 {b}")) for a, b in pauses), timedelta(0))
    used = elapsed(ALWAYS, first, last) - held
    due = add(ALWAYS, add(ALWAYS, first, minutes(limit)), held)
    assert used == minutes(taken)
    assert (due - last if last <= due else -elapsed(ALWAYS, due, last)) == minutes(left)


async def test_wh88_asking_the_reporter_for_half_an_hour_moves_the_deadline_by_as_much(world: World) -> None:
    await admin(world, "时限 照明 办结 1天")
    world.now = datetime(2026, 5, 11, 14, 0, tzinfo=SHANGHAI)
    await world.says("李姐", LAMP)
    await world.says("王芳", "接单 1", alone=True)
    before = await done_by(world)
    await world.says("王芳", "问 1 几楼的？", alone=True)
    world.now += HOUR / 2
    await world.says("李姐", "三楼", alone=True)
    assert (before, await done_by(world)) == ("05-12 14:00", "05-12 14:30")


async def test_wh90_and_wh106_what_is_done_has_no_deadline_and_verifying_it_moves_nothing(world: World) -> None:
    await world.says("李姐", LAMP)
    await world.says("王芳", "接单 1", alone=True)
    world.now += HOUR
    await world.says("王芳", "办结 1", alone=True)
    done = (await tickets_of(world))[0]
    assert (done.next_step, done.next_at) == (None, None)
    world.now += HOUR
    await world.says("陈书记", "核验 1", alone=True)
    verified = (await tickets_of(world))[0]
    assert verified.status is TicketStatus.VERIFIED
    assert (verified.done_at, verified.closed_at) == (done.done_at, done.closed_at)


async def test_es4_what_is_reported_again_after_its_end_is_a_new_ticket(world: World) -> None:
    await world.says("李姐", f"报修 {LAMP}", alone=True)
    await world.says("王芳", "接单 1", alone=True)
    await world.says("王芳", "办结 1", alone=True)
    await world.says("李姐", f"报修 {LAMP}", alone=True)
    assert [ticket.number for ticket in await tickets_of(world)] == [1, 2]


async def test_es11_who_is_removed_is_called_no_more_at_once(world: World) -> None:
    await world.says("陈书记", "排班 3栋 赵强 每天 0:00-24:00", alone=True)
    await world.says("陈书记", "派单规则 3栋 照明 轮流", alone=True)
    await world.says("李姐", LAMP)
    asked = "王芳" if world.new("王芳") else "赵强"
    other = {"王芳": "赵强", "赵强": "王芳"}[asked]
    world.forget()
    await world.says("陈书记", f"免去 {asked} 红管家 3栋", alone=True)
    await world.says("陈书记", f"撤班 3栋 {asked}", alone=True)
    world.forget()
    world.now += timedelta(minutes=11)
    await world.clock.ring()
    await world.send_all()
    world.hears(other, "1 号")
    world.silent(asked)


async def test_es14_everybody_concerned_hears_of_it_but_who_did_it(world: World) -> None:
    await world.says("李姐", f"报修 {LAMP}", alone=True)
    world.forget()
    await world.says("王芳", "接单 1", alone=True)
    assert "归您了" in world.hears("王芳")  # the answer, and nothing beside it
    world.hears("李姐", "王芳接单了")


async def test_es18_whose_turn_begins_is_told_once(world: World) -> None:
    await world.says("陈书记", "排班 3栋 赵强 每天 10:00-12:00", alone=True)
    world.forget()
    for _ in range(3):
        world.now = datetime(2026, 5, 11, 10, 0, tzinfo=SHANGHAI)
        await world.clock.ring()
        await world.send_all()
    world.hears("赵强", "您的班开始了")
    world.silent("王芳", "3栋群")


async def test_ro38_a_clock_that_is_late_hands_over_once(world: World) -> None:
    await world.says("陈书记", "排班 3栋 赵强 每天 10:00-12:00", alone=True)
    world.forget()
    world.now = datetime(2026, 5, 11, 10, 40, tzinfo=SHANGHAI)
    for _ in range(2):
        await world.clock.ring()
        await world.send_all()
    world.hears("赵强", "您的班开始了")


def test_ro56_who_is_new_is_chosen_first() -> None:
    assert order([somebody(1, days_ago=1), somebody(2), somebody(3, days_ago=30)], TICKET).asked == (2, 3, 1)


def test_ro58_where_nobody_is_free_nobody_is_chosen() -> None:
    found = order([somebody(1, out=Skip.ON_LEAVE), somebody(2, out=Skip.OFF_HOURS)], TICKET)
    assert (found.asked, set(found.passed)) == ((), {1, 2})


async def test_wf2_and_wf4_only_who_reported_it_reopens_and_only_who_works_there_is_given_it(world: World) -> None:
    await world.says("李姐", LAMP)
    await world.says("王芳", "接单 1", alone=True)
    await world.says("王芳", "转单 1 小邓", alone=True)
    await world.says("王芳", "办结 1", alone=True)
    await world.says("小邓", "重办 1", alone=True)
    found = (await tickets_of(world))[0]
    assert found.status is TicketStatus.DONE
    await world.says("小邓", "我的工单", alone=True)
    assert "1 号" not in world.new("小邓")[-1].text


async def test_wf20_and_wf22_what_is_merged_is_closed_and_does_not_go_round(world: World) -> None:
    await world.says("李姐", LAMP)
    await world.says("冉幺妹", "3单元一楼的灯坏了，晚上太黑了")
    await world.says("陈书记", "并入 1 2", alone=True)
    world.forget()
    await world.says("陈书记", "并入 2 1", alone=True)
    world.hears("陈书记", "1 号已经了结")
    one, other = await tickets_of(world)
    assert (one.status, one.next_step) == (TicketStatus.MERGED, None)
    assert other.next_step is StepKind.ASK_NEXT
    await world.says("李姐", "工单 2", alone=True)
    world.hears("李姐", "2 户有这情况")


async def test_wf24_what_nobody_spoke_of_for_weeks_is_still_open(world: World) -> None:
    """Decided otherwise: nothing is closed because nobody speaks of it."""
    await world.says("李姐", LAMP)
    world.now += 30 * DAY
    await world.clock.ring()
    assert (await tickets_of(world))[0].closed_at is None
