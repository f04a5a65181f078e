"""轮班: people take turns, in chat."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from handlers.duty.rota import timeline
from handlers.duty.seats import share_seats
from handlers.house import HouseRules
from handlers.moment import Moment
from handlers.reading.cadence import pattern_at
from handlers.reading.times import Past
from handlers.reading.values import Unclear
from handlers.rules.escalations import Policy
from storage import calendars, merging, places
from storage.duty import DutyShift
from storage.members import Member
from storage.rotations import DutyRotation
from storage.types import PlaceKind
from tests.drawn import ABSURD, QUICK, texts
from tests.world import SHANGHAI, World

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
WEDNESDAY = datetime(2026, 5, 13, 9, 0, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("text", "cadence", "since", "hours"),
    [
        ("每周一8点", "week/1/1234567/any", "05-11 08:00", "0800-0800"),
        ("每周五晚上8点换人", "week/1/1234567/any", "05-08 20:00", "2000-2000"),
        ("每两周的周一8点", "week/2/1234567/any", "05-11 08:00", "0800-0800"),
        ("每天 20:00-8:00", "turn/1/1234567/any", "05-13 20:00", "2000-0800"),
        ("每天", "turn/1/1234567/any", "05-13 00:00", "0000-0000"),
        ("每隔一天 20:00-8:00", "day/2/1234567/any", "05-13 20:00", "2000-0800"),
        ("每三天8点", "day/3/1234567/any", "05-13 08:00", "0800-0800"),
        ("每8小时 8:00起", "hour/8/1234567/any", "05-13 08:00", "0800-0800"),
        ("每12小时 20:00起", "hour/12/1234567/any", "05-13 08:00", "2000-2000"),
        ("每月1号8点", "month/1/1234567/any", "05-01 08:00", "0800-0800"),
        ("每个月31号", "month/1/1234567/any", "03-31 00:00", "0000-0000"),
        ("工作日 8:00-18:00", "turn/1/1234567/workdays", "05-13 08:00", "0800-1800"),
        ("法定节假日 9:00-17:00", "turn/1/1234567/holidays", "05-13 09:00", "0900-1700"),
        ("周六、周日 9:00-17:00", "turn/1/67/any", "05-13 09:00", "0900-1700"),
        ("每天 20:00-8:00 一人一周", "week/1/1234567/any", "05-11 20:00", "2000-0800"),
        ("一周一换", "week/1/1234567/any", "05-11 00:00", "0000-0000"),
        ("每人一周，周一早上8点交班", "week/1/1234567/any", "05-11 08:00", "0800-0800"),
        ("一人一天", "turn/1/1234567/any", "05-13 00:00", "0000-0000"),
        ("夜班 20:00-8:00", "turn/1/1234567/any", "05-13 20:00", "2000-0800"),
        ("6月1日起 每周一8点", "week/1/1234567/any", "06-01 08:00", "0800-0800"),
    ],
)
def test_how_turns_are_taken_is_read(text: str, cadence: str, since: str, hours: str) -> None:
    pattern, rest = pattern_at(f"{text} 王芳、赵强", WEDNESDAY, SHANGHAI)
    assert rest == "王芳、赵强"
    weekdays = "".join(map(str, sorted(pattern.weekdays)))
    assert f"{pattern.cadence}/{pattern.every}/{weekdays}/{pattern.days}" == cadence
    assert (f"{pattern.since:%m-%d %H:%M}", f"{pattern.starts:%H%M}-{pattern.ends:%H%M}") == (since, hours)


@pytest.mark.parametrize(
    "text", ["", "王芳", "今晚 王芳", "每31号 王芳", "每0天 王芳", "每周一8点上班", "每999天 王芳"]
)
def test_what_does_not_say_how_is_unclear(text: str) -> None:
    with pytest.raises(Unclear):
        pattern_at(text, WEDNESDAY, SHANGHAI)


@QUICK
@given(texts | st.sampled_from(ABSURD))
def test_whatever_is_read_has_turns(text: str) -> None:
    try:
        pattern, _ = pattern_at(text, WEDNESDAY, SHANGHAI)
    except Unclear:
        return
    assert pattern.every >= 1
    assert len(pattern.key) <= 60
    assert pattern.first_day >= pattern.since.date()


def test_a_beginning_in_the_past_is_past() -> None:
    with pytest.raises(Past):
        pattern_at("5月1日起 每天 王芳", WEDNESDAY, SHANGHAI)


async def coming(world: World, building: int = 1, days: int = 30, house: HouseRules | None = None) -> list[str]:
    """Who has which turns of a building, by the day on which they begin; turns in a row are one."""
    async with world.sessions() as session:
        place = (await places.all_of(session, PlaceKind.BUILDING))[building]
        moment = Moment(session=session, now=world.now, house=house or world.house, reach={})
        found: list[str] = []
        for turn in await timeline(moment, place.id, world.now, world.now + days * DAY):
            if not found or found[-1].split(" ")[1] != turn.name:
                found.append(f"{turn.starts.astimezone((house or world.house).zone):%m%d.%H} {turn.name}")
        return found


async def rotation(world: World, *lines: str, building: str = "4栋") -> None:
    for line in lines:
        await world.says("陈书记", f"轮班 {building} {line}", alone=True)
    world.forget()


async def test_a_weekly_rotation_is_entered_and_shown_back(world: World) -> None:
    await world.says("陈书记", "轮班 4栋 每周一8点 王芳、赵强、周网格", alone=True)
    world.hears(
        "陈书记",
        "排好轮班了。锦绣小区4栋：每周一 8:00 换人，顺序 王芳 → 赵强 → 周网格",
        "今天（5月11日 周一）8:00 到 5月18日 周一 8:00 王芳",
        "5月18日 周一 8:00 到 5月25日 周一 8:00 赵强",
    )
    assert (await coming(world))[:4] == ["0511.08 王芳", "0518.08 赵强", "0525.08 周网格", "0601.08 王芳"]
    await world.says("小邓", "今天谁值班")
    world.hears("4栋群", "4栋现在值班：王芳（红管家），到5月18日 周一 8:00。")


async def test_two_share_a_seat_and_names_may_stand_in_front(world: World) -> None:
    await world.says("陈书记", "轮班 4栋 王芳和赵强、周网格 每天 20:00-8:00", alone=True)
    world.hears("陈书记", "顺序 王芳和赵强 → 周网格")
    await world.says("小邓", "4栋今晚谁值班？")
    world.hears("4栋群", "王芳（红管家），到明天 8:00、赵强（红管家），到明天 8:00")


async def test_the_same_said_again_changes_nothing_and_other_people_keep_who_is_on(world: World) -> None:
    await rotation(world, "每周一8点 王芳、赵强、周网格")
    await world.wait(8 * DAY)
    world.forget()
    await world.says("陈书记", "轮班 4栋 每周一8点 王芳、赵强、周网格", alone=True)
    world.hears("陈书记", "已经这样轮着了，没有变")
    await world.says("陈书记", "轮班 4栋 每周一8点 赵强、周网格、钱物业", alone=True)
    world.hears("陈书记", "排好轮班了")
    assert (await coming(world))[:4] == ["0519.08 赵强", "0525.08 周网格", "0601.08 钱物业", "0608.08 赵强"]


async def test_who_is_new_in_an_order_is_told_once(world: World) -> None:
    await world.says("陈书记", "轮班 4栋 每周一8点 王芳、赵强", alone=True)
    world.hears("王芳", "社区把您排进了轮班。锦绣小区4栋：每周一 8:00 换人，顺序 王芳 → 赵强", "我的值班")
    world.hears("赵强", "排进了轮班")
    await world.says("陈书记", "轮班 4栋 每周一8点 王芳、赵强、周网格", alone=True)
    world.hears("周网格", "排进了轮班")
    world.silent("王芳", "赵强", "4栋群")


async def test_another_cadence_for_the_same_hours_replaces_the_order(world: World) -> None:
    await rotation(
        world, "每天 20:00-8:00 王芳、赵强", "每天 20:00-8:00 一人一周 王芳、赵强", "每周一8点 周网格、钱物业"
    )
    await rotation(world, "每两周周一8点 周网格、钱物业")
    async with world.sessions() as session:
        found = {row.pattern: (row.cadence, row.every) for row in await session.scalars(sa.select(DutyRotation))}
    assert found == {"1234567/any/2000-0800": ("week", 1), "always": ("week", 2)}


async def test_a_turn_of_two_weeks_does_not_begin_anew_because_people_are_exchanged(world: World) -> None:
    await rotation(world, "每两周周一8点 王芳、赵强")
    await world.wait(8 * DAY)
    await rotation(world, "每两周周一8点 王芳、周网格")
    assert (await coming(world))[:3] == ["0519.08 王芳", "0525.08 周网格", "0608.08 王芳"]


async def test_an_order_that_holds_is_not_emptied_by_one_of_later(world: World) -> None:
    await rotation(world, "每周一8点 王芳、赵强")
    await world.says("陈书记", "轮班 4栋 6月1日起 每周一8点 周网格、钱物业", alone=True)
    world.hears("陈书记", "已经有轮班了", "请到那天再发")
    await world.says("陈书记", "轮班 3栋 6月1日起 每周一8点 周网格、钱物业", alone=True)
    world.hears("陈书记", "排好轮班了", "6月1日 周一 8:00 到 6月8日 周一 8:00 周网格")


async def test_who_is_taken_off_leaves_the_others_their_turns(world: World) -> None:
    await rotation(world, "每周一8点 王芳、赵强、周网格")
    await world.wait(8 * DAY)
    world.forget()
    await world.says("陈书记", "撤班 4栋 王芳", alone=True)
    world.hears("陈书记", "锦绣小区4栋的班撤了：王芳")
    assert (await coming(world))[:3] == ["0519.08 赵强", "0525.08 周网格", "0601.08 赵强"]
    await world.says("陈书记", "撤班 4栋 赵强、周网格", alone=True)
    world.hears("陈书记", "班表里没有人了")
    async with world.sessions() as session:
        assert not (await session.scalars(sa.select(DutyRotation))).all()


async def test_who_has_his_data_removed_leaves_no_gap(world: World) -> None:
    await rotation(world, "每周一8点 王芳、赵强、周网格")
    await world.says("王芳", "删除我的数据", alone=True)
    await world.says("王芳", "确认删除", alone=True)
    world.hears("陈书记", "锦绣小区4栋的轮班由其余的人接着轮")
    assert (await coming(world))[:3] == ["0511.08 赵强", "0518.08 周网格", "0525.08 赵强"]


async def test_two_who_turn_out_to_be_one_have_one_turn_of_the_order(world: World) -> None:
    await rotation(world, "每周一8点 王芳、赵强、周网格")
    async with world.sessions.begin() as session:
        wang, zhao = [
            (await session.scalars(sa.select(Member).where(Member.name == name))).one() for name in ("王芳", "赵强")
        ]
        moment = Moment(session=session, now=world.now, house=world.house, reach={})
        await share_seats(moment, zhao.id, wang.id)
        await merging.merge(session, zhao, wang)
    assert (await coming(world))[:3] == ["0511.08 王芳", "0518.08 周网格", "0525.08 王芳"]


async def test_nights_and_days_are_two_rotations(world: World) -> None:
    await rotation(world, "每天 8:00-20:00 王芳、赵强", "每天 20:00-8:00 周网格、钱物业")
    assert (await coming(world, days=2))[:5] == [
        "0511.08 王芳", "0511.20 周网格", "0512.08 赵强", "0512.20 钱物业", "0513.08 王芳"
    ]  # fmt: skip


async def test_working_days_are_the_communitys_own(world: World) -> None:
    """The Tuesday is given off, so that the Wednesday has the second one of the order."""
    async with world.sessions.begin() as session:
        (community,) = await places.all_of(session, PlaceKind.COMMUNITY)
        await calendars.set_day(session, community.id, (WEDNESDAY - DAY).date(), worked=False)
    await rotation(world, "工作日 8:00-18:00 王芳、赵强")
    assert (await coming(world, days=5))[:3] == ["0511.08 王芳", "0513.08 赵强", "0514.08 王芳"]
    await world.wait(2 * DAY + 10 * HOUR)
    await world.says("陈书记", "轮班 4栋 工作日 8:00-18:00 王芳、赵强、周网格", alone=True)
    assert (await coming(world, days=3))[:2] == ["0514.08 周网格", "0515.08 王芳"]


async def test_turns_go_by_the_wall_when_the_time_zone_is_changed(world: World) -> None:
    await rotation(world, "每周一8点 王芳、赵强")
    moved = HouseRules(Policy(ZoneInfo("Asia/Urumqi")))
    assert (await coming(world, house=moved))[1] == "0518.08 赵强"


async def test_what_cannot_be_entered_is_said(world: World) -> None:
    for said, answer in [
        ("轮班 4栋 每天 王芳、王芳", "写了两遍"),
        ("轮班 4栋 每天 王芳、张三丰", "还不认识“张三丰”"),
        ("轮班 9栋 每天 王芳", "没有找到“9栋”"),
        ("轮班 4栋 王芳", "请这样发"),
        ("轮班", "请这样发"),
        ("轮班 4栋 5月1日起 每天 王芳", "已经过去了"),
        ("轮班 老城街道 每天 王芳", "不归您排"),
        ("轮班 4栋 每天 王芳、老夏", "老夏还没有私聊过我"),
    ]:
        await world.says("陈书记", said, alone=True)
        world.hears("陈书记", answer)
    world.forget()
    await world.says("王芳", "轮班 3栋 每天 王芳", alone=True)
    world.hears("王芳", "社区管理员")


async def test_a_pasted_list_is_entered_whole_or_not_at_all(world: World) -> None:
    await world.says("陈书记", "轮班\n3栋 每天 8:00-20:00 王芳\n4栋 每天 张三丰", alone=True)
    world.hears("陈书记", "还不认识")
    async with world.sessions() as session:
        assert not (await session.scalars(sa.select(DutyRotation))).all()
    await world.says("陈书记", "轮班\n3、4栋 每天 8:00-20:00 王芳 赵强\n4栋 每周一 周网格", alone=True)
    world.hears("陈书记", "锦绣小区3栋、锦绣小区4栋", "每周一 0:00 换人")


async def test_two_admins_at_once_enter_one_rotation(world: World) -> None:
    said = [world.message("陈书记", "轮班 4栋 每周一8点 王芳、赵强", alone=True) for _ in range(3)]
    await asyncio.gather(*(world.receive(one) for one in said))
    await world.send_all()
    assert "刚才这条我没处理好" not in "".join(words.text for words in world.new("陈书记"))
    async with world.sessions() as session:
        lines: Sequence[DutyShift] = (await session.scalars(sa.select(DutyShift).where(DutyShift.pattern != ""))).all()
    assert sorted(line.seat for line in lines) == [0, 1]


async def test_absurd_rotations_are_answered(world: World) -> None:
    for text in (*ABSURD[:12], "3栋 " * 900, "4栋 每天 " + "、".join(["王芳"] * 900)):
        await world.says("陈书记", f"轮班 {text}", alone=True)
        assert len(world.new("陈书记")) == 1


async def test_a_line_of_the_roster_may_say_that_turns_are_taken(world: World) -> None:
    await world.says("陈书记", "排班\n4栋 王芳、赵强 轮流 每天 20:00-8:00\n4栋 周网格 每天 8:00-20:00", alone=True)
    world.hears("陈书记", "一班一换，顺序 王芳 → 赵强", "锦绣小区4栋：周网格，从今天")


async def test_who_takes_turns_at_a_place_is_shown(world: World) -> None:
    await rotation(world, "每周一8点 王芳、赵强")
    await world.says("陈书记", "轮班 4栋", alone=True)
    world.hears("陈书记", "锦绣小区4栋：每周一 8:00 换人，顺序 王芳 → 赵强，现在轮到王芳")
    await world.says("陈书记", "轮班 3栋", alone=True)
    world.hears("陈书记", "锦绣小区3栋没有轮班")
