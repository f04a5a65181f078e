"""What may not be said before somebody writes again: it waits, it is told at his next word, or it is given up."""

from collections.abc import Sequence
from datetime import timedelta

import sqlalchemy as sa

from bot.channels.base import Can, SendError, Window
from bot.channels.ledger import not_allowed
from bot.readiness import leftovers
from handlers.messages import Button, Words
from handlers.moment import Moment, Reach
from storage.outbox import OutboxMessage
from storage.types import MessageKind, OutboxStatus
from tests.world import ACCOUNT, CHANNEL, World


def only_answers(world: World) -> None:
    """The channel allows only answers."""
    world.channel.can = Can(buttons=True, one_to_one=True, answers=Window(timedelta(hours=48), 5))
    world.reach[CHANNEL] = Reach(one_to_one=True, only_answers=True)


async def tell(world: World, *texts: str, kind: MessageKind = MessageKind.PERSONAL, ticket: int | None = None) -> None:
    """The bot has something to say to 李姐, and may not."""
    async with world.sessions.begin() as session:
        moment = Moment(session=session, now=world.now, house=world.house, reach={})
        for text in texts:
            words = Words(text, (Button("满意", f"评价 {text}"),))
            moment.say((CHANNEL, ACCOUNT, "alone:李姐"), words, kind, key=f"told:{text}", is_group=False)
    world.channel.failures += [not_allowed() for _ in texts]
    await world.send_all()


async def statuses(world: World) -> Sequence[tuple[OutboxStatus, str | None]]:
    async with world.sessions() as session:
        rows = await session.scalars(sa.select(OutboxMessage).order_by(OutboxMessage.id))
        return [(row.status, row.error) for row in rows]


async def test_it_waits_and_comes_before_the_answer_to_the_next_word(world: World) -> None:
    only_answers(world)
    await tell(world, "1 号工单办好了")
    await world.wait(timedelta(days=3))
    world.silent("李姐")
    assert [status for status, _ in await statuses(world)] == [OutboxStatus.HELD]
    await world.says("李姐", "帮助", alone=True)
    first, second = world.new("李姐")
    assert first.text == "1 号工单办好了"
    assert "帮助" in second.text


async def test_several_become_one_message_with_the_newest_buttons(world: World) -> None:
    only_answers(world)
    await tell(world, "1 号工单有人接了", "2 号工单办好了")
    await world.says("李姐", "帮助", alone=True)
    first, _ = world.new("李姐")
    assert "1 号工单有人接了" in first.text
    assert "2 号工单办好了" in first.text
    assert [button.words for button in first.buttons] == ["评价 2 号工单办好了"]
    assert [status for status, _ in await statuses(world)][:2] == [OutboxStatus.FOLDED, OutboxStatus.SENT]


async def test_no_more_than_five_are_told(world: World) -> None:
    only_answers(world)
    await tell(world, *(f"第{number}条" for number in range(9)))
    await world.says("李姐", "帮助", alone=True)
    first, _ = world.new("李姐")
    assert [f"第{number}条" in first.text for number in range(9)] == [False] * 4 + [True] * 5


async def test_what_waits_does_not_hold_up_what_comes_later(world: World) -> None:
    only_answers(world)
    await tell(world, "要等的")
    await tell(world)
    async with world.sessions.begin() as session:
        moment = Moment(session=session, now=world.now, house=world.house, reach={})
        to = (CHANNEL, ACCOUNT, "alone:李姐")
        moment.say(to, Words("不用等的"), MessageKind.PERSONAL, key="later", is_group=False)
    await world.send_all()
    assert [words.text for words in world.new("李姐")] == ["不用等的"]


async def test_a_call_is_of_no_use_by_then_and_the_reason_can_be_read(world: World) -> None:
    only_answers(world)
    await tell(world, "着火了", kind=MessageKind.EMERGENCY)
    ((status, reason),) = await statuses(world)
    assert status is OutboxStatus.DEAD
    assert reason == str(not_allowed())


async def test_after_a_week_it_is_given_up(world: World) -> None:
    only_answers(world)
    await tell(world, "1 号工单办好了")
    await world.wait(timedelta(days=7, hours=12))
    world.now = world.now.replace(minute=0)
    await world.wait(timedelta(minutes=60))
    ((status, reason),) = await statuses(world)
    assert (status, reason) == (OutboxStatus.DEAD, "the person did not write again in time")
    await world.says("李姐", "帮助", alone=True)
    assert [words.text for words in world.new("李姐") if "1 号工单" in words.text] == []


async def test_where_it_is_still_not_allowed_it_waits_on(world: World) -> None:
    only_answers(world)
    await tell(world, "1 号工单办好了")
    world.channel.failures += [not_allowed(), not_allowed()]
    await world.says("李姐", "帮助", alone=True)
    assert [status for status, _ in await statuses(world)] == [OutboxStatus.HELD, OutboxStatus.HELD]
    world.channel.failures.append(SendError("the line was cut"))
    await world.says("李姐", "帮助", alone=True)
    await world.wait(timedelta(minutes=1))
    assert sum("办好了" in words.text for words in world.new("李姐")) == 1


async def test_the_check_says_what_waits_and_what_was_given_up(world: World) -> None:
    only_answers(world)
    await tell(world, "1 号工单办好了")
    await tell(world, "着火了", kind=MessageKind.EMERGENCY)
    async with world.sessions() as session:
        found = [str(finding) for finding in await leftovers(session)]
    assert any("1 条话等对方下次开口" in line for line in found), found
    assert any("其中 1 条是因为对方一直没再来话" in line for line in found), found
