"""One live connection a bot, however many processes share the database."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path

import pytest

from bot.leases import DatabaseLease
from handlers.messages import Words
from storage.database import Sessions
from tests.platforms.wecom_bot import WecomBotServer
from tests.platforms.wecom_bot_side import Ears, Hour, config, connected, failure
from tests.platforms.wecom_bot_wire import PATIENT


async def becomes(so: Callable[[], bool]) -> None:
    async with asyncio.timeout(PATIENT):
        while not so():
            await asyncio.sleep(0.001)


@pytest.fixture
async def server() -> AsyncIterator[WecomBotServer]:
    async with WecomBotServer() as server:
        yield server


def lease(sessions: Sessions, hour: Hour, holder: str) -> DatabaseLease:
    return DatabaseLease(sessions, hour, "wecom_bot:main", holder)


async def test_of_two_processes_one_connects_and_the_other_stands_by(
    server: WecomBotServer, sessions: Sessions, tmp_path: Path
) -> None:
    first, second = lease(sessions, hour := Hour(), "a"), lease(sessions, hour, "b")
    async with (
        connected(server, Ears(), tmp_path / "a", lease=first),
        connected(server, Ears(), tmp_path / "b", lease=second) as standby,
    ):
        assert (standby.link.up, standby.link.reason) == (False, "held_elsewhere")
        assert not (await failure(standby, Words("在吗"), "single:wangwei")).unsure
    assert (server.displaced, server.connections) == (0, 1)


async def test_who_stands_by_takes_over_when_the_first_stops(
    server: WecomBotServer, sessions: Sessions, tmp_path: Path
) -> None:
    first, second = lease(sessions, hour := Hour(), "a"), lease(sessions, hour, "b")
    ears = Ears()
    async with AsyncExitStack() as leaving:
        await leaving.enter_async_context(connected(server, Ears(), tmp_path / "a", lease=first))
        async with connected(server, ears, tmp_path / "b", lease=second) as standby:
            await leaving.aclose()
            await becomes(lambda: standby.link.up)
            await server.writes("wangwei", "待办")
            await ears.hear(1)
    assert server.displaced == 0


async def test_who_was_asleep_and_lost_the_lease_lets_the_other_be(
    server: WecomBotServer, sessions: Sessions, tmp_path: Path
) -> None:
    """He stopped renewing, another took over, and the platform puts him out: he waits for the lease, and no longer."""
    first, second = lease(sessions, hour := Hour(), "a"), lease(sessions, hour, "b")
    async with connected(server, Ears(), tmp_path / "a", lease=first) as asleep:
        hour.now += timedelta(minutes=10)
        async with connected(server, Ears(), tmp_path / "b", lease=second) as awake:
            await becomes(lambda: asleep.link.reason == "held_elsewhere")
            assert (awake.link.up, server.displaced) == (True, 1)
        await becomes(lambda: asleep.link.up)
    assert server.displaced == 1


async def test_a_lease_that_is_lost_ends_the_connection(
    server: WecomBotServer, sessions: Sessions, tmp_path: Path
) -> None:
    first, second = lease(sessions, hour := Hour(), "a"), lease(sessions, hour, "b")
    async with connected(server, Ears(), tmp_path, lease=first, ping_seconds=0.02) as channel:
        while not await second.hold():
            hour.now += timedelta(minutes=10)
        await becomes(lambda: channel.link.reason == "held_elsewhere")
        await server.until(lambda: not server.live)


class Away:
    """A lease in a database that is sometimes away."""

    away = False

    async def hold(self) -> bool:
        if self.away:
            raise OSError("the database is away")
        return True

    async def let_go(self) -> None:
        await self.hold()


async def test_while_the_database_is_away_a_live_connection_goes_on_and_none_is_begun(
    server: WecomBotServer, tmp_path: Path
) -> None:
    database = Away()
    async with connected(server, Ears(), tmp_path, lease=database, ping_seconds=0.01) as channel:
        database.away = True
        pings = len(server.sent("ping"))
        await server.until(lambda: len(server.sent("ping")) > pings + 3)
        assert channel.link.up
        server.drop()
        await becomes(lambda: not channel.link.up)
        assert server.connections == 1
        database.away = False
        await becomes(lambda: channel.link.up)


async def test_a_check_asks_without_putting_anybody_out(server: WecomBotServer, tmp_path: Path) -> None:
    async with connected(server, Ears(), tmp_path) as channel:
        finding = await config(server).examine()
        assert (finding.ready, channel.link.up, server.displaced) == (True, True, 0)
        server.shut = True
        finding = await config(server).examine()
        assert (finding.ready, "443" in finding.sentence) == (False, True)
