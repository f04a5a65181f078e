"""The way in: taken once, in order, acknowledged after the commit, nothing kept of small talk."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from bot.receive import TOGETHER
from handlers.context import Context
from handlers.messages import Inbound, Reply
from handlers.router import Router, Routes
from storage.base import Base
from storage.database import Sessions
from storage.inbox import InboxEntry
from storage.tickets import Ticket, TicketEvent
from tests.world import World

SECRET = "今天天气真好，月亮也圆"


@dataclass
class Trap:
    """A command with a bug in it, until it is mended."""

    broken: bool = True
    ran: list[str] = field(default_factory=list)

    def routes(self) -> Routes:
        router = Router()

        @router.command("试试", example="试试", does="试试")
        async def attempt(ctx: Context, rest: str) -> Reply:
            await ctx.member()
            self.ran.append(rest)
            if self.broken and "坏" in rest:
                raise ZeroDivisionError
            return Reply(f"好了{rest}")

        return Routes((router,))


@pytest.fixture
def trap(world: World) -> Trap:
    trap = Trap()
    world.receiver.routes = trap.routes()
    return trap


async def at_once(world: World, messages: Sequence[Inbound]) -> None:
    """All of them arrive at the same time."""
    await asyncio.gather(*map(world.receiver.receive, messages))
    await world.send_all()


async def test_small_talk_is_met_with_silence(world: World) -> None:
    await world.says("李姐", "今天天气真好")
    world.silent("3栋群", "李姐")


async def test_small_talk_is_nowhere_on_the_disk(world: World, sessions: Sessions, tmp_path: Path) -> None:
    for person in ("李姐", "王芳", "路人"):
        await world.says(person, SECRET)
        await world.says(person, f"{SECRET}，{person}也说", reply_to="m1")
    async with sessions() as session:
        for table in Base.metadata.sorted_tables:
            assert SECRET not in str((await session.execute(sa.select(table))).all())
    for file in tmp_path.rglob("test.db*"):
        assert SECRET.encode() not in file.read_bytes()


async def test_what_one_message_of_a_burst_changes_the_next_one_knows(world: World) -> None:
    said = (("李姐", "二单元电梯坏了，按了没反应"), ("冉幺妹", "我也是，电梯按了没反应"), ("王芳", "接单"))
    await at_once(world, [world.message(person, text) for person, text in said])
    async with world.sessions() as session:
        told = await session.scalars(sa.select(TicketEvent.action).order_by(TicketEvent.id))
    assert [action.value for action in told] == ["report", "dispatch", "join", "accept"]


async def test_a_burst_in_one_chat_stays_in_order_and_is_few_transactions(world: World, trap: Trap) -> None:
    commits = count_commits(world.sessions)
    await asyncio.gather(*(world.receiver.receive(world.message("李姐", f"试试 {n}")) for n in range(200)))
    assert trap.ran == [str(number) for number in range(200)]
    assert len(commits) <= 200 // TOGETHER + 1


def count_commits(sessions: Sessions) -> list[object]:
    commits: list[object] = []
    sa.event.listen(sessions.kw["bind"].sync_engine, "commit", commits.append)
    return commits


async def test_one_bad_message_does_not_hurt_the_others(world: World, trap: Trap) -> None:
    texts = ["试试 1", "试试 坏", "试试 2", "试试 3"]
    await at_once(world, [world.message("李姐", text, to_bot=True) for text in texts])
    heard = [words.text for words in world.new("3栋群")]
    assert heard[0] == "好了1"
    assert "没处理好" in heard[1]
    assert heard[2:] == ["好了2", "好了3"]


async def test_who_does_not_speak_to_the_bot_is_not_bothered_with_its_troubles(world: World, trap: Trap) -> None:
    await world.says("李姐", "试试 坏")
    world.silent("3栋群", "李姐")


async def test_what_a_bug_left_over_is_taken_again_once_and_only_once(world: World, trap: Trap) -> None:
    await world.says("李姐", "试试 坏了吗", to_bot=True)
    world.hears("3栋群", "没处理好")
    assert await world.receiver.retake() == 1, "it is still broken"
    trap.broken = False
    await asyncio.gather(world.receiver.retake(), world.receiver.retake())  # two programs start at once
    assert await world.receiver.retake() == 0
    await world.send_all()
    world.hears("3栋群", "好了坏了吗")


async def test_what_was_kept_and_comes_again_is_known(world: World, trap: Trap) -> None:
    message = world.message("李姐", "试试 坏", to_bot=True)
    await world.hand_over(message, message)
    world.hears("3栋群", "没处理好")
    assert await world.receiver.retake() == 1


async def test_what_an_older_program_kept_does_not_stop_the_start(world: World, sessions: Sessions) -> None:
    async with sessions.begin() as session:
        keys = {"channel": "fake", "account": "bot", "message_id": "old"}
        session.add(InboxEntry(**keys, received_at=world.now, kept={"no": "inbound"}))
    assert await world.receiver.retake() == 0


async def test_delivered_five_times_at_once_is_handled_once(world: World) -> None:
    await at_once(world, [world.message("李姐", "2单元电梯又坏了，停在5楼不动")] * 5)
    world.hears("3栋群", "1 号")
    assert len(await tickets(world)) == 1


async def test_twenty_reports_at_once_get_twenty_numbers(world: World, sessions: Sessions) -> None:
    receivers = [world.receiver, *(replace(world.receiver, _waiting=[], _worker=None) for _ in range(3))]
    reports = [world.message(f"住户{n}", f"报修 {n + 1}楼的灯坏了", to_bot=True) for n in range(20)]
    await asyncio.gather(*(receivers[n % 4].receive(report) for n, report in enumerate(reports)))
    assert sorted(ticket.number for ticket in await tickets(world)) == list(range(1, 21))


async def test_it_is_acknowledged_after_the_commit_and_not_before(world: World, sessions: Sessions) -> None:
    commits = count_commits(sessions)
    receiving = asyncio.create_task(world.receiver.receive(world.message("李姐", "报修 灯坏了", to_bot=True)))
    while not commits:
        assert not receiving.done()
        await asyncio.sleep(0)
    await receiving
    assert len(await tickets(world)) == 1


async def test_a_sender_who_gives_up_waiting_undoes_nothing(world: World) -> None:
    receiving = asyncio.create_task(world.receiver.receive(world.message("李姐", "报修 灯坏了", to_bot=True)))
    await asyncio.sleep(0)
    receiving.cancel()
    await world.receiver.close()
    assert len(await tickets(world)) == 1


async def test_a_stranger_who_is_refused_is_answered_and_stays_a_stranger(world: World) -> None:
    await world.says("李姐", "2单元3楼的灯坏了，麻烦来修一下")
    world.forget()
    for words in ("催办", "重办", "评价", "催办 1", "撤销 1"):
        await world.says("路人", words, alone=True)
        assert "没处理好" not in world.hears("路人")
    await world.says("路人", "催办 1", to_bot=True)
    world.hears("3栋群", "不是您报的")


async def test_a_stranger_who_says_much_at_once_becomes_one_member(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    said = ("报修 灯坏了", "报修 门坏了", "我的工单")
    await at_once(world, [world.message("路人", text, alone=True) for text in said])
    assert not [record for record in caplog.records if record.message == "batch_undone"]
    assert len(world.new("路人")) == 3


async def test_other_bots_are_not_obeyed(world: World) -> None:
    said = world.message("别的机器人", "报修 2单元电梯坏了", to_bot=True)
    await world.hand_over(replace(said, from_bot=True))
    world.silent("3栋群")
    assert not await tickets(world)


async def tickets(world: World) -> Sequence[Ticket]:
    async with world.sessions() as session:
        events = (await session.scalars(sa.select(TicketEvent))).all()
        assert len({(event.ticket_id, event.action, event.member_id) for event in events}) == len(events)
        return (await session.scalars(sa.select(Ticket))).all()
