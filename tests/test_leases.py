"""Leases: of several processes one holds, and another takes over when it is gone."""

import asyncio
from datetime import datetime, timedelta

from bot.leases import DatabaseLease
from storage.database import Sessions
from tests.world import MONDAY_9


class Time:
    now: datetime = MONDAY_9

    def __call__(self) -> datetime:
        return self.now


def lease(sessions: Sessions, holder: str, time: Time, name: str = "wecom_bot:main") -> DatabaseLease:
    return DatabaseLease(sessions, time, name, holder, timedelta(seconds=90))


async def test_of_two_that_come_at_once_one_holds(sessions: Sessions) -> None:
    time = Time()
    held = await asyncio.gather(*(lease(sessions, f"machine-{number}", time).hold() for number in range(4)))
    assert sorted(held) == [False, False, False, True]


async def test_who_asks_in_time_goes_on_holding(sessions: Sessions) -> None:
    time = Time()
    first, second = lease(sessions, "a", time), lease(sessions, "b", time)
    for _ in range(3):
        assert await first.hold()
        assert not await second.hold()
        time.now += timedelta(seconds=60)


async def test_a_lease_that_nobody_renews_can_be_taken_and_is_lost_to_the_first(sessions: Sessions) -> None:
    time = Time()
    first, second = lease(sessions, "a", time), lease(sessions, "b", time)
    assert await first.hold()
    time.now += timedelta(seconds=90)
    assert await second.hold()
    assert not await first.hold()


async def test_what_is_let_go_can_be_taken_at_once_but_not_what_another_holds(sessions: Sessions) -> None:
    time = Time()
    first, second = lease(sessions, "a", time), lease(sessions, "b", time)
    assert await first.hold()
    await second.let_go()
    assert not await second.hold()
    await first.let_go()
    assert await second.hold()


async def test_leases_of_different_names_do_not_meet(sessions: Sessions) -> None:
    time = Time()
    assert await lease(sessions, "a", time).hold()
    assert await lease(sessions, "b", time, "wecom_bot:north").hold()
