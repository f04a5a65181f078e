"""Warnings from other systems over HTTP: signed, once, within what was agreed, and never lost."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import AsyncSession

from bot.warnings.letter import LONGEST, Letter, Unreadable, letter_in
from bot.warnings.signing import SIGNATURE, SYSTEM, is_genuine, signature
from storage.broadcasts import Broadcast
from storage.database import Sessions
from storage.members import RoleGrant
from storage.types import BroadcastStatus, Role
from storage.warnings import WarningTaken
from tests.warning_desk import SECRET, STORM, Weather, system, weather
from tests.world import World

NIGHT = timedelta(hours=14)  #: from nine in the morning to eleven at night
SUPPLY = {"template": "停水停电", "places": ["锦绣小区"], "values": {"停什么": "停水", "原因": "检修", "时间": "明天"}}


@pytest.fixture
async def posting(world: World) -> AsyncIterator[Weather]:
    async with weather(world, system(unconfirmed=True)) as found:
        yield found


async def notices(world: World) -> list[BroadcastStatus]:
    async with world.sessions() as session:
        return list(await session.scalars(sa.select(Broadcast.status).order_by(Broadcast.id)))


# -- what was agreed ----------------------------------------------------------------------------------------------


async def test_a_warning_goes_at_night_to_its_places_and_the_admin_is_told(world: World, posting: Weather) -> None:
    world.now += NIGHT
    status, told = await posting.posts()
    assert (status, told["state"], told["groups"]) == (202, "sending", ["锦绣小区3栋"])
    await world.send_all()
    said = world.hears("3栋群", "【暴雨提醒】3栋的各位邻居：今天夜里有暴雨", "—— 市气象台发布")
    assert said in told["texts"]
    world.hears("陈书记", "市气象台发来一条预警", "已经直接发出", "锦绣小区3栋", f"取消通知 {told['number']}")
    world.silent("4栋群", "小区群")


async def test_without_that_it_waits_for_an_admin_who_is_asked_at_once(world: World) -> None:
    world.now += NIGHT
    async with weather(world) as posting:
        status, told = await posting.posts()
    await world.send_all()
    assert (status, told["state"]) == (202, "waiting")
    world.silent("3栋群")
    world.hears("陈书记", "市气象台发来一条预警", "还没发", "今天夜里有暴雨", "锦绣小区3栋")
    await world.presses("陈书记", "确认发送")
    world.hears("3栋群", "今天夜里有暴雨", "—— 市气象台发布")


async def test_any_admin_may_confirm_it_and_nobody_else(world: World) -> None:
    async with world.sessions.begin() as session:
        (grant,) = await session.scalars(sa.select(RoleGrant).where(RoleGrant.role == Role.ADMIN))
        someone = await session.scalar(sa.select(RoleGrant.member_id).where(RoleGrant.role == Role.GRID_WORKER))
        assert someone is not None
        session.add(RoleGrant(member_id=someone, place_id=grant.place_id, role=Role.ADMIN))
    async with weather(world) as posting:
        _, told = await posting.posts()
    await world.send_all()
    world.hears("周网格", "市气象台发来一条预警")
    await world.says("王芳", f"确认 {told['number']}", alone=True)
    assert await notices(world) == [BroadcastStatus.DRAFT]
    await world.says("周网格", f"确认 {told['number']}", alone=True)
    world.hears("3栋群", "今天夜里有暴雨")


async def test_a_notice_that_is_no_warning_waits_for_the_morning(world: World, posting: Weather) -> None:
    world.now += NIGHT
    status, told = await posting.posts(SUPPLY)
    await world.send_all()
    assert (status, len(told["groups"])) == (202, 3)
    world.silent("3栋群", "4栋群", "小区群")
    await world.wait(timedelta(hours=9))
    world.hears("3栋群", "【停水通知】3栋的各位邻居：因检修，明天停水")


async def test_a_dry_run_shows_everything_and_does_nothing(world: World, posting: Weather) -> None:
    status, told = await posting.posts({**STORM, "dry_run": True}, key="one")
    assert (status, told["state"], told["groups"]) == (202, "dry_run", ["锦绣小区3栋"])
    assert "今天夜里有暴雨" in told["texts"][0]
    await world.send_all()
    world.silent("3栋群", "陈书记")
    assert await notices(world) == []
    assert (await posting.posts(key="one"))[0] == 202, "its key is still free"


# -- forged, replayed, twice, at once -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "forged",
    [
        {"secret": "another-secret-of-somebody"},
        {"id": "nobody"},
        {"sent": json.dumps({**STORM, "places": ["锦绣小区"]}).encode()},
        {"headers": {SIGNATURE: None}},
        {"headers": {SIGNATURE: "0" * 64}},
        {"headers": {SYSTEM: None}},
        {"headers": {SYSTEM: "\udce6\udcb0"}},
        {"timestamp": "0"},
        {"timestamp": "9" * 30},
        {"timestamp": "noon"},
        {"timestamp": ""},
        {"timestamp": "²"},
    ],
    ids=str,
)
async def test_what_is_forged_or_old_is_turned_away(world: World, posting: Weather, forged: dict[str, Any]) -> None:
    status, told = await posting.posts(**forged)
    assert status == 401
    assert told["errors"]
    assert await notices(world) == []


async def test_a_copy_of_a_request_starts_nothing_and_after_five_minutes_is_refused(
    world: World, posting: Weather
) -> None:
    stamp = str(int(world.now.timestamp()))
    first = await posting.posts(key="one", timestamp=stamp)
    world.now += timedelta(minutes=4)
    again = await posting.posts(key="one", timestamp=stamp)
    assert (first[0], again[0], again[1]["again"], again[1]["number"]) == (202, 200, True, first[1]["number"])
    world.now += timedelta(minutes=2)
    assert (await posting.posts(key="one", timestamp=stamp))[0] == 401
    assert await notices(world) == [BroadcastStatus.SENDING]


async def test_one_key_never_stands_for_two_warnings(world: World, posting: Weather) -> None:
    await posting.posts(key="one")
    status, told = await posting.posts({**STORM, "places": ["锦绣小区"]}, key="one")
    assert (status, len(await notices(world))) == (409, 1)
    assert "Idempotency-Key" in told["errors"][0]


async def test_the_same_at_once_is_taken_once(world: World, posting: Weather) -> None:
    stamp = str(int(world.now.timestamp()))
    found = await asyncio.gather(*(posting.posts(key="one", timestamp=stamp) for _ in range(8)))
    assert sorted(status for status, _ in found) == [200] * 7 + [202]
    assert len({told["number"] for _, told in found}) == 1
    await world.send_all()
    world.hears("3栋群", "今天夜里有暴雨")


async def test_more_than_was_agreed_in_an_hour_is_refused_and_leaves_nothing(world: World) -> None:
    async with weather(world, system(unconfirmed=True, most_an_hour=2)) as posting:
        found = [(await posting.posts())[0] for _ in range(4)]
        world.now += timedelta(minutes=61)
        found.append((await posting.posts())[0])
    assert found == [202, 202, 429, 429, 202]
    async with world.sessions() as session:
        assert await session.scalar(sa.select(sa.func.count()).select_from(WarningTaken)) == 3


# -- badly written --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("letter", "status", "says"),
    [
        ({**STORM, "template": "地震"}, 403, "不能用模板“地震”"),
        ({**STORM, "places": ["9栋"]}, 422, "9栋"),
        ({**STORM, "places": ["月球"]}, 422, "没有“月球”这个地方"),
        ({**STORM, "places": ["石龙社区"]}, 403, "不能往石龙社区发"),
        ({**STORM, "values": {}}, 422, "少了 时间"),
        ({**STORM, "values": {"时间": "今夜", "风力": "八级"}}, 422, "多了 风力"),
        ({**STORM, "values": {"时间": "{电话}"}}, 422, "values.时间"),
        ({**STORM, "values": {"时间": 7}}, 422, "应该是加引号的文字"),
        ({**STORM, "expires_at": "2026-05-11T08:00:00+08:00"}, 422, "expires_at 已经过了"),
        ({**STORM, "expires_at": "2026-05-12T08:00:00"}, 422, "要带时区"),
        ({**STORM, "expires_at": "明天"}, 422, "看不懂"),
        ({**STORM, "link": "javascript:alert(1)"}, 422, "网址"),
        ({**STORM, "text": "自己写的"}, 422, "没有这一项"),
        ({"places": ["3栋"]}, 422, "template：没有填"),
        ({**STORM, "places": []}, 422, "至少要写一个"),
        ({**STORM, "places": ["3栋"] * 101}, 422, "太多了"),
        ([STORM], 422, "JSON 对象"),
    ],
    ids=str,
)
async def test_what_is_badly_written_is_explained(
    world: World, posting: Weather, letter: Any, status: int, says: str
) -> None:
    found, told = await posting.posts(letter)
    assert (found, says in "\n".join(told["errors"])) == (status, True), told
    assert await notices(world) == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"template": "\\ud800"}', "暴雨".encode("gbk")])
async def test_what_is_no_json_is_told_so(posting: Weather, body: bytes) -> None:
    assert (await posting.posts(body=body))[0] in (400, 422)


async def test_what_is_huge_is_not_even_read(posting: Weather) -> None:
    status, told = await posting.posts(body=b" " * (LONGEST + 1))
    assert (status, "64 KB" in told["errors"][0]) == (413, True)


@pytest.mark.parametrize("key", ["", "x" * 101, "中文"])
async def test_a_key_is_short_and_plain(posting: Weather, key: str) -> None:
    assert (await posting.posts(key=key))[0] in (400, 401)


async def test_without_an_admin_nothing_is_taken(world: World, posting: Weather) -> None:
    async with world.sessions.begin() as session:
        await session.execute(sa.delete(RoleGrant).where(RoleGrant.role == Role.ADMIN))
    status, told = await posting.posts()
    assert (status, "还没有管理员" in told["errors"][0]) == (409, True)


async def test_who_has_only_a_folder_is_not_heard_here(world: World) -> None:
    async with weather(world, system(), system(id="water", secret=None, folder="/nowhere")) as posting:
        assert (await posting.posts(id="water", secret=""))[0] == 401


# -- the database away ------------------------------------------------------------------------------------------------


@dataclass
class Cable:
    """The way to the database, which can be cut."""

    sessions: Sessions
    cut: bool = False

    def __call__(self) -> AsyncSession:
        return self.sessions()

    def begin(self) -> Any:
        if self.cut:
            raise ConnectionRefusedError
        return self.sessions.begin()


async def test_with_the_database_away_it_is_refused_and_can_be_sent_again(world: World) -> None:
    cable = Cable(world.sessions, cut=True)
    async with weather(world, system(unconfirmed=True), sessions=cast(Any, cable)) as posting:
        status, told = await posting.posts(key="one")
        assert (status, "过半分钟" in told["errors"][0]) == (503, True)
        cable.cut = False
        assert (await posting.posts(key="one"))[0] == 202
    assert len(await notices(world)) == 1


# -- properties ---------------------------------------------------------------------------------------------------------


@given(st.binary(max_size=300))
def test_whatever_comes_is_a_letter_or_a_complaint(body: bytes) -> None:
    try:
        found: Letter | Unreadable = letter_in(body)
    except Unreadable as unreadable:
        found = unreadable
    assert isinstance(found, Letter) or all(found.complaints)


@given(st.text(), st.text(), st.text(), st.binary(), st.text(alphabet="0123456789abcdef", max_size=64))
def test_a_signature_is_of_everything(system: str, timestamp: str, key: str, body: bytes, other: str) -> None:
    right = signature(SECRET, system, timestamp, key, body)
    assert is_genuine(right, right)
    assert other == right or not is_genuine(other, right)
    assert right != signature(SECRET, system, timestamp, key, body + b"x")
    assert right != signature(SECRET, system + "x", timestamp, key, body)
