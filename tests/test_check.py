"""`guanjia check`: what is ready, what is missing, and what to do about it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from bot.check import findings
from bot.readiness import community, leftovers
from handlers.moment import Moment
from storage import chats, duty, inbox, members
from storage.members import RoleGrant
from storage.migrations import upgrade
from storage.outbox import OutboxMessage
from storage.places import Place
from storage.types import MessageKind, OutboxStatus, PlaceKind
from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram_town import TOKEN
from tests.world import ACCOUNT, CHANNEL, MONDAY_9, World

NOW: Final = datetime(2026, 5, 11, 1, 0, tzinfo=UTC)


def wrong(found: list[str]) -> list[str]:
    """The sentences about what is missing."""
    return [line[2:] for line in found if line.startswith("✗")]


async def said_of(path: Path) -> list[str]:
    return [str(finding) for finding in await findings(path, NOW)]


# -- the machine ---------------------------------------------------------------------------------------------------


async def test_a_wrong_configuration_is_all_that_is_said(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("prot = 1\nlog_level = 'loud'", encoding="utf-8")
    assert len(await said_of(path)) == 2
    assert all("✗" in line for line in await said_of(path))
    assert "没有这个文件" in (await said_of(tmp_path / "nowhere.toml"))[0]


async def test_looking_makes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.touch()
    (missing,) = wrong(await said_of(path))
    assert "guanjia db upgrade" in missing
    assert list(tmp_path.iterdir()) == [path]


async def test_a_new_database_waits_for_the_community(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.touch()
    await upgrade(f"sqlite+aiosqlite:///{tmp_path / 'data' / 'guanjia.db'}")
    found = await said_of(path)
    assert "✓ 数据库连得上，是最新的。" in found
    (missing,) = wrong(found)
    assert "guanjia import" in missing


async def test_an_old_database_and_one_out_of_reach_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('database_url = "sqlite:///old.db"', encoding="utf-8")
    (tmp_path / "old.db").touch()
    assert "旧版本" in wrong(await said_of(path))[0]
    path.write_text('database_url = "postgresql://u:hidden@127.0.0.1:1/x"', encoding="utf-8")
    (missing,) = wrong(await said_of(path))
    assert "连不上" in missing
    assert "hidden" not in missing


async def test_a_folder_that_cannot_be_one_is_named(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('data_dir = "config.toml/data"', encoding="utf-8")
    assert any("写不进去" in line for line in wrong(await said_of(path)))


# -- the channels --------------------------------------------------------------------------------------------------


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[TelegramServer]:
    async with TelegramServer() as server:
        yield server


def with_telegram(folder: Path, server: TelegramServer, token: str = TOKEN, more: str = "") -> Path:
    path = folder / "config.toml"
    lines = ("[[channels]]", 'kind = "telegram"', f'token = "{token}"', f'base_url = "{server.base_url}"', more)
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


async def test_telegram_is_asked_whether_it_knows_us(tmp_path: Path, telegram: TelegramServer) -> None:
    assert any(line.startswith("✓ Telegram 机器人 @") for line in await said_of(with_telegram(tmp_path, telegram)))
    told = wrong(await said_of(with_telegram(tmp_path, telegram, "7654321:wrong")))
    assert "BotFather" in told[0]
    assert "wrong" not in told[0]


async def test_telegram_out_of_reach_is_a_finding(tmp_path: Path) -> None:
    async with TelegramServer() as gone:
        path = with_telegram(tmp_path, gone)
    assert "连不上 Telegram" in wrong(await said_of(path))[0]


async def test_privacy_mode_is_told_with_the_remedy(tmp_path: Path) -> None:
    async with TelegramServer(hears_all=False) as server:
        assert "/setprivacy" in wrong(await said_of(with_telegram(tmp_path, server)))[0]
        known = with_telegram(tmp_path, server, more="hears_all = true")
        assert not any("隐私" in line for line in await said_of(known))


# -- the community -------------------------------------------------------------------------------------------------


async def told(world: World) -> list[str]:
    """What is said of the community in the tests."""
    async with world.sessions() as session:
        moment = Moment(session=session, now=world.now, house=world.house, reach={})
        return [str(finding) for finding in (*await community(moment, {CHANNEL}), *await leftovers(session))]


async def test_a_community_that_is_ready_is_told_so(world: World) -> None:
    assert wrong(await told(world)) == []
    assert "✓ 每栋楼现在都有人接单，其中 1 栋由上一级接。" in await told(world)


async def test_those_who_cannot_be_written_to_are_named(world: World) -> None:
    async with world.sessions.begin() as session:
        (xia,) = await members.called(session, "老夏")
        building = (await session.scalars(sa.select(Place).where(Place.name == "3"))).first()
        assert building is not None
        line = duty.DutyShift(place_id=building.id, member_id=xia.id, first_day=MONDAY_9.date())
        session.add(line)
    (missing,) = wrong(await told(world))
    assert "老夏" in missing
    assert "先给机器人单独发一句话" in missing


async def test_buildings_for_which_nobody_answers_are_named(world: World) -> None:
    async with world.sessions.begin() as session:
        await session.execute(sa.delete(RoleGrant))
    found = wrong(await told(world))
    assert any("没人接单：锦绣小区4栋" in line for line in found)
    assert any("guanjia invite" in line for line in found)


async def test_buildings_without_a_group_and_lost_groups_are_named(world: World) -> None:
    async with world.sessions.begin() as session:
        await chats.lose(session, (CHANNEL, ACCOUNT, "3栋群"), world.now)
    found = wrong(await told(world))
    assert any("还没有绑定群：锦绣小区3栋" in line for line in found)
    assert any("移出了这些地方的群：锦绣小区3栋" in line for line in found)


async def test_what_was_not_said_or_not_handled_is_counted(world: World) -> None:
    async with world.sessions.begin() as session:
        for number, status in enumerate((OutboxStatus.UNSURE, OutboxStatus.DEAD, OutboxStatus.DEAD)):
            session.add(outgoing(f"k{number}", status, world.now))
        await inbox.claim(session, [(CHANNEL, ACCOUNT, "m1")], world.now - timedelta(hours=1))
        await inbox.keep(session, (CHANNEL, ACCOUNT, "m1"), {"text": "没水了"})
    found = wrong(await told(world))
    assert [line[:5] for line in found] == ["有 1 条", "有 2 条", "有 1 条"]
    assert not any("没水" in line for line in found)


def outgoing(key: str, status: OutboxStatus, now: datetime) -> OutboxMessage:
    return OutboxMessage(
        key=key,
        channel=CHANNEL,
        account=ACCOUNT,
        chat="3栋群",
        is_group=True,
        kind=MessageKind.BROADCAST,
        body={"text": "停水"},
        created_at=now,
        due_at=now,
        status=status,
    )


async def test_an_empty_database_says_where_to_begin(world: World) -> None:
    async with world.sessions.begin() as session:
        await session.execute(sa.update(Place).where(Place.kind == PlaceKind.BUILDING).values(kind=PlaceKind.COMPOUND))
    assert "guanjia import" in wrong(await told(world))[0]
