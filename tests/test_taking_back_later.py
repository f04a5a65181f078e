"""What went out in several parts goes in all of them after a restart: over the platforms' own servers, and a database."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from bot.channels.base import Channel
from bot.recalling import Retractor
from bot.sender import Sender
from handlers.messages import Words
from storage import recalls
from storage.outbox import OutboxMessage
from storage.recalls import Recall
from storage.types import BroadcastId, MessageKind, OutboxStatus
from tests.noticing import writes
from tests.platforms.onebot_side import connected as bridge_connected
from tests.platforms.onebot_v11 import Bridge11
from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram_side import Ears, stored
from tests.platforms.telegram_side import connected as telegram_connected
from tests.platforms.wecom_app import WecomAppServer
from tests.platforms.wecom_app_side import connected as app_connected
from tests.test_channel_files import words as with_file
from tests.test_onebot_sending import CHAT, town
from tests.test_onebot_sending import GROUP as WECHAT_GROUP
from tests.test_taking_back import GROUP, LONG
from tests.world import World

NOTICE: Final = BroadcastId(1)


@dataclass(frozen=True)
class Platform:
    """A platform that is there for the whole test: what connects to it, where the notice goes, and what is read there."""

    connect: Callable[[], AbstractAsyncContextManager[Channel]]
    chat: str
    shown: Callable[[], int]


@asynccontextmanager
async def onebot(folder: Path) -> AsyncIterator[Platform]:
    wechat = town()

    @asynccontextmanager
    async def connect() -> AsyncIterator[Channel]:
        async with bridge_connected(Ears(), folder) as post, Bridge11(wechat, post.address) as bridge:
            await bridge.settled()
            yield post.channel

    yield Platform(connect, CHAT, lambda: len(wechat.groups[WECHAT_GROUP].heard))


@asynccontextmanager
async def wecom_app(folder: Path) -> AsyncIterator[Platform]:
    async with WecomAppServer(lambda: datetime.fromisoformat("2026-05-11T12:00:00+08:00")) as server:
        server.member("wangwei", "王伟")

        def shown() -> int:
            return sum(not one.recalled for one in server.heard("wangwei"))

        yield Platform(lambda: app_connected(server, Ears(), folder), "wangwei", shown)


@asynccontextmanager
async def telegram(folder: Path) -> AsyncIterator[Platform]:
    async with TelegramServer() as server:
        server.group(GROUP)
        yield Platform(lambda: telegram_connected(server, Ears(), folder), GROUP, lambda: len(server.heard(GROUP)))


PLATFORMS: Final[Mapping[str, Callable[[Path], AbstractAsyncContextManager[Platform]]]] = {
    "onebot": onebot,
    "wecom_app": wecom_app,
    "telegram": telegram,
}


async def waits(world: World, channel: Channel, chat: str, words: Words) -> None:
    """A notice with a message that waits for that chat."""
    await writes(world, "通知 3栋：停水")
    async with world.sessions.begin() as session:
        session.add(
            OutboxMessage(
                key="broadcast:1:1:there",
                channel=channel.name,
                account=channel.account,
                chat=chat,
                is_group=True,
                kind=MessageKind.BROADCAST,
                body=words.to_body(),
                created_at=world.now,
                due_at=world.now,
                broadcast_id=NOTICE,
            )
        )


def sender(world: World, channel: Channel) -> Sender:
    return Sender(sessions=world.sessions, channels={(channel.name, channel.account): channel}, clock=lambda: world.now)


async def the_message(world: World) -> OutboxMessage:
    async with world.sessions() as session:
        return (await session.scalars(sa.select(OutboxMessage).where(OutboxMessage.broadcast_id == NOTICE))).one()


@pytest.mark.parametrize("kind", PLATFORMS)
async def test_after_a_restart_all_of_it_goes(world: World, kind: str, tmp_path: Path) -> None:
    given, pictures = await with_file(tmp_path), await stored(tmp_path, "red", "blue")
    async with PLATFORMS[kind](tmp_path) as platform:
        async with platform.connect() as channel:
            words = Words(LONG, pictures=pictures, files=given.files[:1] if channel.can.files else ())
            await waits(world, channel, platform.chat, words)
            saying = sender(world, channel)
            while await saying.round():
                pass
            await saying.finish()
        row = await the_message(world)
        assert (row.status, len(row.parts or ())) == (OutboxStatus.SENT, platform.shown())
        assert platform.shown() > 2
        async with world.sessions.begin() as session:
            await recalls.ask(session, NOTICE, [row.id], world.now)
        async with platform.connect() as anew:
            retractor = Retractor(world.sessions, {(anew.name, anew.account): anew}, lambda: world.now)
            assert await retractor.round() == 1
        assert platform.shown() == 0
    async with world.sessions() as session:
        assert [one.error for one in await session.scalars(sa.select(Recall))] == [None]
