"""A community set up from one workbook: all of it or nothing, twice the same as once, and every wrong cell is named."""

import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa
from openpyxl import Workbook

from bot.workbook import Report, WorkbookError, import_workbook, write_template
from bot.workbook.cells import Problems
from bot.workbook.sheets import MOST_ROWS, MOST_UNPACKED, read_sheets
from handlers.community.invitations import invite_admin
from handlers.house import HouseRules
from handlers.rules.escalations import Policy
from storage import places
from storage.base import Base
from storage.database import Sessions
from storage.duty import DutyShift
from storage.identities import Identity
from storage.members import Member, RoleGrant
from storage.places import Place
from storage.types import PlaceKind, Role
from tests.world import MONDAY_9, SHANGHAI, World

Rows = Sequence[Sequence[object]]

PLACES: Final = ("街道", "社区", "网格", "小区", "楼栋", "单元", "最高层")
MEMBERS: Final = ("姓名", "小区", "楼栋", "单元", "房号", "电话", "渠道", "账号", "渠道用户id")
ROLES: Final = ("姓名", "角色", "地点", "住处")
DUTY: Final = ("地点", "姓名", "哪几天", "时段", "从", "到", "住处")

HOUSE: Final = HouseRules(Policy(SHANGHAI))

TOWN: Final[Rows] = (
    PLACES,
    ("老城街道", "石龙社区", "第一网格", "锦绣小区", 3, 3, 18),
    ("", "", "", "", "4栋", "1、2", "18层"),
    ("", "", "无", "幸福小区", "A座", "", ""),
)
PEOPLE: Final[Rows] = (
    MEMBERS,
    ("王芳", "锦绣小区", 3, 2, 502, 13800000000, "telegram", "lou", 12345),
    ("赵强", "", "4栋", "一单元", "６０２", "138-0000-0001", "", "", ""),
    ("陈志远",),
)
OFFICES: Final[Rows] = (
    ROLES,
    ("王芳", "红管家", "锦绣小区3栋"),
    ("赵强、王芳", "网格员", "第一网格"),
    ("陈志远", "社区书记", "石龙社区"),
)
ROSTER: Final[Rows] = (
    DUTY,
    ("3栋", "王芳", "每天", "20:00-8:00"),
    ("第一网格", "赵强", "周一到周五", "8:00-20:00", date(2026, 6, 1), "2026-06-30"),
    ("石龙社区", "陈志远"),
)


def book(folder: Path, **sheets: Rows) -> Path:
    """A workbook with these sheets."""
    made = Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    path = folder / "社区.xlsx"
    made.save(path)
    return path


def whole(folder: Path) -> Path:
    """The town above."""
    return book(folder, 地点=TOWN, 成员=PEOPLE, 角色=OFFICES, 值班=ROSTER)


async def load(sessions: Sessions, path: Path, now: datetime = MONDAY_9) -> Report:
    """Import as the command does."""
    async with sessions.begin() as session:
        return await import_workbook(session, path, now.astimezone(UTC), HOUSE)


async def refused(sessions: Sessions, path: Path) -> str:
    """What is wrong with it; nothing of it may be left."""
    before = await content(sessions)
    with pytest.raises(WorkbookError) as caught:
        await load(sessions, path)
    assert await content(sessions) == before
    return "\n".join(caught.value.problems)


async def content(sessions: Sessions) -> list[str]:
    """The whole database."""
    async with sessions() as session:
        rows = [await session.execute(sa.select(table)) for table in Base.metadata.sorted_tables]
        return sorted(str(tuple(row)) for found in rows for row in found)


def unread(path: Path) -> str:
    """Why the file cannot be read at all."""
    with pytest.raises(WorkbookError) as caught:
        read_sheets(path, Problems())
    return "\n".join(caught.value.problems)


async def count(sessions: Sessions, table: type[Base]) -> int:
    """How many rows there are."""
    async with sessions() as session:
        return await session.scalar(sa.select(sa.func.count()).select_from(table)) or 0


async def test_a_community_is_set_up_from_one_file(sessions: Sessions, tmp_path: Path) -> None:
    report = await load(sessions, whole(tmp_path))
    assert (report.places, report.members, report.roles, report.shifts) == (13, 3, 4, 3)
    assert "赵强" in report.text
    assert "邀请" in report.text
    async with sessions() as session:
        (street,) = await places.all_of(session, PlaceKind.STREET)
        names = [(p.kind, p.name) for p in await places.below(session, street)]
        assert names.count((PlaceKind.UNIT, "2")) == 2
        assert (PlaceKind.BUILDING, "A") in names
        (grid,) = await places.all_of(session, PlaceKind.GRID)
        assert [b.name for b in await places.below(session, grid, PlaceKind.BUILDING)] == ["3", "4"]
        wang = (await session.scalars(sa.select(Member).where(Member.name == "王芳"))).one()
        assert (wang.room, wang.phone) == ("502", "13800000000")
        identity = (await session.scalars(sa.select(Identity))).one()
        assert (identity.channel, identity.account, identity.sender) == ("telegram", "lou", "12345")
        night, june, always = await session.scalars(sa.select(DutyShift).order_by(DutyShift.id))
        assert (night.starts, night.ends, night.weekdays, night.last_day) == (time(20), time(8), "1234567", None)
        assert (june.weekdays, june.first_day, june.last_day) == ("12345", date(2026, 6, 1), date(2026, 6, 30))
        assert (always.starts, always.ends) == (time(0), time(0))
        assert await session.scalar(sa.select(RoleGrant.role).where(RoleGrant.role == Role.ADMIN)) is Role.ADMIN


async def test_the_same_file_twice_changes_nothing(sessions: Sessions, tmp_path: Path) -> None:
    await load(sessions, whole(tmp_path))
    before = await content(sessions)
    again = await load(sessions, whole(tmp_path), MONDAY_9.replace(month=6, day=15))
    assert (again.places, again.members, again.roles, again.shifts) == (0, 0, 0, 0)
    assert "没有新增" in again.text
    assert await content(sessions) == before


async def test_a_corrected_file_corrects(sessions: Sessions, tmp_path: Path) -> None:
    await load(sessions, whole(tmp_path))
    people = [*PEOPLE[:2], ("赵强", "锦绣小区", 4, 1, 603, "", "", "", ""), ("孙姐",)]
    report = await load(sessions, book(tmp_path, 成员=people))
    assert report.members == 1
    async with sessions() as session:
        zhao = (await session.scalars(sa.select(Member).where(Member.name == "赵强"))).one()
    assert (zhao.room, zhao.phone) == ("603", "13800000001")


async def test_the_template_explains_itself_and_imports_as_nothing(sessions: Sessions, tmp_path: Path) -> None:
    write_template(tmp_path / "模板.xlsx")
    report = await load(sessions, tmp_path / "模板.xlsx")
    assert "没有新增" in report.text
    assert await count(sessions, Member) == 0


async def test_a_community_invited_before_it_had_a_street_is_the_same_one(sessions: Sessions, tmp_path: Path) -> None:
    async with sessions.begin() as session:
        await invite_admin(session, MONDAY_9, HouseRules(Policy(SHANGHAI)), "石龙社区")
    await load(sessions, book(tmp_path, 地点=[PLACES, ("", "石龙社区", "", "锦绣小区", 3, 2, "")]))
    await load(sessions, whole(tmp_path))
    async with sessions() as session:
        (community,) = await places.all_of(session, PlaceKind.COMMUNITY)
        (street,) = await places.all_of(session, PlaceKind.STREET)
        every = (await session.scalars(sa.select(Place))).all()
    assert community.parent_id == street.id
    assert all(place.path.startswith(street.path) for place in every)


async def test_an_import_adds_to_what_was_entered_in_chat(world: World, tmp_path: Path) -> None:
    before = await count(world.sessions, Member)
    people = [MEMBERS, ("李姐", "锦绣小区", 3, 2, 1203), ("周新", "锦绣小区", 3, 2, 1204)]
    report = await load(
        world.sessions, book(tmp_path, 成员=people, 值班=[DUTY, ("3栋", "李姐、王芳", "", "8:00-12:00")])
    )
    assert report.members == 1
    assert await count(world.sessions, Member) == before + 1
    assert [warning for warning in report.warnings if "李姐" not in warning or "角色" not in warning] == []
    assert report.shifts == 2


WRONG: Final[Sequence[tuple[str, Rows, Sequence[str]]]] = (
    ("地点", (PLACES, ("", "", "", "锦绣小区", 3)), ("地点!B2：没有写社区",)),
    ("地点", (PLACES, ("", "石龙社区", "", "", "3栋2单元")), ("地点!E2：“3栋2单元”看不懂",)),
    ("地点", (PLACES, ("", "石龙社区", "", "", "1-5栋")), ("地点!E2", "一行一栋")),
    ("地点", (PLACES, ("", "石龙社区", "", "", 3, "很多", "顶楼")), ("地点!F2：“很多”看不懂", "地点!G2：“顶楼”看不懂")),
    ("地点", (PLACES, ("", "石龙社区", "", "", 3, 999, -4)), ("地点!F2", "地点!G2")),
    ("地点", (PLACES, ("", "石" * 100, "", "", 3)), ("地点!B2：名称太长",)),
    ("地点", (("名字", "楼"), ("石龙社区", 3)), ("地点!第 1 行：没有“社区”这一列",)),
    ("成员", (MEMBERS, ("", "", 3)), ("成员!A2：没有写姓名",)),
    ("成员", (MEMBERS, ("王芳", "", "99栋")), ("成员!C2：“99栋”没有这栋楼",)),
    ("成员", (MEMBERS, ("王芳", "", 3, 9)), ("成员!D2：3栋没有“9”这个单元",)),
    ("成员", (MEMBERS, ("王芳", "", 3, 2, "1" * 50, "没有手机")), ("成员!E2", "成员!F2：“没有手机”看不懂")),
    ("成员", (MEMBERS, ("王芳",), ("王芳",)), ("成员!A3：和第 2 行是同一个人",)),
    ("成员", (MEMBERS, ("王芳", "", "", "", "", "", "telegram")), ("成员!I2", "成员!H2：没有写账号")),
    ("成员", (MEMBERS, ("王芳", "", "", "", "", "", "微 信", "a", "b")), ("成员!G2：“微 信”不是渠道",)),
    ("角色", (ROLES, ("王芳", "皇帝", "3栋"), ("武则天", "红管家", "月球")), ("角色!B2：“皇帝”不是角色", "角色!A3：“武则天”没有这个人", "角色!C3：“月球”看不懂")),
    ("角色", (ROLES, ("王芳", "红管家", "99栋")), ("角色!C2：没有找到“99栋”",)),
    ("角色", (ROLES, ("王芳", "居民", "3栋")), ("角色!B2：“居民”不是角色",)),
    ("值班", (DUTY, ("3栋", "王芳", "每天", "二十点到")), ("值班!D2：“二十点到”看不懂，请写成 20:00-8:00",)),
    ("值班", (DUTY, ("3栋", "王芳", "隔三差五", "8点")), ("值班!C2：“隔三差五”看不懂", "值班!D2")),
    ("值班", (DUTY, ("3栋", "", "每天", "")), ("值班!B2：没有写姓名",)),
    ("值班", (DUTY, ("3栋", "王芳", "", "", "2026-06-30", "2026-06-01")), ("值班!F2：“2026-06-01”比开始的那天还早",)),
    ("值班", (DUTY, ("3栋", "王芳", "", "", "哪天都行", "2月30日")), ("值班!E2：“哪天都行”看不懂", "值班!F2：“2月30日”看不懂")),
    ("值班", (DUTY, ("3栋", "王芳", "", time(8), "#REF!")), ("值班!D2：“08:00”看不懂", "值班!E2：是个出错的公式")),
)  # fmt: skip


async def test_every_wrong_cell_is_named(world: World, tmp_path: Path) -> None:
    before = await content(world.sessions)
    for sheet, rows, complaints in WRONG:
        with pytest.raises(WorkbookError) as caught:
            await load(world.sessions, book(tmp_path, **{sheet: rows}))
        said = "\n".join(caught.value.problems)
        assert not [complaint for complaint in complaints if complaint not in said], said
    assert await content(world.sessions) == before


async def test_rows_of_nothing_are_nothing(world: World, tmp_path: Path) -> None:
    assert "没有新增" in (await load(world.sessions, book(tmp_path, 值班=[DUTY, ("", "", "", "")]))).text


async def test_all_mistakes_are_told_at_once_and_nothing_is_half_imported(sessions: Sessions, tmp_path: Path) -> None:
    said = await refused(
        sessions,
        book(
            tmp_path,
            地点=[*TOWN, ("", "", "", "", "5栋", "许多", "")],
            成员=[*PEOPLE, ("孙姐", "", "77栋")],
            角色=[*OFFICES, ("孙姐", "神仙", "3栋")],
            值班=[*ROSTER, ("3栋", "孙姐", "天天", "下半夜")],
        ),
    )
    assert [line.split("：")[0] for line in said.splitlines()] == ["地点!F5", "成员!C5", "角色!B5", "值班!D5"]


async def test_a_thousand_mistakes_are_cut_off(sessions: Sessions, tmp_path: Path) -> None:
    rows = [PLACES, *(("", "石龙社区", "", "", f"{i}栋{i}栋") for i in range(1000))]
    said = await refused(sessions, book(tmp_path, 地点=rows))
    assert len(said.splitlines()) == 201
    assert "后面还有 800 处" in said


async def test_people_of_one_name_are_told_apart_by_their_homes(world: World, tmp_path: Path) -> None:
    people = [MEMBERS, ("李伟", "", 3, 1, 101), ("李伟", "", 4, 1, 102)]
    said = await refused(world.sessions, book(tmp_path, 成员=people, 角色=[ROLES, ("李伟", "红管家", "3栋")]))
    assert "角色!A2：“李伟”有 2 位" in said
    report = await load(world.sessions, book(tmp_path, 成员=people, 角色=[ROLES, ("李伟", "红管家", "3栋", "4栋")]))
    assert (report.members, report.roles) == (2, 1)


async def test_turns_that_are_over_are_left_out(world: World, tmp_path: Path) -> None:
    rows = [DUTY, ("3栋", "王芳", "", "8:00-9:00", "2026-01-01", "2026-02-01")]
    assert (await load(world.sessions, book(tmp_path, 值班=rows))).shifts == 0


async def test_blank_rows_extra_sheets_full_widths_and_any_order_of_columns(sessions: Sessions, tmp_path: Path) -> None:
    rows: Rows = (
        ("备注", "楼栋", "社区（必填）", "小区"),
        (),
        (None, None, None, None),
        ("随便", "３栋", "石龙社区", " 锦绣小区\u200b"),
        ("  ", "\u3000", "", ""),
    )
    report = await load(sessions, book(tmp_path, 地点=rows, 别的=[("x",)] * 3))
    assert report.places == 3


async def test_formulas_without_a_stored_value_are_named(sessions: Sessions, tmp_path: Path) -> None:
    path = book(tmp_path, 地点=[PLACES, ("", '="石龙"&"社区"', "", "", 3)])
    assert "地点!B2：是公式，读不到结果" in await refused(sessions, path)


async def test_merged_cells(sessions: Sessions, tmp_path: Path) -> None:
    made = Workbook()
    sheet = made.active
    sheet.title = "地点"
    for row in [*TOWN[:2], ("", "", "", "", 4, 1, 6)]:
        sheet.append(list(row))
    for column in "ABCD":
        sheet.merge_cells(f"{column}2:{column}3")
    made.save(tmp_path / "合并.xlsx")
    assert (await load(sessions, tmp_path / "合并.xlsx")).places == 10


def bomb(path: Path) -> None:
    """A small file that unpacks to more than anybody has."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as entry:
            for _ in range(MOST_UNPACKED // 2**20 + 1):
                entry.write(b" " * 2**20)


def laughs(path: Path) -> None:
    """A workbook whose names multiply when they are read."""
    names = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", f'<!DOCTYPE x [<!ENTITY a0 "ha">{names}]><x>&a9;</x>')


def nothing(_: Path) -> None:
    """No file at all."""


def archive(path: Path) -> None:
    """An archive of something else."""
    with zipfile.ZipFile(path, "w") as made:
        made.writestr("a.txt", "a")


def other(content: bytes) -> Any:
    """Something that is no workbook."""
    return lambda path: path.write_bytes(content)


@pytest.mark.parametrize(
    ("make", "complaint"),
    [
        (other(b""), "不是 Excel"),
        (other(b"PK\x03\x04" + b"\x00" * 99), "不是 Excel"),
        (other("姓名,角色\n".encode()), "不是 Excel"),
        (other(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 512), "不是 Excel"),
        (other(b"\x00" * (20 * 2**20 + 1)), "太大"),
        (bomb, "大得不正常"),
        (laughs, "不是 Excel"),
        (nothing, "没有找到文件"),
        (Path.mkdir, "打不开"),
        (archive, "不是 Excel"),
    ],
)
def test_what_is_no_workbook(tmp_path: Path, make: Any, complaint: str) -> None:
    path = tmp_path / "社区.xlsx"
    make(path)
    said = unread(path)
    assert complaint in said
    assert str(tmp_path) not in said


def test_a_workbook_without_any_known_sheet(tmp_path: Path) -> None:
    assert "地点、成员、角色、值班" in unread(book(tmp_path, Sheet1=[("a",)]))


def test_more_rows_than_anybody_has(tmp_path: Path) -> None:
    made = Workbook(write_only=True)
    sheet = made.create_sheet("成员")
    sheet.append(["姓名"])
    for i in range(MOST_ROWS):
        sheet.append([f"住户{i}"])
    made.save(tmp_path / "大.xlsx")
    assert f"成员：超过 {MOST_ROWS} 行" in unread(tmp_path / "大.xlsx")


async def test_absurd_cells(sessions: Sessions, tmp_path: Path) -> None:
    await load(sessions, book(tmp_path, 地点=TOWN))
    for text in ("🙂🙂", "\u202e王芳", "<b>王芳</b>", "=1+1", "'; DROP TABLE member; --", "王" * 20_000):
        path = book(tmp_path, 成员=[MEMBERS, (text,) * 9], 值班=[DUTY, (text,) * 7])
        assert "成员!" in await refused(sessions, path)
