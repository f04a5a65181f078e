"""Killed at every commit and started again: the same tickets, the same history, nothing said twice to a group.

Three places commit: taking a message, sending (a lease, and the receipt with the next lease), and ringing a tick.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from handlers.messages import Inbound
from storage.database import Sessions
from storage.outbox import OutboxMessage
from storage.tickets import Ticket, TicketEvent
from storage.types import OutboxStatus, TicketAction, TicketStatus
from tests.world import World

STORY = (("李姐", "报修 2单元电梯坏了，停在5楼不动"), ("王芳", "接单"), ("王芳", "办结"))
HISTORY = [TicketAction.REPORT, TicketAction.DISPATCH, TicketAction.ACCEPT, TicketAction.FINISH]

before_or_after = pytest.mark.parametrize("after", [False, True], ids=["before", "after"])


class Killed(BaseException):
    """The process ends here."""


@dataclass
class Doomed:
    """The same sessions, but with transaction number `at` the process dies, just before its commit or just after."""

    sessions: Sessions
    at: int
    after: bool
    begun: int = 0

    def __call__(self) -> AsyncSession:
        return self.sessions()

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncSession]:
        self.begun += 1
        last = self.begun == self.at
        async with self.sessions.begin() as session:
            yield session
            if last and not self.after:
                raise Killed
        if last:
            raise Killed


def doomed(sessions: Sessions, at: int, *, after: bool) -> Sessions:
    return cast(Sessions, Doomed(sessions, at, after))


def restarted(world: World) -> World:
    """Another process on the same database; the platform and the hour are as before."""
    return World(sessions=world.sessions, reader=world.reader, now=world.now, house=world.house, channel=world.channel)


def messages(world: World) -> list[Inbound]:
    return [world.message(person, text) for person, text in STORY]


async def taken(world: World, inbound: Inbound) -> bool:
    """Whether the message was acknowledged before the process died."""
    receiving = asyncio.create_task(world.receiver.receive(inbound))
    await asyncio.sleep(0)
    worker = world.receiver._worker
    assert worker is not None
    await asyncio.wait([worker])
    if worker.exception() is None:
        await receiving
        return True
    assert isinstance(worker.exception(), Killed)
    receiving.cancel()
    return False


def said(world: World) -> Counter[tuple[str, str]]:
    """What the platform heard: chat, text."""
    return Counter((chat, words.text) for chat, all_words in world.channel.said.items() for words in all_words)


@dataclass(frozen=True)
class Rows:
    """What the database holds at the end."""

    tickets: list[TicketStatus]
    history: list[TicketAction]
    outbox: list[OutboxMessage]

    @property
    def unsure(self) -> list[OutboxMessage]:
        return [row for row in self.outbox if row.status is OutboxStatus.UNSURE]


async def rows(sessions: Sessions) -> Rows:
    async with sessions() as session:
        return Rows(
            list(await session.scalars(sa.select(Ticket.status))),
            list(await session.scalars(sa.select(TicketEvent.action).order_by(TicketEvent.id))),
            list(await session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))),
        )


async def lived(world: World) -> None:
    """The whole story, undisturbed from here on; what was taken before changes nothing."""
    world.count = 0  # it is delivered again, under the same ids
    for inbound in messages(world):
        await world.receiver.receive(inbound)
        await world.send_all()


@before_or_after
@pytest.mark.parametrize("at", [1, 2, 3])
async def test_killed_while_it_takes_a_message(world: World, at: int, after: bool) -> None:
    story = messages(world)
    world.receiver.sessions = doomed(world.sessions, at, after=after)
    acknowledged = [await taken(world, inbound) for inbound in story[:at]]
    assert acknowledged == [True] * (at - 1) + [False]

    world = restarted(world)
    await lived(world)

    end = await rows(world.sessions)
    assert (end.tickets, end.history) == ([TicketStatus.DONE], HISTORY)
    assert said(world) == Counter((row.chat, row.body["text"]) for row in end.outbox)
    assert {row.status for row in end.outbox} == {OutboxStatus.SENT}


@before_or_after
@pytest.mark.parametrize("at", [1, 2], ids=["lease", "receipt"])
@pytest.mark.parametrize("step", [0, 2], ids=["calling", "ending"])
async def test_killed_while_it_sends(world: World, step: int, at: int, after: bool) -> None:
    story = messages(world)
    for inbound in story[:step]:
        await world.hand_over(inbound)
    await world.receiver.receive(story[step])
    world.sender.sessions = doomed(world.sessions, at, after=after)
    with pytest.raises(Killed):
        await world.send_all()

    world = restarted(world)
    await world.sender.recover(starting=True)
    world.now += timedelta(seconds=5)  # what is said again waits a little
    await lived(world)

    end, heard = await rows(world.sessions), said(world)
    assert (end.tickets, end.history) == ([TicketStatus.DONE], HISTORY)
    assert {row.status for row in end.outbox} <= {OutboxStatus.SENT, OutboxStatus.UNSURE}
    assert all(row.is_group for row in end.unsure)
    for row in end.outbox:
        times = heard[row.chat, row.body["text"]]
        assert times in ((1,) if row.is_group else (1, 2)) or (row in end.unsure and times == 0), row.key


@before_or_after
@pytest.mark.parametrize("at", [1, 2])
async def test_killed_while_a_tick_rings(world: World, at: int, after: bool) -> None:
    await world.hand_over(messages(world)[0])
    undisturbed = sum(said(world).values())
    world.now += timedelta(hours=5)
    world.clock.sessions = doomed(world.sessions, at, after=after)
    with pytest.raises(Killed):
        await world.clock.ring()

    world = restarted(world)
    await world.clock.ring()
    await world.send_all()

    end = await rows(world.sessions)
    assert end.history.count(TicketAction.ESCALATE) == 1
    assert sum(said(world).values()) > undisturbed
    assert max(said(world).values()) == 1
