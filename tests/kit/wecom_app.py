"""The self-built app's row: one to one with the members of a company, who are called back by a server of its own."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from bot.channels.base import Channel
from bot.channels.wecom import xml
from tests.kit.platform import Ground, Said, Saying
from tests.platforms.telegram_side import PATIENT
from tests.platforms.wecom_app import WecomAppServer
from tests.platforms.wecom_app_side import linked
from tests.world import CAST

PEOPLE: Final = {name: f"Member{place}" for place, name in enumerate(CAST)}


class WecomAppPlatform:
    """An app and its server. What people do is delivered by `settle`, so that it can arrive at once or jumbled."""

    kind = "wecom_app"
    account = "main"
    lacks: Mapping[str, str] = {}

    def __init__(self) -> None:
        self._waiting: list[str] = []

    @asynccontextmanager
    async def connected(self, ground: Ground) -> AsyncIterator[Channel]:
        async with WecomAppServer(ground.clock) as self._server:
            for name, who in PEOPLE.items():
                self._server.member(who, CAST[name][1])
            async with linked(self._server, ground.receive, ground.media, ground.clock, watch_seconds=0.01) as channel:
                self._link = channel.link
                yield channel

    def sender(self, person: str) -> str:
        return PEOPLE[person]

    def alone(self, person: str) -> str:
        return PEOPLE[person]

    def chat(self, group: str) -> str:
        raise AssertionError("an app knows no groups")

    async def says(self, saying: Saying) -> str:
        message = self._server.written(PEOPLE[saying.person], MsgType="text", Content=saying.text)
        self._waiting.append(message)
        return xml.read(message.encode()).findtext("MsgId", "")

    async def says_twice(self, saying: Saying) -> None:
        await self.says(saying)
        self._waiting.append(self._waiting[-1])

    async def says_jumbled(self, sayings: Sequence[Saying]) -> None:
        for saying in sayings:
            await self.says(saying)
        messages, self._waiting = self._waiting, []
        for message in reversed(messages):
            await self._deliver([message])

    async def presses(self, person: str, under: Said, label: str, *, group: str | None = None) -> None:
        self._waiting.append(self._server.press(PEOPLE[person], under.id, label))

    async def heard(self, where: str) -> Sequence[Said]:
        said = self._server.heard(PEOPLE[where])
        return [Said(one.id, one.text, tuple(label for label, _ in one.buttons)) for one in said]

    async def settle(self) -> None:
        messages, self._waiting = self._waiting, []
        await self._deliver(messages)

    async def removes_bot(self, group: str) -> None:
        raise AssertionError("an app knows no groups")

    async def slows_down(self, wait: timedelta) -> None:
        assert wait == timedelta(minutes=1), "the platform rests for a minute and does not say so"
        self._server.fails("/cgi-bin/message/send", 45009)

    async def disconnects(self) -> None:
        await self._cut(cut=True)

    async def reconnects(self) -> None:
        await self.settle()  # whatever was said meanwhile, the platform has long given up delivering it
        await self._cut(cut=False)

    async def _cut(self, *, cut: bool) -> None:
        self._server.cut = cut
        async with asyncio.timeout(PATIENT):
            while self._link.up is cut:
                await asyncio.sleep(0)

    async def _deliver(self, messages: Iterable[str]) -> None:
        for statuses in await asyncio.gather(*map(self._server.deliver, messages)):
            assert self._server.cut or statuses[-1] == 200
