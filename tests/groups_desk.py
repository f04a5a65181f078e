"""What the tests of customer groups share: the community whose groups are WeCom's, and an owner who is slow to confirm."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from bot.confirming import Confirmer
from bot.confirming.ground import Ground
from handlers.understanding.decide import Reader
from storage.database import Sessions
from storage.outbox import OutboxMessage
from storage.types import MessageKind
from tests.kit.stage import Stage, staged
from tests.kit.wecom_groups import OWNER, WecomGroupsPlatform
from tests.platforms.wecom_groups import Job, WecomGroupsServer

HOUR: Final = timedelta(hours=1)
MINUTE: Final = timedelta(minutes=1)
NOTICE: Final = "明天停水，请提前接水"
SECRETARY: Final = "陈书记"


class Office:
    """The community, its secretary at his desk, and the owner of its groups."""

    def __init__(self, stage: Stage, platform: WecomGroupsPlatform) -> None:
        self.stage = stage
        self.platform = platform

    @property
    def server(self) -> WecomGroupsServer:
        return self.platform.server

    @property
    def jobs(self) -> list[Job]:
        """The tasks that were ever made."""
        return list(self.server.jobs.values())

    async def creates(self, chat: str, name: str) -> None:
        """The owner makes a group, and the bot is told."""
        assert await self.server.creates(chat, name, OWNER) == [200]
        await self.stage.settle()

    async def says(self, text: str) -> str:
        """The secretary says something to the bot alone; what it answers."""
        await self.stage.forget()
        await self.stage.tells(SECRETARY, text)
        return "\n".join(said.text for said in await self.stage.new(SECRETARY))

    async def hears(self) -> list[str]:
        """What the secretary was told since he last listened."""
        return [said.text for said in await self.stage.new(SECRETARY)]

    async def sends(self, where: str = "全体", text: str = NOTICE) -> None:
        """The secretary lets a notice go; the task is before its owner when this returns."""
        await self.says(f"通知 {where}：{text}")
        await self.says("确认")
        await self.stage.forget()

    async def passes(self, *spans: timedelta) -> list[str]:
        """Let time pass, bit by bit; what the secretary heard on the way."""
        for span in spans:
            await self.stage.wait(span)
        return await self.hears()

    async def confirms(self) -> list[str]:
        """The owner confirms, and the bot finds out; what the secretary is told."""
        assert self.server.confirms(OWNER) > 0
        return await self.passes(MINUTE, MINUTE)

    async def restarts(self) -> None:
        """The process that asks members is another one now."""
        old = self.stage.confirmer.ground
        self.stage.confirmer = Confirmer(
            Ground(sessions=old.sessions, channels=old.channels, clock=old.clock, house=old.house)
        )

    async def receipts(self) -> list[tuple[str, str | None]]:
        """What became of the notices, by status and reason."""
        return [(row.status.value, row.error) for row in await self.rows()]

    async def rows(self) -> Sequence[OutboxMessage]:
        async with self.stage.sessions() as session:
            notices = OutboxMessage.kind == MessageKind.BROADCAST
            return (await session.scalars(sa.select(OutboxMessage).where(notices).order_by(OutboxMessage.id))).all()


@asynccontextmanager
async def opened(
    sessions: Sessions, reader: Reader, folder: Path, platform: WecomGroupsPlatform | None = None
) -> AsyncIterator[Office]:
    """The office, for as long as the block lasts."""
    there = platform or WecomGroupsPlatform(prompt=False)
    async with staged(there, sessions, reader, folder) as stage:
        yield Office(stage, there)
