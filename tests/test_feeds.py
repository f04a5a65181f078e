"""People's calendars: fetched over a real socket, by whoever has the secret address and by nobody else."""

import asyncio
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from aiohttp import ClientSession, web
from icalendar import Calendar

from bot.feeds import MOST_OF_ONE, feeding
from bot.throttle import MOST_KEPT, Throttle
from bot.web import serving
from handlers.house import RosterRules
from handlers.rules.escalations import Policy
from storage import overrides
from storage.base import Base
from storage.duty import DutyShift
from storage.feeds import CalendarFeed
from storage.members import Member
from storage.outbox import OutboxMessage
from storage.turns import TurnSource
from tests.world import SHANGHAI, World

PUBLIC = "https://guanjia.example.org"
DAY = timedelta(days=1)
LINK = re.compile(rf"{re.escape(PUBLIC)}/calendar/[A-Za-z0-9_-]{{43}}\.ics")


class Answer(NamedTuple):
    """What a telephone gets."""

    status: int
    text: str
    headers: Mapping[str, str]


@pytest.fixture
def open_world(world: World) -> World:
    """The same, with pages that can be opened from outside; calendars go two weeks ahead."""
    world.house = replace(world.house, pages=PUBLIC, roster=RosterRules(calendar=timedelta(weeks=2)))
    world.receiver.house = world.clock.house = world.house
    return world


@asynccontextmanager
async def served(world: World) -> AsyncIterator[str]:
    pages = web.Application()
    feeding(pages, world.sessions, lambda: world.now, world.house)
    async with serving(pages, "127.0.0.1", 0) as address:
        yield address.rstrip("/")


async def fetched(address: str, link: str, method: str = "GET", **headers: str) -> Answer:
    url = link.replace(PUBLIC, address)
    async with ClientSession() as http, http.request(method, url, headers=headers) as answer:
        return Answer(answer.status, await answer.text(), answer.headers.copy())


async def link_of(world: World, name: str = "王芳") -> str:
    await world.says(name, "我的日历", alone=True)
    found = LINK.search(world.hears(name))
    assert found
    return found[0]


def turns(answer: Answer) -> list[tuple[str, datetime, datetime]]:
    events: Any = Calendar.from_ical(answer.text).walk("VEVENT")
    return [(str(e["summary"]), e["dtstart"].dt, e["dtend"].dt) for e in events]


def shown(answer: Answer, zone: ZoneInfo = SHANGHAI) -> list[str]:
    return [
        f"{starts.astimezone(zone):%m-%d %H:%M} {ends.astimezone(zone):%d %H:%M}" for _, starts, ends in turns(answer)
    ]


async def rosters(world: World, *lines: str) -> None:
    """These lines alone are the roster."""
    async with world.sessions.begin() as session:
        await session.execute(sa.delete(DutyShift))
    for line in lines:
        await world.says("陈书记", f"排班 {line}", alone=True)
    world.forget()


async def test_a_telephone_fetches_its_owners_turns(open_world: World) -> None:
    await rosters(open_world, "3栋 王芳 周一 20:00-8:00", "4栋 王芳 5月20日 9:00-17:00", "3栋 赵强 周二 20:00-8:00")
    link = await link_of(open_world)
    async with served(open_world) as address:
        answer = await fetched(address, link)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert shown(answer) == ["05-11 20:00 12 08:00", "05-18 20:00 19 08:00", "05-20 09:00 20 17:00"]
    assert [where for where, _, _ in turns(answer)] == ["值班：锦绣小区3栋", "值班：锦绣小区3栋", "值班：锦绣小区4栋"]


async def test_it_holds_nothing_of_anybody_else(open_world: World) -> None:
    await rosters(open_world, "3栋 王芳 每天 20:00-8:00", "3栋 赵强 每天 8:00-20:00")
    link = await link_of(open_world, "赵强")
    async with open_world.sessions.begin() as session:
        people = {m.name: m.id for m in await session.scalars(sa.select(Member))}
        place = (await session.scalars(sa.select(DutyShift.place_id))).first()
        starts = open_world.now.replace(hour=12, minute=0) + DAY
        ends = starts + timedelta(hours=12)
        more = dict(comes=people["赵强"], goes=people["王芳"])
        await overrides.enter(session, "swap:1", TurnSource.SWAP, place, starts, ends, **more)
    async with served(open_world) as address:
        answer = await fetched(address, link)
    assert "05-12 20:00 13 08:00" in shown(answer)
    assert "王芳" not in answer.text
    assert "赵强" not in answer.text
    assert "石龙" not in answer.text


async def test_what_is_changed_is_changed_on_the_telephone(open_world: World) -> None:
    await rosters(open_world, "3栋 王芳 每天 20:00-8:00")
    link = await link_of(open_world)
    async with served(open_world) as address:
        before = await fetched(address, link)
        await open_world.says("陈书记", "撤班 3栋 王芳", alone=True)
        after = await fetched(address, link, **{"If-None-Match": before.headers["ETag"]})
    assert (before.status, after.status) == (200, 200)
    assert len(turns(before)) == 14
    assert not turns(after)


async def test_what_is_the_same_is_not_sent_again(open_world: World) -> None:
    link = await link_of(open_world)
    async with served(open_world) as address:
        first = await fetched(address, link)
        open_world.now += timedelta(hours=1)
        by_tag = await fetched(address, link, **{"If-None-Match": first.headers["ETag"]})
        by_date = await fetched(address, link, **{"If-Modified-Since": first.headers["Last-Modified"]})
        other = await fetched(
            address, link, **{"If-None-Match": '"0"', "If-Modified-Since": first.headers["Last-Modified"]}
        )
        whole = await fetched(address, link)
        head = await fetched(address, link, "HEAD")
    assert (by_tag.status, by_tag.text, by_date.status) == (304, "", 304)
    assert (other.status, head.status, head.text) == (200, 200, "")
    assert (whole.text, whole.headers["ETag"]) == (first.text, first.headers["ETag"])
    assert {a.headers["Last-Modified"] for a in (first, by_tag, by_date, whole)} == {first.headers["Last-Modified"]}


async def test_it_is_the_same_after_a_restart(open_world: World) -> None:
    link = await link_of(open_world)
    async with served(open_world) as address:
        first = await fetched(address, link)
    open_world.now += timedelta(hours=2)
    async with served(open_world) as address:
        second = await fetched(address, link)
    assert (first.text, first.headers["Last-Modified"]) == (second.text, second.headers["Last-Modified"])


async def test_a_new_address_is_the_only_one(open_world: World) -> None:
    old, new = await link_of(open_world), ""
    await open_world.says("王芳", "我的日历", alone=True)
    new = LINK.search(open_world.hears("王芳", "原来那个地址从现在起作废了"))[0]  # type: ignore[index]
    async with served(open_world) as address:
        assert (await fetched(address, old)).status == 404
        assert (await fetched(address, new)).status == 200
        await open_world.says("王芳", "停用日历", alone=True)
        open_world.hears("王芳", "作废了")
        assert (await fetched(address, new)).status == 404
    await open_world.says("王芳", "停用日历", alone=True)
    open_world.hears("王芳", "本来就没有")


async def test_what_leads_nowhere_looks_like_any_other_page(open_world: World) -> None:
    link = await link_of(open_world)
    await open_world.says("王芳", "停用日历", alone=True)
    async with served(open_world) as address:
        answers = [
            await fetched(address, url)
            for url in (
                link,
                link.replace(link[-47:-4], "A" * 43),
                f"{PUBLIC}/calendar/short.ics",
                f"{PUBLIC}/calendar/{'啊' * 43}.ics",
                f"{PUBLIC}/calendar/{'A' * 9000}.ics",
                f"{PUBLIC}/nothing",
            )
        ]
    assert {(a.status, a.text, a.headers["Content-Type"]) for a in answers[:4]} == {
        (404, "404: Not Found", "text/plain; charset=utf-8")
    }
    assert answers[5].text == answers[0].text
    assert {a.status for a in answers} <= {400, 404}


async def test_the_secret_is_nowhere_in_the_database_once_it_was_said(open_world: World) -> None:
    secret = (await link_of(open_world))[-47:-4]
    await open_world.clock.ring()
    async with open_world.sessions() as session:
        rows = [await session.execute(sa.select(table)) for table in Base.metadata.sorted_tables]
        everything = str([tuple(row) for found in rows for row in found])
        (feed,) = await session.scalars(sa.select(CalendarFeed))
        assert await session.scalar(sa.select(sa.func.count()).where(OutboxMessage.key.startswith("feed:"))) == 1
    assert secret not in everything
    assert feed.told_by is None


async def test_the_address_is_told_to_its_owner_alone(open_world: World) -> None:
    await open_world.says("王芳", "我的日历")
    open_world.silent("3栋群")
    assert LINK.search(open_world.hears("王芳"))
    await open_world.says("老夏", "我的日历", to_bot=True)
    assert not LINK.search(open_world.hears("3栋群", "单独给我发"))


async def test_delivered_twice_it_is_one_address(open_world: World) -> None:
    asked = open_world.message("王芳", "我的日历", alone=True)
    await open_world.hand_over(asked, asked)
    link = LINK.search(open_world.hears("王芳"))
    assert link
    async with served(open_world) as address:
        assert (await fetched(address, link[0])).status == 200


async def test_asked_for_twice_at_once_one_address_leads_somewhere(open_world: World) -> None:
    asked = [open_world.message("王芳", "我的日历", alone=True) for _ in range(3)]
    await asyncio.gather(*(open_world.receive(one) for one in asked))
    await open_world.send_all()
    links = [LINK.search(words.text) for words in open_world.new("王芳")]
    async with served(open_world) as address:
        statuses = [(await fetched(address, link[0])).status for link in links if link]
    assert sorted(statuses) == [200, 404, 404]


async def test_who_has_his_data_removed_has_no_calendar(open_world: World) -> None:
    link = await link_of(open_world)
    await open_world.says("王芳", "我的数据", alone=True)
    open_world.hears("王芳", "日历地址 1 个")
    await open_world.says("王芳", "删除我的数据", alone=True)
    await open_world.says("王芳", "确认删除", alone=True)
    async with served(open_world) as address:
        assert (await fetched(address, link)).status == 404


async def test_where_no_page_can_be_opened_from_outside_there_is_no_address(world: World) -> None:
    await world.says("王芳", "我的日历", alone=True)
    world.hears("王芳", "public_url")
    async with served(world) as address:
        assert (await fetched(address, f"/calendar/{'A' * 43}.ics".join((PUBLIC, "")))).status == 404


async def test_who_asks_too_often_is_held_back_whether_the_address_is_one_or_not(open_world: World) -> None:
    link = await link_of(open_world)
    wrong = link.replace(link[-47:-4], "A" * 43)
    async with served(open_world) as address:
        for url, usual in ((link, 200), (wrong, 404)):
            statuses = [(await fetched(address, url)).status for _ in range(MOST_OF_ONE + 1)]
            assert statuses == [usual] * MOST_OF_ONE + [429]
        held = await fetched(address, link)
        assert held.headers["Retry-After"] == "600"
        open_world.now += timedelta(minutes=10)
        assert (await fetched(address, link)).status == 200


def test_a_throttle_forgets_who_was_not_heard_of_for_longest() -> None:
    throttle, now = Throttle(1, DAY), datetime(2026, 5, 11, tzinfo=UTC)
    assert throttle.lets("first", now)
    assert not throttle.lets("first", now)
    assert all(throttle.lets(str(n), now) for n in range(MOST_KEPT))
    assert throttle.lets("first", now)
    assert throttle.lets("first", now - timedelta(seconds=1))  # a clock that was put back


@pytest.mark.parametrize(
    ("zone", "first", "expected"),
    [
        ("Asia/Shanghai", date(2026, 3, 6), ["03-06 20:00 07 08:00", "03-07 20:00 08 08:00", "03-08 20:00 09 08:00"]),
        (
            "America/New_York",
            date(2026, 3, 6),
            ["03-06 20:00 07 08:00", "03-07 20:00 08 08:00", "03-08 20:00 09 08:00"],
        ),
        (
            "America/New_York",
            date(2026, 10, 30),
            ["10-30 20:00 31 08:00", "10-31 20:00 01 08:00", "11-01 20:00 02 08:00"],
        ),
        (
            "Australia/Lord_Howe",
            date(2026, 4, 3),
            ["04-03 20:00 04 08:00", "04-04 20:00 05 08:00", "04-05 20:00 06 08:00"],
        ),
    ],
)
async def test_turns_are_right_where_the_clock_is_put_forward_and_back(
    open_world: World, zone: str, first: date, expected: list[str]
) -> None:
    there = ZoneInfo(zone)
    open_world.house = replace(open_world.house, escalation=Policy(there))
    open_world.receiver.house = open_world.house
    open_world.now = datetime.combine(first, datetime.min.time(), there).astimezone(UTC) + timedelta(hours=9)
    await rosters(
        open_world,
        f"3栋 王芳 {first.month}月{first.day}日到{(first + 2 * DAY).month}月{(first + 2 * DAY).day}日 20:00-8:00",
    )
    link = await link_of(open_world)
    async with served(open_world) as address:
        answer = await fetched(address, link)
    assert shown(answer, there) == expected


async def test_a_turn_that_stays_keeps_its_name_from_day_to_day(open_world: World) -> None:
    await rosters(open_world, "3栋 王芳 周五 20:00-8:00")
    link = await link_of(open_world)

    def names(answer: Answer) -> set[str]:
        return {str(event["uid"]) for event in Calendar.from_ical(answer.text).walk("VEVENT")}

    async with served(open_world) as address:
        before = names(await fetched(address, link))
        open_world.now += 3 * DAY
        after = names(await fetched(address, link))
    assert before
    assert before <= after
