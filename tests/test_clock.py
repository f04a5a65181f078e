"""What happens by itself: each tick in a transaction of its own, rung again and again, finished before the end."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Tick, ticking
from handlers.features import TICKS
from handlers.messages import Words
from handlers.moment import Moment
from storage import clocks
from storage.database import Sessions
from storage.outbox import OutboxMessage
from storage.places import Place
from storage.types import MessageKind, PlaceKind
from tests.world import World

LAMP = "2单元3楼的灯坏了，麻烦来修一下"


@dataclass
class Ticks:
    """Three ticks: one that says something, one with a bug in it, one that notes that it was rung."""

    rung: list[datetime] = field(default_factory=list)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def says_and_fails(self, moment: Moment) -> None:
        moment.say(("fake", "bot", "3栋群"), Words("半句"), MessageKind.GREETING, key="k", is_group=True)
        await moment.session.flush()
        raise ZeroDivisionError

    async def notes(self, moment: Moment) -> None:
        self.begun.set()
        await self.gate.wait()
        self.rung.append(moment.now)

    @property
    def both(self) -> Sequence[Tick]:
        return (self.says_and_fails, self.notes)


@asynccontextmanager
async def listening(sessions: Sessions, event: str, listener: Callable[..., None]) -> AsyncIterator[None]:
    async with sessions() as session:
        engine = session.get_bind()
    sa.event.listen(engine, event, listener)
    yield
    sa.event.remove(engine, event, listener)


@pytest.fixture
def ticks(world: World) -> Ticks:
    ticks = Ticks()
    ticks.gate.set()
    world.clock.ticks = ticks.both
    return ticks


async def test_a_tick_that_fails_is_undone_and_leaves_the_others_alone(
    world: World, ticks: Ticks, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    await world.clock.ring()
    await world.send_all()
    world.silent("3栋群")
    assert ticks.rung == [world.now]
    assert [record.message for record in caplog.records] == ["tick_failed"]


async def test_a_ring_that_finds_nothing_is_one_transaction(world: World) -> None:
    await world.says("李姐", LAMP)
    world.now += timedelta(minutes=7)
    await world.clock.ring()
    begun: list[sa.Connection] = []
    world.now += timedelta(seconds=15)
    async with listening(world.sessions, "begin", begun.append):
        await world.clock.ring()
    assert len(begun) == 1


async def test_what_one_tick_does_is_neither_seen_nor_undone_by_the_next(world: World) -> None:
    shown: list[set[str]] = []

    async def renames(moment: Moment) -> None:
        places = await moment.session.scalars(sa.select(Place).where(Place.kind == PlaceKind.COMPOUND))
        places.one().name = "锦绣花园"

    async def looks(moment: Moment) -> None:
        shown.append({place.name for place in moment.session.identity_map.values() if isinstance(place, Place)})
        raise ZeroDivisionError

    world.clock.ticks = (looks, renames, looks, renames)
    await world.clock.ring()
    assert shown == [set(), set()]
    async with world.sessions() as session:
        assert await session.scalar(sa.select(Place.name).where(Place.kind == PlaceKind.COMPOUND)) == "锦绣花园"


async def test_what_a_tick_has_locked_is_let_go_before_the_next(world: World) -> None:
    used: list[AsyncSession] = []

    async def quiet(moment: Moment) -> None:
        used.append(moment.session)
        assert not await clocks.waiting_from(moment.session, moment.now)

    async def locks(moment: Moment) -> None:
        used.append(moment.session)
        await moment.session.execute(sa.select(Place.id).with_for_update())

    world.clock.ticks = (quiet, locks, quiet, quiet)
    await world.clock.ring()
    assert used[0] is used[1]
    assert used[1] is not used[2]
    assert used[2] is used[3]


async def test_stopping_waits_for_a_ring_in_progress(world: World, ticks: Ticks) -> None:
    ticks.gate.clear()

    async def work() -> None:
        async with ticking(world.clock):
            pass

    working = asyncio.create_task(work())
    await ticks.begun.wait()
    assert not working.done()
    ticks.gate.set()
    async with asyncio.timeout(5):
        await working
    assert ticks.rung


async def test_ringing_twice_at_once_says_nothing_twice(world: World) -> None:
    await world.says("李姐", LAMP)
    world.now += timedelta(hours=4)
    world.forget()
    other = replace(world.clock)
    await asyncio.gather(world.clock.ring(), other.ring())
    await world.send_all()
    world.hears("周网格", "还没接")


@pytest.mark.parametrize("jump", [timedelta(days=-400), timedelta(days=-2), timedelta(days=5), timedelta(days=400)])
async def test_a_clock_that_jumps_breaks_no_tick_and_loses_no_message(
    world: World, jump: timedelta, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.ERROR)
    first = await world.says("李姐", LAMP)
    world.now += jump
    for _ in range(2):
        await world.clock.ring()
        await world.send_all()
    await world.says("冉幺妹", "我家门口也是黑的", reply_to=first)
    world.forget()
    await world.says("王芳", "接单 1", alone=True)
    world.hears("王芳", "归您了")
    await world.says("李姐", "工单 1", alone=True)
    world.hears("李姐", "有人接单了")
    async with world.sessions() as session:
        waiting = await session.scalar(sa.select(sa.func.count()).where(OutboxMessage.status == "pending"))
    assert not waiting
    assert not caplog.records


async def test_every_tick_survives_an_empty_community(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    async with world.sessions.begin() as session:
        for table in ("role_grant", "identity", "duty_shift", "group_chat", "member", "place"):
            await session.execute(sa.text(f"DELETE FROM {table}"))  # noqa: S608 -- our own names
    assert world.clock.ticks is TICKS
    for _ in range(2):
        await world.clock.ring()
        world.now += timedelta(hours=1)
    assert not caplog.records
