"""The AI bot's row: the real adapter against a server that speaks the long connection's frames."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from aiohttp import web

from bot.channels.base import Channel
from handlers.messages import Happening, Inbound
from tests.kit.platform import Ground, Said, Saying
from tests.platforms.wecom_bot import CALL, WecomBotServer
from tests.platforms.wecom_bot_rules import TOO_FAST
from tests.platforms.wecom_bot_side import config
from tests.platforms.wecom_bot_wire import PATIENT
from tests.world import CAST

PEOPLE: Final = {name: f"user{place}" for place, name in enumerate(CAST)}
GROUPS: Final = {name: f"wrGROUP{place}" for place, name in enumerate(("3栋群", "4栋群", "小区群"), 3)}


class WecomBotPlatform:
    """A bot and its server."""

    kind = "wecom_bot"
    account = "main"
    lacks: Mapping[str, str] = {}

    @asynccontextmanager
    async def connected(self, ground: Ground) -> AsyncIterator[Channel]:
        self._taken, self._receive = 0, ground.receive
        async with WecomBotServer() as self.server:
            for group in GROUPS.values():
                self.server.town.conversation(group, group=True).spoken = True
            for person in PEOPLE.values():
                self.server.town.conversation(person, group=False).spoken = True
            opening = config(self.server).open(web.Application(), self._take, ground.media, ground.clock)
            async with opening as channel:
                self._link = channel.link
                yield channel

    def sender(self, person: str) -> str:
        return PEOPLE[person]

    def alone(self, person: str) -> str:
        return f"single:{PEOPLE[person]}"

    def chat(self, group: str) -> str:
        return f"group:{GROUPS[group]}"

    async def says(self, saying: Saying) -> str:
        who, quote = PEOPLE[saying.person], {}
        if saying.quote is not None:
            quote = {"quote": {"msgtype": "text", "text": {"content": saying.quote}}}
        if saying.group is None:
            frame = await self.server.writes(who, saying.text, **quote)
        else:
            text = f"{CALL} {saying.text}" if saying.calls_bot else saying.text
            heard = await self.server.says(GROUPS[saying.group], who, text, **quote)
            assert heard is not None, "nobody but the bot's own may be asked to hear this"
            frame = heard
        return str(frame["body"]["msgid"])

    async def says_twice(self, saying: Saying) -> None:
        (text,) = await self._held([saying])
        for _ in range(2):
            await self.server.tell(text)

    async def says_jumbled(self, sayings: Sequence[Saying]) -> None:
        for text in reversed(await self._held(sayings)):
            await self.server.tell(text)

    async def presses(self, person: str, under: Said, label: str, *, group: str | None = None) -> None:
        chat = GROUPS[group] if group else PEOPLE[person]
        card = next(said for said in self.server.heard(chat) if said.task_id == under.id)
        await self.server.presses_key(chat, PEOPLE[person], under.id, dict(card.buttons)[label])

    async def heard(self, where: str) -> Sequence[Said]:
        said = self.server.heard(GROUPS.get(where) or PEOPLE[where])
        return [
            Said(one.task_id or str(place), one.text, tuple(label for label, _ in one.buttons))
            for place, one in enumerate(said)
        ]

    async def settle(self) -> None:
        await self._becomes(lambda: self._taken >= self.server.delivered)

    async def removes_bot(self, group: str) -> None:
        self.server.town.conversations[GROUPS[group]].removed = True

    async def slows_down(self, wait: timedelta) -> None:
        assert wait == timedelta(minutes=1), "the platform never says for how long: that is what the bot takes it for"
        self.server.fails("say", TOO_FAST)

    async def disconnects(self) -> None:
        self.server.shut = True
        self.server.drop()
        await self._becomes(lambda: not self._link.up)

    async def reconnects(self) -> None:
        self.server.shut = False
        await self._becomes(lambda: self._link.up)

    async def _take(self, inbound: Inbound) -> None:
        await self._receive(inbound)
        self._taken += not (
            inbound.is_group and inbound.happening is Happening.JOINED
        )  # the platform tells no such thing

    async def _held(self, sayings: Sequence[Saying]) -> list[str]:
        """What the platform has to deliver when people say these things."""
        self.server.held = held = list[str]()
        for saying in sayings:
            await self.says(saying)
        self.server.held = None
        return held

    async def _becomes(self, so: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENT):
            while not so():
                await asyncio.sleep(0)
