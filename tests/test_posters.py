"""A notice on paper, the page to which its code leads, and the page on which who was reminded answers."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest
from aiohttp import ClientSession, web
from playwright.async_api import async_playwright

from bot.posters import Posters, page_with, poster, posting
from bot.web import serving
from handlers.readbacks.posters import Poster
from storage import members, places
from storage.readbacks import ReadWay
from storage.types import BroadcastId, PlaceId, PlaceKind, Role
from tests.noticing import asks, ring, writes
from tests.readbacks import answers, goes_out, moves_in
from tests.webchat_desk import chromium
from tests.world import World

PUBLIC = "https://guanjia.example.org"
LINK = re.compile(rf"{re.escape(PUBLIC)}(/(?:papers/poster|read)/[0-9-]+/[A-Z0-9]{{20}})")
KEY = b"k" * 32


@pytest.fixture
async def open_world(world: World) -> World:
    """The same, with pages that can be opened from outside."""
    world.house = replace(world.house, pages=PUBLIC)
    world.receiver.house = world.clock.house = world.house
    return world


def posters(world: World) -> Posters:
    return Posters(world.sessions, lambda: world.now, world.house, world.reach, KEY)


@asynccontextmanager
async def served(world: World) -> AsyncIterator[str]:
    pages = web.Application()
    posting(pages, posters(world))
    async with serving(pages, "127.0.0.1", 0) as address:
        yield address.rstrip("/")


async def fetched(world: World, path: str, method: str = "GET") -> tuple[int, str]:
    async with served(world) as address, ClientSession() as client, client.request(method, address + path) as answer:
        return answer.status, await answer.text()


async def link_of(world: World, text: str, person: str = "陈书记") -> str:
    """The path of the link that `person` is given."""
    found = LINK.search(await asks(world, person, text))
    assert found is not None
    return found[1]


def notice_path(world: World, number: int, place: int) -> str:
    """The path of the code on the paper."""
    signed = f"{number}-{place}"
    return f"/notice/{signed}-{posters(world)._signature(signed)}"


async def place_of(world: World, kind: PlaceKind, name: str) -> int:
    async with world.sessions() as session:
        return next(place.id for place in await places.all_of(session, kind) if place.name == name)


async def test_a_poster_is_opened_once_by_a_button(open_world: World) -> None:
    await goes_out(open_world, "通知 3栋：明天停水 <b>请接水</b>\n要回执")
    path = await link_of(open_world, "海报 1")
    for _ in range(2):
        status, page = await fetched(open_world, path)
        assert (status, "停水" in page) == (200, False)
    status, page = await fetched(open_world, path, "POST")
    assert status == 200
    for part in ("明天停水 &lt;b&gt;请接水&lt;/b&gt;", "<svg", "收到请回复1", "发“收到 1”", "size:A4", "日 周"):
        assert part in page
    assert (await fetched(open_world, path, "POST"))[0] == 404


@pytest.mark.parametrize("text", ["停水", "请各户关好门窗。" * 40, "请关好门窗。" * 330, "请关窗。\n" * 25])
async def test_however_long_it_is_one_page(text: str) -> None:
    body = poster(
        Poster(BroadcastId(5), PlaceId(3), "3栋", text, warning=False, asks_back=True, day="2026年5月12日 周二发"),
        PUBLIC,
        "红管家",
    )
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        page = await browser.new_page()
        await page.set_content(str(page_with("通知", body).text))
        printed = await page.pdf(prefer_css_page_size=True)
        await browser.close()
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1


async def test_the_code_leads_to_the_notice_and_to_no_other(open_world: World) -> None:
    await goes_out(open_world, "通知 3栋：明天停水<script>\n要回执")
    building = await place_of(open_world, PlaceKind.BUILDING, "3")
    path = notice_path(open_world, 1, building)
    status, page = await fetched(open_world, path)
    assert status == 200
    assert "明天停水&lt;script&gt;" in page
    for forged in (path[:-1] + ("0" if path[-1] != "0" else "1"), path.replace("/1-", "/2-")):
        assert (await fetched(open_world, forged))[0] == 404
    assert (await fetched(open_world, notice_path(open_world, 2, building)))[0] == 404
    assert (await fetched(open_world, notice_path(open_world, 1, 999)))[0] == 404


async def test_a_cancelled_notice_leads_nowhere(open_world: World) -> None:
    await writes(open_world, "通知 明天上午9点 3栋：停水")
    await asks(open_world, "陈书记", "确认")
    building = await place_of(open_world, PlaceKind.BUILDING, "3")
    assert (await fetched(open_world, notice_path(open_world, 1, building)))[0] == 200
    path = await link_of(open_world, "海报 1")
    await asks(open_world, "陈书记", "取消通知 1")
    assert (await fetched(open_world, notice_path(open_world, 1, building)))[0] == 404
    assert (await fetched(open_world, path, "POST"))[0] == 404


async def test_what_is_another_text_in_each_building_needs_one(open_world: World) -> None:
    await goes_out(open_world, "通知 3栋、4栋：{楼栋}明天停水")
    assert "请说贴在哪一栋" in await asks(open_world, "陈书记", "海报 1")
    _, page = await fetched(open_world, await link_of(open_world, "海报 1 4栋"), "POST")
    assert "4栋明天停水" in page
    assert "{楼栋}" not in page


async def test_what_cannot_be_printed_is_one_clear_sentence(open_world: World) -> None:
    await writes(open_world, "通知 3栋：停水")
    assert "还没定下来" in await asks(open_world, "陈书记", "海报 1")
    assert "没有 7 号通知" in await asks(open_world, "陈书记", "海报 7")
    assert "请这样发" in await asks(open_world, "陈书记", "海报")
    assert not LINK.search(await asks(open_world, "王芳", "海报 1"))


async def test_without_pages_it_is_said(world: World) -> None:
    await goes_out(world)
    assert "public_url" in await asks(world, "陈书记", "海报 1")


async def test_who_is_no_admin_any_more_and_wrote_it_not_opens_nothing(open_world: World) -> None:
    await goes_out(open_world)
    async with open_world.sessions.begin() as session:
        (community,) = await places.all_of(session, PlaceKind.COMMUNITY)
        (grid,) = await places.all_of(session, PlaceKind.GRID)
        (worker,) = await members.with_role(session, Role.GRID_WORKER, [grid.id])
        await members.grant(session, worker.id, community.id, Role.ADMIN)
    path = await link_of(open_world, "海报 1", "周网格")
    async with open_world.sessions.begin() as session:
        await members.revoke(session, worker.id, community.id, Role.ADMIN)
    assert (await fetched(open_world, path, "POST"))[0] == 404


async def test_who_was_reminded_answers_on_a_page_of_his_own_once(open_world: World) -> None:
    await moves_in(open_world, 孙姐="2-1203")
    await goes_out(open_world)
    open_world.now += timedelta(days=1)
    await ring(open_world)
    found = LINK.search(open_world.hears("孙姐", "打不了字就点开这里"))
    assert found is not None
    assert (await fetched(open_world, found[1]))[0] == 200  # a chat looks at every link
    assert not await answers(open_world)
    status, page = await fetched(open_world, found[1], "POST")
    assert (status, "记下了" in page) == (200, True)
    (row,) = await answers(open_world)
    assert (row.room, row.way) == ("1203", ReadWay.LINK)
    assert (await fetched(open_world, found[1], "POST"))[0] == 404
    await open_world.says("孙姐", "收到", alone=True)
    assert len(await answers(open_world)) == 1


async def test_a_page_of_ones_own_leads_to_no_other_notice_after_its_end(open_world: World) -> None:
    await moves_in(open_world, 孙姐="2-1203")
    await goes_out(open_world)
    open_world.now += timedelta(days=1)
    await ring(open_world)
    found = LINK.search(open_world.hears("孙姐"))
    assert found is not None
    assert (await fetched(open_world, found[1].replace("/1/", "/9/"), "POST"))[0] == 404
    open_world.now += timedelta(days=7)
    assert (await fetched(open_world, found[1], "POST"))[0] == 404
    assert not await answers(open_world)


async def test_a_wall_is_read_for_days_so_that_the_day_stands_below_unless_it_comes_again(open_world: World) -> None:
    await goes_out(open_world, "通知 3栋：明天停水")
    _, page = await fetched(open_world, await link_of(open_world, "海报 1"), "POST")
    assert re.search(r"20\d\d年\d+月\d+日 周.发", page)
    await writes(open_world, "通知 每周一上午9点 3栋：今天收垃圾")
    await open_world.says("陈书记", "确认 2", alone=True)
    _, page = await fetched(open_world, await link_of(open_world, "海报 2"), "POST")
    assert "今天收垃圾" in page
    assert "日 周" not in page
