"""A picture that a platform does not take: the words go, and the notice's author hears once where it was not seen."""

from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
import sqlalchemy as sa
from typing_extensions import override

from bot.channels.base import Sent
from handlers.messages import Words
from storage import receipts
from storage.broadcasts import Broadcast
from storage.outbox import UNSHOWN, OutboxMessage
from storage.types import BroadcastStatus, OutboxStatus
from tests.noticing import GROUPS, HOUR, MINUTE, notices, received, ring, speak_through, status, writes
from tests.test_crash import Killed, before_or_after, doomed, restarted
from tests.world import FakeChannel, World

PICTURE = "a" * 64
NOTICE = "通知 全体：明天停水，请提前接水"
NOT_SEEN = "没看到图片"


@dataclass
class Picky(FakeChannel):
    """Takes words everywhere, and pictures not in these chats."""

    blind: Collection[str] = field(default_factory=tuple)

    @override
    async def send(self, chat: str, words: Words) -> Sent:
        said = await super().send(chat, words)
        return Sent(said.id, unshown=bool(words.pictures) and chat in self.blind)


async def written(world: World, *blind: str, text: str = NOTICE, picture: bool = True) -> None:
    """A notice that was confirmed, and is taken up by a platform that is blind in some groups."""
    await writes(world, text, pictures=(PICTURE,) if picture else ())
    speak_through(world, Picky(blind=blind))
    await world.receiver.receive(world.message("陈书记", "确认", alone=True))


async def told(world: World) -> list[str]:
    """What its author has heard of pictures that were not seen, so far."""
    return [words.text for words in world.channel.said["alone:陈书记"] if NOT_SEEN in words.text]


async def test_the_words_go_and_the_author_hears_once_of_all_groups(world: World) -> None:
    await written(world, "3栋群", "4栋群")
    for _ in range(3):
        await ring(world)
    assert [len(received(world, group)) for group in GROUPS] == [1, 1, 1]
    (text,) = await told(world)
    assert "锦绣小区3栋、锦绣小区4栋只收到文字，没看到图片" in text
    assert "更正 1：" in text
    assert text.count("\n") == 1  # one sentence behind what became of the rest
    world.forget()
    assert "锦绣小区3栋、锦绣小区4栋只收到文字" in await writes(world, "通知 1")


async def test_where_all_was_seen_nothing_is_said(world: World) -> None:
    await written(world)
    await ring(world)
    assert await told(world) == []
    world.forget()
    assert NOT_SEEN not in await writes(world, "通知 1")


async def test_what_is_delivered_twice_is_told_once(world: World) -> None:
    await writes(world, NOTICE, pictures=(PICTURE,))
    speak_through(world, Picky(blind=["3栋群"]))
    confirmed = world.message("陈书记", "确认", alone=True)
    for _ in range(2):
        await world.receiver.receive(confirmed)
        await ring(world)
    assert len(await told(world)) == 1


@before_or_after
async def test_killed_between_saying_and_telling_it_is_told_once(world: World, after: bool) -> None:
    await written(world, "3栋群", "4栋群")
    await world.send_all()
    at, ended = 1, False
    while not ended:
        world.clock.sessions = doomed(world.sessions, at, after=after)
        with suppress(Killed):
            await world.clock.ring()
            ended = True
        at += 1
    assert at > 2
    world = restarted(world)
    for _ in range(2):
        await ring(world)
    assert len(await told(world)) == 1


async def test_killed_before_it_was_written_down_it_is_unsure_and_nothing_is_made_up(world: World) -> None:
    await written(world, "3栋群", text="通知 3栋：明天停水")
    world.sender.sessions = doomed(world.sessions, 2, after=False)  # taken in hand, said, and then
    with suppress(Killed):
        await world.send_all()
    world = restarted(world)
    await world.sender.recover(starting=True)
    await world.wait(10 * MINUTE)
    assert await told(world) == []
    assert "说不准发没发出去：锦绣小区3栋" in world.new("陈书记")[-1].text


async def test_where_nobody_can_be_told_the_notice_ends_all_the_same(world: World) -> None:
    await written(world, "3栋群")
    async with world.sessions.begin() as session:
        await session.execute(sa.text("UPDATE identity SET one_to_one = NULL WHERE sender = '陈书记'"))
        await session.execute(sa.update(Broadcast).values(chat=""))
    for _ in range(2):
        await ring(world)
    assert await told(world) == []
    assert await status(world) is BroadcastStatus.SENT
    async with world.sessions() as session:
        (found,) = await notices(world)
        rows = await receipts.lacking(session, found.id, found.round_key, UNSHOWN)
        assert [row.chat for row in rows] == ["3栋群"]


async def days_go_by(world: World, days: int) -> None:
    """At nine in the morning it is nine in the morning again."""
    for _ in range(days):
        await world.wait(2 * HOUR)
        world.now += timedelta(days=1) - 2 * HOUR


async def test_of_a_picture_that_is_refused_every_day_it_is_said_once(world: World) -> None:
    await writes(world, "通知 每天10点 3栋：量体温", pictures=(PICTURE,))
    await writes(world, "确认")
    speak_through(world, Picky(blind=["3栋群"]))
    await days_go_by(world, 3)
    assert len(received(world, "3栋群")) == 3
    assert len(await told(world)) == 1
    world.forget()
    await writes(world, "改通知 1 内容 量体温，填表", pictures=("b" * 64,))
    await writes(world, "确认 1")
    await days_go_by(world, 2)
    assert len(received(world, "3栋群")) == 5
    assert len(await told(world)) == 2


@pytest.mark.parametrize("picture", [True, False])
async def test_of_several_that_go_as_one_who_had_the_picture_hears_of_it(world: World, picture: bool) -> None:
    await writes(world, "通知规矩 锦绣小区 每天最多 1 条")
    for number, with_one in enumerate((False, picture, not picture)):
        await writes(world, f"通知 3栋：第{number}件", pictures=(PICTURE,) if with_one else ())
        await world.says("陈书记", "确认", alone=True)
        await world.wait(10 * MINUTE)
        world.forget()
    speak_through(world, Picky(blind=["3栋群"]))
    await world.wait(9 * HOUR)
    await ring(world)
    (text,) = await told(world)
    assert f"{2 if picture else 3} 号" in text.split("\n")[0]
    async with world.sessions() as session:
        folded = await session.scalars(sa.select(OutboxMessage.status).where(OutboxMessage.folded_into.is_not(None)))
        assert folded.all() == [OutboxStatus.FOLDED] * 2
