"""What is known of a place is kept between messages, and looked up anew as soon as anybody has changed it."""

import pytest
import sqlalchemy as sa

from handlers.understanding.types import OpenTicket
from tests.world import World

REPORT = "报修 2单元电梯坏了，停在5楼不动"


async def known_to(world: World) -> tuple[OpenTicket, ...]:
    """The tickets that this process reckons with in 3栋群, after something was said there."""
    await world.says("李姐", "今天天气真好")
    (outlook,) = (kept for _, kept in world.receiver.acquainted.boards.outlooks.values() if kept.scene.building == "3")
    return outlook.tickets


@pytest.fixture
def other(world: World) -> World:
    """Another process on the same database."""
    return World(sessions=world.sessions, reader=world.reader, now=world.now, house=world.house, count=1000)


async def test_what_has_not_changed_is_not_read_again(world: World) -> None:
    await world.says("李姐", REPORT)
    first = await known_to(world)
    assert [ticket.gist for ticket in first] == [REPORT.removeprefix("报修 ")]
    assert await known_to(world) is first


@pytest.mark.parametrize("words", ["接单", "办结", "进展 配件明天到"])
async def test_what_another_process_did_is_seen(world: World, other: World, words: str) -> None:
    await world.says("李姐", REPORT)
    await world.says("王芳", "接单" if words != "接单" else "早")
    before = await known_to(world)
    await other.says("王芳", words)
    after = await known_to(world)
    assert after is not before
    assert after[0].last_at >= before[0].last_at
    assert (after[0].closed_at is not None) is (words == "办结")


async def test_a_ticket_that_another_process_opened_is_seen(world: World, other: World) -> None:
    assert await known_to(world) == ()
    await other.says("冉幺妹", REPORT)
    assert len(await known_to(world)) == 1


async def test_words_that_were_forgotten_are_forgotten_here_too(world: World, other: World) -> None:
    await world.says("李姐", REPORT)
    assert (await known_to(world))[0].gist
    async with world.sessions.begin() as session:
        await session.execute(sa.text("DELETE FROM ticket_message"))
    assert not (await known_to(world))[0].gist
