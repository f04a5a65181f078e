"""What the tests of notices share: an admin who writes, groups that received, a channel that fails in some chats."""

from datetime import timedelta

import sqlalchemy as sa
from typing_extensions import override

from bot.channels.base import SendError
from bot.sender import Sender
from handlers.messages import Words
from storage.broadcasts import Broadcast
from storage.types import BroadcastStatus
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
    async def send(self, chat: str, words: Words) -> str:
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
