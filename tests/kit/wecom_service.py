"""微信客服's row: residents and staff alone with a service account, which may only answer."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from bot.channels.base import Channel
from bot.channels.wecom_service.reading import AFTER_A_WORD
from bot.channels.window import allowed
from bot.ledgers import DatabaseLedger
from tests.kit.platform import Ground, Said, Saying
from tests.platforms.telegram_side import PATIENT
from tests.platforms.wecom_service import MOST, SERVICE, WecomServiceServer
from tests.platforms.wecom_service_side import linked
from tests.world import CAST

PEOPLE: Final = {name: f"wmResident{place}" for place, name in enumerate(CAST)}
LATELY: Final = timedelta(hours=1)


class WecomServicePlatform:
    """An account and its server. Everybody has written an hour ago, when an earlier process of the bot's listened."""

    kind = "wecom_service"
    account = "main"
    lacks: Mapping[str, str] = {"jumbled": "what was written is pulled in its order, whatever happens to the signals"}

    @asynccontextmanager
    async def connected(self, ground: Ground) -> AsyncIterator[Channel]:
        ledger = DatabaseLedger(ground.sessions, ground.clock, self.kind, self.account)
        async with WecomServiceServer(ground.clock) as self._server:
            for name, who in PEOPLE.items():
                self._server.resident(who, CAST[name][1])
                person, lately = self._server.residents[who], ground.clock() - LATELY
                person.spoke, person.left = lately, MOST
                await ledger.allow((f"{SERVICE}/{who}", allowed(AFTER_A_WORD, "said", lately, f"before-{who}")))
            to = (ground.receive, ground.media, ground.clock, ground.sessions)
            async with linked(self._server, *to, watch_seconds=0.01) as channel:
                self._link = channel.link
                yield channel

    def sender(self, person: str) -> str:
        return PEOPLE[person]

    def alone(self, person: str) -> str:
        return f"{SERVICE}/{PEOPLE[person]}"

    def chat(self, group: str) -> str:
        raise AssertionError("it knows no groups")

    async def says(self, saying: Saying) -> str:
        return self._server.writes(PEOPLE[saying.person], "text", content=saying.text)

    async def says_twice(self, saying: Saying) -> None:
        """The signal comes twice, and then everything is pulled once more."""
        await self.says(saying)
        assert self._server.caller is not None
        body, query = self._server.caller.sealed(self._server.signalled())
        await asyncio.gather(*(self._server.caller.post(body, query) for _ in range(2)))
        self._server.fails("/cgi-bin/kf/sync_msg", 40058)

    async def says_jumbled(self, sayings: Sequence[Saying]) -> None:
        raise AssertionError(self.lacks["jumbled"])

    async def presses(self, person: str, under: Said, label: str, *, group: str | None = None) -> None:
        who = PEOPLE[person]
        said = next(said for said in self._server.heard(who) if said.id == under.id)
        self._server.writes(who, "text", content=label, menu_id=dict(said.menu)[label])

    async def heard(self, where: str) -> Sequence[Said]:
        said = self._server.heard(PEOPLE[where])
        return [Said(one.id, one.text, tuple(label for label, _ in one.menu)) for one in said]

    async def settle(self) -> None:
        statuses = await self._server.signal()
        assert self._server.cut or statuses[-1] == 200

    async def removes_bot(self, group: str) -> None:
        raise AssertionError("it knows no groups")

    async def slows_down(self, wait: timedelta) -> None:
        assert wait == timedelta(minutes=1), "the platform rests for a minute and does not say so"
        self._server.fails("/cgi-bin/kf/send_msg", 45009)

    async def disconnects(self) -> None:
        await self._cut(cut=True)

    async def reconnects(self) -> None:
        await self._cut(cut=False)

    async def _cut(self, *, cut: bool) -> None:
        self._server.cut = cut
        async with asyncio.timeout(PATIENT):
            while self._link.up is cut:
                await asyncio.sleep(0)
