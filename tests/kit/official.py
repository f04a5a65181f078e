"""The official account's row: followers alone with it, who call it back by a server of its own and may only be answered."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any, Final

from bot.channels.base import Channel
from bot.channels.official.reading import AFTER_A_WORD
from bot.channels.wecom import xml
from bot.channels.window import allowed
from bot.ledgers import DatabaseLedger
from tests.kit.platform import Ground, Said, Saying
from tests.platforms.official import ALLOWED, SEND, OfficialServer
from tests.platforms.official_side import linked
from tests.platforms.telegram_side import PATIENT
from tests.world import CAST

PEOPLE: Final = {name: f"oFollower{place}" for place, name in enumerate(CAST)}
LATELY: Final = timedelta(hours=1)


class OfficialPlatform:
    """An account and its server. Everybody has written an hour ago, when an earlier process of the bot's listened.

    Args:
        settings: Beside the usual ones.
    """

    kind = "official"
    account = "main"
    lacks: Mapping[str, str] = {}

    def __init__(self, **settings: Any) -> None:
        self._settings = settings
        self._waiting: list[str] = []

    @asynccontextmanager
    async def connected(self, ground: Ground) -> AsyncIterator[Channel]:
        ledger = DatabaseLedger(ground.sessions, ground.clock, self.kind, self.account)
        async with OfficialServer(ground.clock) as self._server:
            lately, (most, lasts) = ground.clock() - LATELY, ALLOWED["said"]
            for who in PEOPLE.values():
                self._server.quotas[who]["said"] = (most, lately + lasts)
                await ledger.allow((who, allowed(AFTER_A_WORD, "said", lately, f"before-{who}")))
            to = (ground.receive, ground.media, ground.clock, ground.sessions)
            async with linked(self._server, *to, watch_seconds=0.01, **self._settings) as channel:
                self._link = channel.link
                yield channel

    def sender(self, person: str) -> str:
        return PEOPLE[person]

    def alone(self, person: str) -> str:
        return PEOPLE[person]

    def chat(self, group: str) -> str:
        raise AssertionError("it knows no groups")

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
        self._waiting.append(self._server.tap(PEOPLE[person], label))

    async def heard(self, where: str) -> Sequence[Said]:
        said = self._server.heard(PEOPLE[where])
        return [Said(f"{n}", one.text, tuple(label for label, _ in one.menu)) for n, one in enumerate(said)]

    async def settle(self) -> None:
        messages, self._waiting = self._waiting, []
        await self._deliver(messages)

    async def removes_bot(self, group: str) -> None:
        raise AssertionError("it knows no groups")

    async def slows_down(self, wait: timedelta) -> None:
        assert wait == timedelta(minutes=1), "the platform rests for a minute and does not say so"
        self._server.fails(SEND, 45009)

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
