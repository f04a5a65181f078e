"""One person on two channels, whichever of the two he begins on."""

import re
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from handlers.messages import Inbound
from handlers.moment import Reach
from storage.followers import Follower
from storage.identities import Identity
from storage.members import Member
from storage.outbox import OutboxMessage
from tests.world import CHANNEL, World

OTHER = "other"
LI = ("李姐", "wx-李姐")
LAMP = "2单元3楼的灯坏了，麻烦来修一下"


@pytest.fixture(autouse=True)
def two_channels(world: World) -> None:
    both = {name: Reach(mentions=True, one_to_one=True) for name in (CHANNEL, OTHER)}
    world.receiver.reach = world.clock.reach = both


def elsewhere(world: World, person: str, text: str, **more: Any) -> Inbound:
    """The same person, as the other channel knows him."""
    return replace(world.message(person, text, **more), channel=OTHER, sender=f"wx-{person}")


async def told(world: World, channel: str, fragment: str) -> list[str]:
    """Where it was said alone on that channel."""
    async with world.sessions() as session:
        query = sa.select(OutboxMessage).where(OutboxMessage.channel == channel, OutboxMessage.is_group.is_(False))
        return [one.chat for one in await session.scalars(query) if fragment in one.body["text"]]


async def code_from(world: World, channel: str, person: str) -> str:
    async with world.sessions() as session:
        query = sa.select(OutboxMessage).where(
            OutboxMessage.channel == channel, OutboxMessage.chat == f"alone:{person}"
        )
        texts = [one.body["text"] for one in await session.scalars(query.order_by(OutboxMessage.id))]
    found = [code[1] for text in texts if (code := re.search(r"关联 (\w{6})", text))]
    return found[-1]


async def link(world: World, *, begins: str) -> None:
    """李姐 asks for a code on one channel, and says it on the other."""
    here, there = world.message, partial(elsewhere, world)
    ask, say = (here, there) if begins == CHANNEL else (there, here)
    await world.receive(ask("李姐", "关联码", alone=True))
    await world.receive(say("李姐", f"关联 {await code_from(world, begins, '李姐')}", alone=True))


async def followers(world: World) -> list[Follower]:
    async with world.sessions() as session:
        return list(await session.scalars(sa.select(Follower)))


@pytest.mark.parametrize("begins", [CHANNEL, OTHER])
async def test_two_identities_become_one_member_and_are_told_once(world: World, begins: str) -> None:
    await world.says("李姐", LAMP)
    for text in ("我是 3-2-1203 李姐", "2单元3楼的灯也坏了"):
        await world.receive(elsewhere(world, "李姐", text, alone=True))
    await link(world, begins=begins)
    async with world.sessions() as session:
        mine = sa.select(Identity.channel, Identity.member_id).where(Identity.sender.in_(LI))
        found = (await session.execute(mine)).all()
        assert {channel for channel, _ in found} == {CHANNEL, OTHER}
        assert len({member for _, member in found}) == 1
        names = await session.scalars(sa.select(Member.name).where(Member.id == found[0][1]))
        assert names.one() == "李姐"
    await world.presses("王芳", "接单")
    await world.says("王芳", "办结 1 换了灯管", alone=True)
    asked = await told(world, CHANNEL, "您满意吗") + await told(world, OTHER, "您满意吗")
    assert asked == ["alone:李姐"], "one person is asked once, where he was last"


async def test_he_is_written_to_where_he_was_last(world: World) -> None:
    await link(world, begins=CHANNEL)
    for say in (partial(elsewhere, world), world.message, partial(elsewhere, world)):
        world.now += timedelta(hours=2)
        await world.receive(say("李姐", "今天谁值班", alone=True))
    await world.says("李姐", LAMP)
    await world.presses("王芳", "接单")
    await world.says("王芳", "办结 1 换了灯管", alone=True)
    assert await told(world, OTHER, "您满意吗") == ["alone:李姐"]
    assert not await told(world, CHANNEL, "您满意吗")


@pytest.mark.parametrize("begins", [CHANNEL, OTHER])
async def test_a_rating_that_was_given_is_kept(world: World, begins: str) -> None:
    await world.says("李姐", LAMP)
    for text in ("我是 3-2-1203 李姐", "2单元3楼的灯也坏了"):
        await world.receive(elsewhere(world, "李姐", text, alone=True))
    assert len(await followers(world)) == 2
    await world.presses("王芳", "接单")
    await world.says("王芳", "办结 1 换了灯管", alone=True)
    await world.receive(elsewhere(world, "李姐", "评价 1 满意", alone=True))
    assert sorted(f.rating or 0 for f in await followers(world)) == [0, 5]
    await link(world, begins=begins)
    (one,) = await followers(world)
    assert (one.rating, one.in_group) == (5, True)


async def test_a_code_of_somebody_who_became_somebody_else_still_means_him(world: World) -> None:
    await world.says("小邓", "关联码", alone=True)
    of_deng = await code_from(world, CHANNEL, "小邓")
    await world.says("李姐", "关联码", alone=True)
    await world.says("小邓", f"关联 {await code_from(world, CHANNEL, '李姐')}", alone=True)
    await world.receive(elsewhere(world, "小邓", f"关联 {of_deng}", alone=True))
    async with world.sessions() as session:
        people = await session.scalars(sa.select(Identity.member_id).where(Identity.sender.in_(["李姐", "小邓"])))
        assert len(set(people)) == 1
