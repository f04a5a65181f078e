"""Who has not answered is reminded once, alone and by day; and is told to nobody but who goes there."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from typing import Any

import pytest
import sqlalchemy as sa
from aiohttp import ClientSession, web
from openpyxl import load_workbook

from bot.downloads import MOST_TRIES, XLSX
from bot.papers import giving, workbook_of
from bot.web import serving
from handlers.moment import Moment, Reach
from handlers.notices.figures import month_in
from handlers.readbacks.papers import Sheet
from handlers.readbacks.reminding import remind
from handlers.reading.values import Unclear
from handlers.rules.broadcasts import NoticeRules
from storage import members, places
from storage.outbox import OutboxMessage
from storage.types import OutboxStatus, PlaceKind, Role
from tests.noticing import GROUPS, HOUR, another_admin, asks, ring
from tests.readbacks import answers, goes_out, moves_in
from tests.world import CHANNEL, World

PUBLIC = "https://guanjia.example.org"
LINK = re.compile(rf"{re.escape(PUBLIC)}/papers/[a-z]+/[0-9-]+/[A-Z0-9]{{20}}")
DAY = timedelta(days=1)


async def a_day_later(world: World) -> None:
    """Nine in the morning of the next day; what it says at its first ring is said."""
    world.now += DAY
    await ring(world)


async def test_one_of_each_household_is_reminded_once(world: World) -> None:
    await moves_in(world, 孙姐="2-1203", 老孙="2-1203", 何叔="1-101", 吴婶="1-102")
    await goes_out(world)
    await world.says("何叔", "收到")
    await a_day_later(world)
    await ring(world)
    assert "明天停水，请提前接水" in world.hears("吴婶", "1 号通知您还没回", "看到了回“收到”或者“1”")
    assert len([*world.new("孙姐"), *world.new("老孙")]) == 1
    world.silent("何叔", *GROUPS)
    await world.says("吴婶", "1", alone=True)
    world.hears("吴婶", "记下了")
    await world.wait(3 * DAY)
    world.silent("何叔", "吴婶", "孙姐", "老孙")


async def test_two_clocks_at_once_remind_once(world: World, caplog: pytest.LogCaptureFixture) -> None:
    await moves_in(world, 孙姐="2-1203")
    await goes_out(world)
    await ring(world)
    world.now += DAY
    await asyncio.gather(*(world.clock.ring() for _ in range(4)))
    await world.send_all()
    world.hears("孙姐", "您还没回")
    assert "tick_failed" not in caplog.messages


async def test_a_ring_that_was_undone_reminds_the_next_time(world: World) -> None:
    await moves_in(world, 孙姐="2-1203")
    await goes_out(world)
    await ring(world)
    world.now += DAY
    async with world.sessions() as session:  # killed before the commit
        await remind(Moment(session=session, now=world.now, house=world.house, reach=world.reach))
        await session.rollback()
    world.silent("孙姐")
    await ring(world)
    world.hears("孙姐", "您还没回")


async def test_nobody_is_reminded_at_night_and_who_answers_meanwhile_not_at_all(world: World) -> None:
    await moves_in(world, 孙姐="2-1203", 何叔="1-101")
    world.now += 12 * HOUR  # 21:00
    await goes_out(world)
    world.now += DAY + 2 * HOUR
    await ring(world)
    world.silent("孙姐", "何叔")
    await world.says("何叔", "收到")
    world.now += 8 * HOUR
    await ring(world)
    world.hears("孙姐", "您还没回")
    world.silent("何叔")


async def test_who_may_only_be_answered_is_not_reminded(world: World) -> None:
    world.reach[CHANNEL] = Reach(one_to_one=True, only_answers=True)
    await moves_in(world, 孙姐="2-1203")
    await goes_out(world)
    await a_day_later(world)
    world.silent("孙姐")


async def test_a_reminder_can_be_switched_off(world: World) -> None:
    world.house = replace(world.house, notices=NoticeRules(remind_after=timedelta()))
    world.receiver.house = world.clock.house = world.house
    await moves_in(world, 孙姐="2-1203")
    await goes_out(world)
    await a_day_later(world)
    world.silent("孙姐")


async def test_what_is_over_or_cancelled_reminds_nobody(world: World) -> None:
    await moves_in(world, 孙姐="2-1203")
    await goes_out(world, "通知 3栋：今晚停水\n要回执\n有效到 明天8:00")
    await goes_out(world, "通知 3栋：明天停电")
    await a_day_later(world)
    world.silent("孙姐")


@pytest.mark.parametrize("after", ["更正 1：停水改到后天", "撤回通知 1"])
async def test_what_was_set_right_or_taken_back_is_not_said_again(world: World, after: str) -> None:
    world.reach[CHANNEL] = Reach(one_to_one=True, takes_back=True)
    await moves_in(world, 孙姐="2-1203")
    await goes_out(world)
    await ring(world)
    await asks(world, "陈书记", after)
    await asks(world, "陈书记", "确认")
    await ring(world)
    await a_day_later(world)
    assert not [words.text for words in world.new("孙姐") if "1 号" in words.text]


async def test_who_was_told_alone_is_reminded_alone_and_answers_for_himself(world: World) -> None:
    await goes_out(world, "通知 3栋的红管家：明天开会\n要回执")
    await world.says("王芳", "收到", alone=True)
    world.forget()
    await a_day_later(world)
    world.silent("王芳")
    world.hears("赵强", "您还没回")
    await world.says("赵强", "1", alone=True)
    assert [row.room for row in await answers(world)] == [None, None]


async def test_each_round_reminds_anew(world: World) -> None:
    await moves_in(world, 孙姐="2-1203")
    await goes_out(world, "通知 每周一10点 3栋：量体温\n要回执")
    for _ in range(2):
        world.now += HOUR
        await ring(world)
        await ring(world)
        await a_day_later(world)
        world.hears("孙姐", "您还没回")
        world.now += 6 * DAY - HOUR


# -- papers ------------------------------------------------------------------------------------------------------


@pytest.fixture
async def open_world(world: World) -> World:
    """The same, with pages that can be opened from outside."""
    world.house = replace(world.house, pages=PUBLIC)
    world.receiver.house = world.clock.house = world.house
    return world


@asynccontextmanager
async def served(world: World) -> AsyncIterator[str]:
    pages = web.Application()
    giving(pages, world.sessions, lambda: world.now, world.house, world.reach)
    async with serving(pages, "127.0.0.1", 0) as address:
        yield address.rstrip("/")


async def asked_for(world: World, person: str, text: str) -> str:
    """The path of the link that `person` is given."""
    found = LINK.search(await asks(world, person, text))
    assert found is not None
    return found[0].removeprefix(PUBLIC)


async def fetched(world: World, path: str) -> list[list[tuple[Any, ...]]]:
    """What stands in the sheets of the file."""
    async with served(world) as address, ClientSession() as client:
        async with client.get(address + path) as page:
            assert page.status == 200
        async with client.post(address + path) as answer:
            assert answer.content_type == XLSX
            book = load_workbook(BytesIO(await answer.read()))
        async with client.post(address + path) as again:
            assert again.status == 404
    return [[tuple(row) for row in page.iter_rows(values_only=True)] for page in book]


async def test_the_visit_list_has_the_doors_that_nobody_can_write_to(open_world: World) -> None:
    await moves_in(open_world, "1-101", "1-102", "2-1203", 孙姐="2-201")
    await goes_out(open_world)
    await open_world.says("老夏", "收到")  # 1-101
    ((head, *rows),) = await fetched(open_world, await asked_for(open_world, "周网格", "走访单 1"))
    assert head[:3] == ("楼栋", "单元", "房号")
    assert [row[:3] for row in rows] == [("锦绣小区3栋", "1单元", "102"), ("锦绣小区3栋", "2单元", "1203")]


async def test_the_visit_list_is_for_the_grid_worker_alone(open_world: World) -> None:
    await moves_in(open_world, "1-102")
    await goes_out(open_world)
    assert "名单只给楼栋的网格员看" in await asks(open_world, "陈书记", "走访单 1")
    for person in ("王芳", "李姐"):
        assert not LINK.search(await asks(open_world, person, "走访单 1"))
    path = await asked_for(open_world, "周网格", "走访单 1")
    async with open_world.sessions.begin() as session:
        (grid,) = await places.all_of(session, PlaceKind.GRID)
        (worker,) = await members.with_role(session, Role.GRID_WORKER, [grid.id])
        await members.revoke(session, worker.id, grid.id, Role.GRID_WORKER)
    async with served(open_world) as address, ClientSession() as client, client.post(address + path) as answer:
        assert answer.status == 404


async def test_links_cannot_be_guessed_at_will(open_world: World) -> None:
    async with served(open_world) as address, ClientSession() as client:
        for _ in range(MOST_TRIES):
            async with client.post(f"{address}/papers/visits/1/{'A' * 20}") as answer:
                assert answer.status == 404
        async with client.post(f"{address}/papers/visits/1/{'A' * 20}") as answer:
            assert answer.status == 429


async def test_without_pages_or_doors_it_is_said(world: World) -> None:
    await goes_out(world)
    assert "public_url" in await asks(world, "周网格", "走访单 1")


async def test_when_everybody_can_be_told_there_is_nobody_to_visit(open_world: World) -> None:
    await moves_in(open_world, 孙姐="2-1203")
    await goes_out(open_world)
    assert "没有要上门的" in await asks(open_world, "周网格", "走访单 1")


async def test_a_month_in_figures(open_world: World) -> None:
    await moves_in(open_world, "1-101", "1-102")
    await goes_out(open_world)
    await goes_out(open_world, "通知 锦绣小区：明天停电")
    await open_world.says("老夏", "收到")
    open_world.now += 3 * HOUR
    await open_world.says("小邓", "收到")
    said = await asks(open_world, "陈书记", "宣传统计")
    for part in (
        "2026年5月发了 2 条通知，到群 5 次",
        "1 号“明天停水，请提前接水”：2 个群收到，2/3 户回了",
        " 9点 ▇▇▇",
        "12点 ▇▇▇",
    ):
        assert part in said
    await open_world.presses("陈书记", "导成表格")
    found = LINK.search(open_world.hears("陈书记"))
    assert found is not None
    notices, rows, hours = await fetched(open_world, found[0].removeprefix(PUBLIC))
    assert [row[0] for row in notices] == ["编号", 1, 2]
    assert ("锦绣小区3栋", 2, 1) in rows
    assert ("9:00", 1) in hours


async def test_figures_are_for_admins_and_for_months_that_were(open_world: World) -> None:
    assert "要社区管理员" in await asks(open_world, "王芳", "宣传统计")
    assert "2026年4月没有发过通知" in await asks(open_world, "陈书记", "宣传统计 上个月")
    assert "请这样发" in await asks(open_world, "陈书记", "宣传统计 明年1月")
    await another_admin(open_world)
    assert "没有发过通知" in await asks(open_world, "刘主任", "宣传统计 2025年12月")


async def test_what_did_not_arrive_is_counted_as_that(open_world: World) -> None:
    await goes_out(open_world)
    async with open_world.sessions.begin() as session:
        gone = sa.update(OutboxMessage).where(OutboxMessage.chat == "4栋群", OutboxMessage.broadcast_id == 1)
        await session.execute(gone.values(status=OutboxStatus.DEAD))
    assert "到群 1 次，没发成 1 次" in await asks(open_world, "陈书记", "宣传统计 5月")


@pytest.mark.parametrize(
    ("said", "month"),
    [
        ("", (2026, 5)),
        ("本月", (2026, 5)),
        ("5月", (2026, 5)),
        ("11月", (2025, 11)),
        ("十一月份", (2025, 11)),
        ("上个月", (2026, 4)),
        ("2026年1月", (2026, 1)),
        ("2025-12", (2025, 12)),
    ],
)
def test_months_are_read_as_people_say_them(said: str, month: tuple[int, int]) -> None:
    assert month_in(said, date(2026, 5, 11)) == date(*month, 1)


@pytest.mark.parametrize("said", ["13月", "0月", "2027年1月", "2026年6月", "停水", "月"])
def test_other_words_are_no_month(said: str) -> None:
    with pytest.raises(Unclear):
        month_in(said, date(2026, 5, 11))


def test_of_january_the_month_before_is_december() -> None:
    assert month_in("上个月", date(2026, 1, 31)) == date(2025, 12, 1)


def test_what_looks_like_a_formula_is_text() -> None:
    book = load_workbook(BytesIO(workbook_of([Sheet("页", ("列",), [("=1+1\x00",)])])))
    assert (book["页"]["A2"].value, book["页"]["A2"].data_type) == ("=1+1", "s")
