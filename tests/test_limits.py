"""Limits in chat: shown, changed in one sentence, shown back; what runs already keeps its own."""

from datetime import datetime, timedelta

import pytest

from storage.types import Urgency
from tests.test_chains import CLOCKS, tickets_of
from tests.test_escalations import LAMP, later
from tests.world import SHANGHAI, World

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _clocks_of_tickets_alone(world: World) -> None:
    world.clock.ticks = CLOCKS


async def done_by(world: World, number: int = 1) -> str:
    found = next(ticket for ticket in await tickets_of(world) if ticket.number == number)
    assert found.done_by is not None
    return f"{found.done_by.astimezone(SHANGHAI):%m-%d %H:%M}"


async def admin(world: World, text: str) -> str:
    world.forget()
    await world.says("陈书记", text, alone=True)
    return world.hears("陈书记")


async def test_the_limits_are_shown_with_how_to_change_them(world: World) -> None:
    text = await admin(world, "时限")
    assert "石龙社区" in text
    assert "紧急：接单 2分钟，有进展 30分钟，办结 4小时" in text
    assert "不急：接单 2天，有进展 5天，办结 15天" in text
    assert "时限 电梯 加急 接单 15分钟 办结 1天" in text


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("时限 电梯 加急 接单 15分钟 办结 1天", "加急：接单 15分钟，有进展 4小时，办结 1天"),
        ("时限 照明 一般 接单2小时，办结三天", "一般：接单 2小时，有进展 2天，办结 3天"),
        ("时限 一般 接单 半小时", "一般：接单 30分钟，"),
        ("时限 3栋 照明 一般 办结 3个工作日", "办结 3个工作日（只算工作时间）"),
        ("时限 一般 工作时间", "一般：接单 4小时，有进展 2个工作日，办结 5个工作日（只算工作时间）"),
        ("时限：照明 一般 有进展 1周 办结 2周", "一般：接单 4小时，有进展 7天，办结 14天"),
        ("时限 接单 5小时", "紧急：接单 2分钟"),
        ("时限 紧急 接单 5分钟", "紧急：接单 5分钟"),
        ("时限 电梯 办结 1天", "不急：接单 1天，有进展 1天，办结 1天"),
    ],
)
async def test_limits_are_changed_in_one_sentence_and_shown_back(world: World, said: str, shown: str) -> None:
    assert shown in await admin(world, said)


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("时限 电梯 接单 很快", "请这样发"),
        ("时限 火箭 接单 1天", "请这样发"),
        ("时限 电梯 接单 0分钟", "1 分钟到 365 天"),
        ("时限 电梯 接单 99999999天", "1 分钟到 365 天"),
        ("时限 电梯 一般 接单 30天", "对不上"),
        ("时限 99栋 接单 1天", "99"),
        ("时限 电梯 恢复默认", "没有单独定过"),
    ],
)
async def test_what_makes_no_sense_is_refused_in_words_and_changes_nothing(world: World, said: str, why: str) -> None:
    before = await admin(world, "时限 电梯")
    assert why in await admin(world, said)
    assert await admin(world, "时限 电梯") == before


async def test_the_most_particular_word_wins_field_by_field(world: World) -> None:
    await admin(world, "时限 一般 接单 3小时 办结 10天")
    await admin(world, "时限 照明 办结 8天")
    await admin(world, "时限 3栋 办结 6天")
    assert "一般：接单 3小时，有进展 2天，办结 6天" in await admin(world, "时限 3栋 照明")
    assert "一般：接单 3小时，有进展 2天，办结 8天" in await admin(world, "时限 4栋 照明")
    assert "一般：接单 3小时，有进展 2天，办结 10天" in await admin(world, "时限 4栋 电梯")
    assert "3栋" in await admin(world, "时限")
    assert "改回去了" in await admin(world, "时限 3栋 恢复默认")
    assert "办结 8天" in await admin(world, "时限 3栋 照明")


async def test_what_runs_keeps_its_limits_and_what_comes_has_the_new_ones(world: World) -> None:
    await world.says("李姐", LAMP)
    assert await done_by(world) == "05-16 09:00"
    await admin(world, "时限 照明 接单 1小时 办结 1天")
    assert await done_by(world) == "05-16 09:00"
    world.forget()
    await later(world, 2 * HOUR)
    world.silent("周网格")
    await world.says("小邓", "3单元楼道的灯全坏了，来个人修修")
    assert await done_by(world, 2) == "05-12 11:00"
    world.forget()
    await later(world, HOUR)
    world.hears("陈书记", "2 号", "还没接")


async def test_another_category_has_another_limit(world: World) -> None:
    await admin(world, "时限 电梯 办结 1天")
    await world.says("李姐", LAMP)
    await world.says("王芳", "改类别 1 电梯", alone=True)
    assert await done_by(world) == "05-12 09:00"


async def test_limits_in_working_time_stand_still_when_nobody_works(world: World) -> None:
    await admin(world, "时限 照明 接单 2小时 办结 1天 工作时间")
    world.now = datetime(2026, 5, 15, 17, 0, tzinfo=SHANGHAI)  # a Friday
    await world.says("李姐", LAMP)
    assert await done_by(world) == "05-18 17:00"
    world.forget()
    await later(world, 60 * HOUR, rings=60)
    world.silent("周网格")
    await later(world, 6 * HOUR, rings=60)
    assert "还没接" in world.new("周网格")[0].text


async def test_an_emergency_never_waits_for_working_time(world: World) -> None:
    text = await admin(world, "时限 工作时间")
    assert "紧急：接单 2分钟，有进展 30分钟，办结 4小时\n" in text
    assert f"{list(Urgency)[1].value}" == "urgent"
    assert "加急：接单 30分钟，有进展 4小时，办结 1天\n" in text


async def test_only_the_community_sets_limits(world: World) -> None:
    await world.says("王芳", "时限 电梯 接单 1分钟", alone=True)
    world.hears("王芳", "社区管理员")
    await world.says("李姐", "时限", alone=True)
    world.hears("李姐", "社区管理员")
