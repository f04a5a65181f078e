"""The rota from a workbook: turns, leave, own hours and skills; twice the same as once, and every wrong cell is named."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa
from openpyxl import load_workbook

from bot.workbook import write_template
from handlers.duty.rota import timeline
from handlers.moment import Moment
from storage import skills
from storage.database import Sessions
from storage.duty import DutyShift
from storage.hours import FreeHours
from storage.members import Member
from storage.overrides import DutyOverride
from storage.places import Place
from storage.turns import Days
from storage.types import PlaceKind
from tests.test_workbook import HOUSE, OFFICES, PEOPLE, TOWN, Rows, book, content, load, refused
from tests.world import MONDAY_9, SHANGHAI

DAY = timedelta(days=1)
DUTY: Final = ("地点", "姓名", "哪几天", "时段", "从", "到", "住处")
ROTATIONS: Final = ("地点", "怎么轮", "姓名", "从", "住处")
LEAVE: Final = ("姓名", "从", "到", "住处")
HOURS: Final = ("姓名", "什么时候有空", "住处")
SKILLS: Final = ("姓名", "会什么", "住处")

ALL: Final[dict[str, Rows]] = {
    "地点": TOWN,
    "成员": PEOPLE,
    "角色": OFFICES,
    "值班": (
        DUTY,
        ("石龙社区", "陈志远", "工作日", "9:00-18:00"),
        ("石龙社区", "赵强", "法定节假日"),
        ("4栋", "赵强", "休息日", "8:00-20:00"),
    ),
    "轮班": (
        ROTATIONS,
        ("3栋", "每周一8点", "王芳、赵强"),
        ("第一网格", "每天 20:00-8:00", "王芳+陈志远、赵强", date(2026, 6, 1)),
    ),
    "请假": (LEAVE, ("王芳", date(2026, 5, 13), "2026-05-14"), ("赵强", "5月20日")),
    "时间": (HOURS, ("赵强", "工作日19点后，周末全天")),
    "技能": (SKILLS, ("王芳、赵强", "调解"), ("赵强", "电工、水工")),
}


async def test_everything_about_duty_is_entered(sessions: Sessions, tmp_path: Path) -> None:
    report = await load(sessions, book(tmp_path, **ALL))
    assert (report.shifts, report.rotations, report.leave, report.hours, report.skills) == (3, 2, 2, 1, 2)
    assert "轮班 2 处、请假 2 段、有空时间 1 人、专长 2 人" in report.text
    async with sessions() as session:
        lines = (
            await session.scalars(sa.select(DutyShift).where(DutyShift.pattern == "").order_by(DutyShift.id))
        ).all()
        assert [line.days for line in lines] == [Days.WORKDAYS, Days.HOLIDAYS, Days.DAYS_OFF]
        assert {(h.days, h.starts, h.ends) for h in await session.scalars(sa.select(FreeHours))} == {
            (Days.WORKDAYS, time(19), time()),
            (Days.DAYS_OFF, time(), time()),
        }
        people = {m.name: m.id for m in await session.scalars(sa.select(Member))}
        assert await skills.of_members(session, [people["赵强"]]) == {people["赵强"]: {"调解", "电工", "水工"}}


async def test_the_rota_that_follows_is_the_one_that_was_meant(sessions: Sessions, tmp_path: Path) -> None:
    await load(sessions, book(tmp_path, **ALL))
    async with sessions() as session:
        place = (
            await session.scalars(sa.select(Place.id).where(Place.name == "3", Place.kind == PlaceKind.BUILDING))
        ).one()
        moment = Moment(session=session, now=MONDAY_9.astimezone(UTC), house=HOUSE, reach={})
        midnight = datetime(2026, 5, 11, tzinfo=SHANGHAI).astimezone(UTC)
        turns = await timeline(moment, place, midnight + 9 * timedelta(hours=1), midnight + 14 * DAY)
    on = {(t.starts + timedelta(hours=1)).astimezone(SHANGHAI).date(): t.name for t in turns}
    assert on[date(2026, 5, 11)] == on[date(2026, 5, 15)] == "王芳"
    assert date(2026, 5, 14) not in on  # on leave, and nobody stands in
    assert on[date(2026, 5, 18)] == "赵强"


async def test_the_same_file_twice_changes_nothing_even_weeks_later(sessions: Sessions, tmp_path: Path) -> None:
    path = book(tmp_path, **ALL)
    await load(sessions, path)
    before = await content(sessions)
    for later in (timedelta(), timedelta(hours=30), 2 * DAY, 20 * DAY, 60 * DAY):
        report = await load(sessions, path, MONDAY_9 + later)
        assert report.text.startswith("导入完成：和系统里的一样，没有新增。")
        assert await content(sessions) == before


async def test_a_new_order_takes_the_place_of_the_old_one(sessions: Sessions, tmp_path: Path) -> None:
    await load(sessions, book(tmp_path, **ALL))
    changed = {**ALL, "轮班": (ROTATIONS, ("3栋", "每周一8点", "赵强、陈志远、王芳"))}
    report = await load(sessions, book(tmp_path, **changed))
    assert report.rotations == 1
    async with sessions() as session:
        place = (
            await session.scalars(sa.select(Place.id).where(Place.name == "3", Place.kind == PlaceKind.BUILDING))
        ).one()
        rows = await session.execute(
            sa.select(Member.name)
            .join(DutyShift, DutyShift.member_id == Member.id)
            .where(DutyShift.place_id == place)
            .order_by(DutyShift.seat)
        )
        assert [name for (name,) in rows] == ["赵强", "陈志远", "王芳"]


async def test_leave_that_was_taken_in_chat_is_not_entered_again(sessions: Sessions, tmp_path: Path) -> None:
    without = {**ALL, "请假": (LEAVE, ("王芳", "2026-05-12", "2026-05-16"))}
    await load(sessions, book(tmp_path, **without))
    inside = {**ALL, "请假": (LEAVE, ("王芳", "2026-05-13", "2026-05-14"))}
    assert (await load(sessions, book(tmp_path, **inside))).leave == 0
    async with sessions() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(DutyOverride)) == 1


WRONG: Final[Sequence[tuple[str, Rows, Sequence[str]]]] = (
    ("值班", (DUTY, ("3栋", "、", "每天")), ("值班!B2", "一个人也没有")),
    ("值班", (DUTY, ("3栋", "王芳", "每天", "", "2026-06-30", "2026-06-01")), ("值班!F2", "比开始的那天还早")),
    ("值班", (DUTY, ("3栋", "王芳", "节后第二天")), ("值班!C2：“节后第二天”看不懂",)),
    ("轮班", (ROTATIONS, ("3栋", "随便轮", "王芳")), ("轮班!B2：“随便轮”看不懂", "每周一8点")),
    ("轮班", (ROTATIONS, ("3栋", "", "王芳")), ("轮班!B2：没有写怎么轮",)),
    ("轮班", (ROTATIONS, ("9栋", "每周一8点", "王芳、张三丰")), ("轮班!A2", "轮班!C2：“张三丰”没有这个人")),
    ("轮班", (ROTATIONS, ("3栋", "每周一8点", "王芳、赵强、王芳")), ("轮班!C2", "写了两次")),
    ("轮班", (ROTATIONS, ("3栋", "每周一8点", "、+、")), ("轮班!C2",)),
    ("轮班", (ROTATIONS, ("3栋", "每周一8点", "王芳", "明年某天")), ("轮班!D2：“明年某天”看不懂",)),
    (
        "轮班",
        (ROTATIONS, ("3栋", "每周一8点", "王芳"), ("3栋", "每周一 8:00", "赵强")),
        ("轮班!B3：和第 2 行是同一处、同一种轮法",),
    ),
    ("请假", (LEAVE, ("王芳", "")), ("请假!B2：没有写从",)),
    ("请假", (LEAVE, ("王芳", "2026-05-14", "2026-05-13")), ("请假!C2", "比开始的那天还早")),
    ("请假", (LEAVE, ("王芳", "2026-05-14", "2036-05-13")), ("请假!C2",)),
    ("请假", (LEAVE, ("张三丰", "2026-05-14")), ("请假!A2：“张三丰”没有这个人",)),
    ("请假", (LEAVE, ("王芳", "下辈子")), ("请假!B2：“下辈子”看不懂",)),
    ("时间", (HOURS, ("王芳", "看心情")), ("时间!B2：“看心情”看不懂", "工作日19点后")),
    ("时间", (HOURS, ("王芳", "周一 8:00-8:00")), ("时间!B2", "一样")),
    ("时间", (HOURS, ("", "周末全天")), ("时间!A2：没有写姓名",)),
    ("技能", (SKILLS, ("王芳", "飞檐走壁")), ("技能!B2：没有“飞檐走壁”这样的专长", "电工")),
    ("技能", (SKILLS, ("王芳", "")), ("技能!B2：没有写会什么",)),
)


@pytest.mark.parametrize(("sheet", "rows", "complaints"), WRONG)
async def test_every_wrong_cell_is_named_and_nothing_is_imported(
    sessions: Sessions, tmp_path: Path, sheet: str, rows: Rows, complaints: Sequence[str]
) -> None:
    said = await refused(sessions, book(tmp_path, **{**ALL, sheet: rows}))
    for complaint in complaints:
        assert complaint in said


async def test_absurd_cells_are_named(sessions: Sessions, tmp_path: Path) -> None:
    for text in ("🙂🙂", "\u202e王芳", "<b>王芳</b>", "=1+1", "'; DROP TABLE member; --", "王" * 20_000, "9" * 5000):
        for sheet, columns in (("轮班", ROTATIONS), ("请假", LEAVE), ("时间", HOURS), ("技能", SKILLS)):
            path = book(tmp_path, **{**ALL, sheet: (columns, (text,) * len(columns))})
            assert f"{sheet}!" in await refused(sessions, path)


async def test_what_is_not_wrong_but_should_be_known_is_said(sessions: Sessions, tmp_path: Path) -> None:
    rows = (
        DUTY,
        ("3栋", "王芳", "每天", "8:00-20:00"),
        ("4栋", "王芳", "周三", "18:00-22:00"),
        ("4栋", "赵强", "周一", "8:00-12:00"),
        ("第一网格", "赵强", "", "", "2026-01-01", "2026-02-01"),
    )
    report = await load(sessions, book(tmp_path, **{**ALL, "值班": rows, "轮班": (ROTATIONS,), "请假": (LEAVE,)}))
    said = "\n".join(report.warnings)
    assert "王芳（值班!第 2 行和第 3 行）同一时间" in said
    assert "赵强（值班" not in said
    assert "第一网格写的班都过期了" in said
    assert "没法单独给他们发消息" in said
    assert "没有角色" not in said


async def test_who_takes_turns_without_an_office_or_a_channel_is_named(sessions: Sessions, tmp_path: Path) -> None:
    people = (*PEOPLE, ("孙二",))
    rows = (ROTATIONS, ("3栋", "每周一8点", "孙二、王芳"))
    report = await load(sessions, book(tmp_path, **{**ALL, "成员": people, "轮班": rows}))
    assert any("孙二" in line and "邀请" in line for line in report.warnings)
    assert any("孙二" in line and "在值班的地方没有角色" in line for line in report.warnings)


async def test_the_examples_of_the_template_are_right(sessions: Sessions, tmp_path: Path) -> None:
    """Without their 例： they import as they stand, beside the people and places that they name."""
    write_template(tmp_path / "模板.xlsx")
    template = load_workbook(tmp_path / "模板.xlsx")
    sheets = {}
    for name in ("值班", "轮班", "请假", "时间", "技能"):
        head, *rows = ([cell.value for cell in row] for row in template[name].iter_rows())
        sheets[name] = [head, *([str(row[0]).removeprefix("例："), *row[1:]] for row in rows)]
    names = ["王芳", "赵强", "李强", "赵敏", "李敏", "钱进", "孙丽", "陈志远", "周平"]
    people = [("姓名", "小区", "楼栋", "单元"), *((name, "锦绣小区", 3, 2) for name in names)]
    report = await load(sessions, book(tmp_path, 地点=TOWN, 成员=people, **sheets), MONDAY_9 - 30 * DAY)
    assert (report.shifts, report.rotations, report.leave, report.hours, report.skills) == (5, 3, 2, 2, 2)


async def test_the_steps_of_a_place_are_entered_and_what_goes_round_is_named(
    sessions: Sessions, tmp_path: Path
) -> None:
    steps: Rows = (("地点", "哪几级"), ("3栋", "楼栋、社区"))
    path = book(tmp_path, **{**ALL, "往上叫": steps})
    assert (await load(sessions, path)).ladders == 1
    assert "没有新增" in (await load(sessions, path)).text
    round_and_round: Rows = (("地点", "哪几级"), ("3栋", "楼栋、社区、楼栋"))
    wrong = await refused(sessions, book(tmp_path, **{**ALL, "往上叫": round_and_round}))
    assert "往上叫!B2：" in wrong
    assert "绕回去" in wrong
