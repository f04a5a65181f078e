"""Telegram's row: the real library against a server that speaks the Bot API, asked by polling or calling a webhook."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta

from bot.channels.base import Channel
from tests.kit.platform import Ground, Said, Saying
from tests.platforms.telegram import TelegramServer
from tests.platforms.telegram_methods import slow_down
from tests.platforms.telegram_side import PATIENT, linked, settled
from tests.platforms.telegram_town import BOT_NAME
from tests.telegram_town import GROUPS, PEOPLE
from tests.world import CAST


class TelegramPlatform:
    """A bot and its server.

    Args:
        hook: Telegram calls the bot; else it is asked.
    """

    kind = "telegram"
    account = "main"

    def __init__(self, *, hook: bool = False) -> None:
        self._hook = hook
        self._cut = False
        self.lacks: Mapping[str, str] = (
            {} if hook else {"jumbled": "who asks for updates gets them in their order, whatever happens on the way"}
        )

    @asynccontextmanager
    async def connected(self, ground: Ground) -> AsyncIterator[Channel]:
        async with TelegramServer(clock=ground.clock) as self._server:
            for name, group in GROUPS.items():
                self._server.group(group, name)
            for name, who in PEOPLE.items():
                self._server.person(who, CAST[name][1])
                self._server.town.chats[int(who)].blocked = False
            quick = {"chat_pause_seconds": 0, "account_pause_seconds": 0}
            async with linked(
                self._server, ground.receive, ground.media, ground.clock, hook=self._hook, **quick
            ) as channel:
                self._link = channel.link
                await (self._server.updates.hooked.wait() if self._hook else settled(self._server))
                yield channel

    def sender(self, person: str) -> str:
        return PEOPLE[person]

    def alone(self, person: str) -> str:
        return PEOPLE[person]

    def chat(self, group: str) -> str:
        return GROUPS[group]

    async def says(self, saying: Saying) -> str:
        chat = GROUPS[saying.group] if saying.group else PEOPLE[saying.person]
        text = f"@{BOT_NAME} {saying.text}" if saying.calls_bot else saying.text
        return self._server.says(chat, PEOPLE[saying.person], text, reply_to=saying.quote)

    async def says_twice(self, saying: Saying) -> None:
        await self.says(saying)
        self._server.updates.repeat()

    async def says_jumbled(self, sayings: Sequence[Saying]) -> None:
        for saying in sayings:
            await self.says(saying)
        assert set(await self._server.updates.deliver(order=lambda updates: reversed(list(updates)))) == {200}

    async def presses(self, person: str, under: Said, label: str, *, group: str | None = None) -> None:
        chat = GROUPS[group] if group else PEOPLE[person]
        message = next(said for said in self._server.heard(chat) if said.id == under.id)
        payload = next(payload for shown, payload in message.buttons if shown == label)
        self._server.presses(chat, PEOPLE[person], under.id, payload)

    async def heard(self, where: str) -> Sequence[Said]:
        said = self._server.heard(GROUPS.get(where) or PEOPLE[where])
        return [Said(one.id, one.text, tuple(label for label, _ in one.buttons)) for one in said]

    async def settle(self) -> None:
        if self._cut:
            return
        if self._hook:
            assert set(await self._server.updates.deliver()) <= {200}
        else:
            await settled(self._server)

    async def removes_bot(self, group: str) -> None:
        self._server.changes_membership(GROUPS[group], PEOPLE["李姐"], member=False)

    async def slows_down(self, wait: timedelta) -> None:
        self._server.fails("sendMessage", slow_down(wait.total_seconds()))

    async def disconnects(self) -> None:
        self._cut = self._server.cut = True
        self._server.updates.wake()
        async with asyncio.timeout(PATIENT):
            while self._link.up and not self._hook:
                await asyncio.sleep(0)

    async def reconnects(self) -> None:
        self._cut = self._server.cut = False
        async with asyncio.timeout(PATIENT):
            while not self._link.up:
                await asyncio.sleep(0)
