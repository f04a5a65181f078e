"""The rota as a file: by the command line, and by a link that gives it once."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from aiohttp import ClientSession, web
from openpyxl import load_workbook

from bot.__main__ import main
from bot.config import checked
from bot.downloads import MOST_TRIES, XLSX
from bot.exporting import handing_out, written
from bot.importing import brought_in
from bot.section import Misconfigured
from bot.web import serving
from bot.workbook.export import workbook_of
from handlers.duty.exports import PlaceRota
from handlers.duty.rota import Turn
from handlers.house import RosterRules
from storage import overrides
from storage.duty import DutyShift
from storage.members import Member, RoleGrant
from storage.turns import TurnSource
from storage.types import MemberId, Role
from tests.test_workbook import whole
from tests.world import MONDAY_9, SHANGHAI, World

PUBLIC = "https://guanjia.example.org"
LINK = re.compile(rf"{re.escape(PUBLIC)}/roster/[A-Z0-9]{{20}}")
DAY = timedelta(days=1)


@pytest.fixture
async def open_world(world: World) -> World:
    """The same, with pages that can be opened from outside, and the nights of two weeks shared by two."""
    world.house = replace(world.house, pages=PUBLIC, roster=RosterRules(weekday=0, calendar=timedelta(weeks=2)))
    world.receiver.house = world.clock.house = world.house
    async with world.sessions.begin() as session:
        await session.execute(sa.delete(DutyShift))
    await world.says("陈书记", "排班 3栋 王芳 周一 20:00-8:00", alone=True)
    await world.says("陈书记", "排班 4栋 赵强 5月20日 9:00-17:00", alone=True)
    world.forget()
    return world


@asynccontextmanager
async def served(world: World) -> AsyncIterator[str]:
    pages = web.Application()
    handing_out(pages, world.sessions, lambda: world.now, world.house)
    async with serving(pages, "127.0.0.1", 0) as address:
        yield address.rstrip("/")


async def opened(address: str, link: str, method: str = "POST") -> tuple[int, bytes, str]:
    async with ClientSession() as http, http.request(method, link.replace(PUBLIC, address)) as answer:
        return answer.status, await answer.read(), answer.headers["Content-Type"]


async def link_of(world: World, name: str = "陈书记") -> str:
    await world.says(name, "导出班表", alone=True)
    found = LINK.search(world.hears(name))
    assert found
    return found[0]


def content(file: bytes) -> dict[str, list[tuple[Any, ...]]]:
    book = load_workbook(BytesIO(file))
    return {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets}


async def test_the_link_gives_the_final_rota_once(open_world: World) -> None:
    async with open_world.sessions.begin() as session:
        people = {m.name: m.id for m in await session.scalars(sa.select(Member))}
        place = (await session.scalars(sa.select(DutyShift.place_id).order_by(DutyShift.id))).first()
        starts = datetime(2026, 5, 18, 20, tzinfo=SHANGHAI).astimezone(UTC)
        more = dict(comes=people["赵强"], goes=people["王芳"])
        await overrides.enter(session, "cover:1", TurnSource.COVER, place, starts, starts + DAY / 2, **more)
    link = await link_of(open_world)
    async with served(open_world) as address:
        button = await opened(address, link, "GET")
        preview = await opened(address, link, "GET")
        status, file, kind = await opened(address, link)
        again = await opened(address, link)
    assert (button[0], preview[0], status, kind) == (200, 200, 200, XLSX)
    assert "下载" in button[1].decode()
    sheets = content(file)
    assert list(sheets) == ["锦绣小区3栋", "锦绣小区4栋"]
    assert sheets["锦绣小区3栋"][1:] == [
        (datetime(2026, 5, 11), "周一", datetime(2026, 5, 11, 20), datetime(2026, 5, 12, 8), "王芳", None, "排班"),
        (datetime(2026, 5, 18), "周一", datetime(2026, 5, 18, 20), datetime(2026, 5, 19, 8), "赵强", "王芳", "顶班"),
    ]
    assert again[0] == 404
    assert "导出班表" in again[1].decode()


async def test_of_two_who_press_at_once_one_gets_it(open_world: World) -> None:
    link = await link_of(open_world)
    async with served(open_world) as address:
        answers = await asyncio.gather(*(opened(address, link) for _ in range(3)))
    assert sorted(status for status, _, _ in answers) == [200, 404, 404]


async def test_who_is_no_admin_any_more_gets_nothing(open_world: World) -> None:
    link = await link_of(open_world)
    async with open_world.sessions.begin() as session:
        await session.execute(sa.delete(RoleGrant).where(RoleGrant.role == Role.ADMIN))
    async with served(open_world) as address:
        assert (await opened(address, link))[0] == 404


async def test_a_link_ends_and_nobody_makes_one(open_world: World) -> None:
    link = await link_of(open_world)
    async with served(open_world) as address:
        assert (await opened(address, link[:-20] + "A" * 20))[0] == 404
        open_world.now += timedelta(hours=25)
        assert (await opened(address, link))[0] == 404
        assert (await opened(address, f"{PUBLIC}/roster/{'A' * 9000}"))[0] in (400, 404)


async def test_who_tries_too_often_is_held_back(open_world: World) -> None:
    async with served(open_world) as address:
        statuses = [(await opened(address, f"{PUBLIC}/roster/{'A' * 20}"))[0] for _ in range(MOST_TRIES + 1)]
    assert statuses == [404] * MOST_TRIES + [429]


async def test_what_cannot_be_given_is_said(open_world: World) -> None:
    await open_world.says("王芳", "导出班表", alone=True)
    open_world.hears("王芳", "社区管理员")
    await open_world.says("陈书记", "导出班表 给我", alone=True)
    open_world.hears("陈书记", "请这样发")
    await open_world.says("陈书记", "导出班表")
    open_world.silent("3栋群")
    assert LINK.search(open_world.hears("陈书记"))
    async with open_world.sessions.begin() as session:
        await session.execute(sa.delete(DutyShift))
    await open_world.says("陈书记", "导出班表", alone=True)
    open_world.hears("陈书记", "没什么可导出")
    open_world.receiver.house = replace(open_world.house, pages=None)
    await open_world.says("陈书记", "导出班表", alone=True)
    open_world.hears("陈书记", "guanjia export duty")


async def test_the_command_line_writes_the_same(tmp_path: Path) -> None:
    config, out = checked({"data_dir": str(tmp_path)}, tmp_path, {}), tmp_path / "班表.xlsx"
    with pytest.raises(Misconfigured, match="一个班也没有"):
        await written(config, out, None, lambda: MONDAY_9)
    await brought_in(config, whole(tmp_path), lambda: MONDAY_9)
    assert "3 处、今后 4 周" in await written(config, out, 4, lambda: MONDAY_9)
    nights = content(out.read_bytes())["锦绣小区3栋"]
    assert len(nights) == 1 + 28
    with pytest.raises(Misconfigured, match="已经有了"):
        await written(config, out, 2, lambda: MONDAY_9)
    with pytest.raises(Misconfigured, match="写不了"):
        await written(config, tmp_path / "nowhere" / "班表.xlsx", None, lambda: MONDAY_9)


@pytest.mark.parametrize("weeks", ["0", "53", "-1", "三", "9" * 5000])
def test_a_number_of_weeks_that_is_none_is_refused(weeks: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "duty", "--weeks", weeks]) == 2
    assert "--weeks" in capsys.readouterr().err


def turn(name: str, zone: ZoneInfo = SHANGHAI, hour: int = 20) -> Turn:
    starts = datetime(2026, 11, 1, hour, tzinfo=zone).astimezone(UTC)
    return Turn(MemberId(1), starts, starts + DAY / 2, TurnSource.ROSTER, MemberId(2), name, name)


def test_names_are_no_formulas_and_titles_are_titles() -> None:
    absurd = ["=1+1", "@SUM(A1)", "王\x00\x07芳", "\u202e王芳", "王" * 60]
    where = ["a/b:c*[d]?", "A B C  D ", "长" * 60, "长" * 60, "'", ""]
    file = workbook_of([PlaceRota(place, [turn(name) for name in absurd]) for place in where], SHANGHAI)
    book = load_workbook(BytesIO(file))
    assert len(book.sheetnames) == len({name.lower() for name in book.sheetnames}) == len(where)
    assert all(0 < len(name) <= 31 for name in book.sheetnames)
    for sheet in book.worksheets:
        assert {cell.data_type for row in sheet.iter_rows(min_row=2, min_col=5) for cell in row} == {"s"}
        assert [row[4].value for row in sheet.iter_rows(min_row=2)][:3] == ["=1+1", "@SUM(A1)", "王芳"]


def test_times_are_those_of_the_clock_on_the_wall() -> None:
    zone = ZoneInfo("America/New_York")
    (row,) = content(workbook_of([PlaceRota("3栋", [turn("王芳", zone, 0)])], zone))["3栋"][1:]
    assert row[2:4] == (datetime(2026, 11, 1, 0), datetime(2026, 11, 1, 11))  # put back an hour in between
    assert row[0].date() == date(2026, 11, 1)
