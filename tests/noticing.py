"""What the tests of notices share: an admin who writes, groups that received, a channel that fails in some chats."""

from datetime import timedelta

import sqlalchemy as sa
from typing_extensions import override

from bot.channels.base import SendError, Sent
from bot.sender import Sender
from handlers.messages import Words
from storage import members, places
from storage.broadcasts import Broadcast
from storage.identities import Identity
from storage.members import Member
from storage.types import BroadcastStatus, PlaceKind, Role
from tests.world import ACCOUNT, CHANNEL, FakeChannel, World

HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
GROUPS = ("3栋群", "4栋群", "小区群")
SIGNED = "明天停水，请提前接水\n\n—— 石龙社区 陈书记发布"
RECEIVED = "明天停水，请提前接水"


class Fussy(FakeChannel):
    """A channel that fails in some chats, each time the way that was set."""

    def __init__(self, **broken: SendError) -> None:
        super().__init__()
        self.broken = broken

    @override
    async def send(self, chat: str, words: Words) -> Sent:
        """See `Channel.send`."""
        if chat in self.broken:
            raise self.broken[chat]
        return await super().send(chat, words)


async def writes(world: World, text: str, **more: object) -> str:
    """陈书记 writes to the bot alone and reads what it answers."""
    await world.says("陈书记", text, alone=True, **more)
    return world.hears("陈书记")


async def notices(world: World) -> list[Broadcast]:
    async with world.sessions() as session:
        return list(await session.scalars(sa.select(Broadcast).order_by(Broadcast.id)))


async def status(world: World) -> BroadcastStatus:
    return (await notices(world))[-1].status


def received(world: World, group: str) -> list[str]:
    """The notices in a group, ever."""
    return [words.text for words in world.channel.said[group] if "发布" in words.text]


async def ring(world: World) -> None:
    await world.clock.ring()
    await world.send_all()


def speak_through(world: World, channel: FakeChannel) -> None:
    """Let a restarted sender speak through another channel."""
    world.channel = channel
    world.heard.clear()
    world.sender = Sender(
        sessions=world.sessions,
        channels={(CHANNEL, ACCOUNT): channel},
        clock=lambda: world.now,
        jitter=lambda: 0.0,
    )


async def scheduled(world: World, text: str = "通知 今天上午10点 全体：明天停水，请提前接水") -> None:
    await writes(world, text)
    await writes(world, "确认")


async def another_admin(world: World, name: str = "刘主任") -> str:
    """A second admin of the community; he can be written to alone."""
    async with world.sessions.begin() as session:
        (community,) = await places.all_of(session, PlaceKind.COMMUNITY)
        member = Member(name=name, created_at=world.now)
        session.add(member)
        await session.flush()
        way = Identity(channel=CHANNEL, account=ACCOUNT, sender=name, member_id=member.id, one_to_one=f"alone:{name}")
        session.add(way)
        await members.grant(session, member.id, community.id, Role.ADMIN)
    return name


async def asks(world: World, person: str, text: str) -> str:
    """`person` writes to the bot alone and reads what it answers last; what others hear is left."""
    await world.says(person, text, alone=True)
    return world.new(person)[-1].text
