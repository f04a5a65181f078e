"""The web chat's row: the page's own requests, sent by hand."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final
from uuid import uuid4

from aiohttp import ClientSession

from bot.channels.base import Channel
from bot.channels.webchat import Webchat, WebchatConfig, alone_with
from bot.door import CommunityDoor
from tests.kit.platform import Ground, Said, Saying
from tests.webchat_harness import BOT_NAME, serving
from tests.webchat_visitor import Visitor

SEES_EVERYTHING: Final = "陈书记"


class WebchatPlatform:
    """The page, served, and everybody in front of it."""

    kind = Webchat.name
    account = Webchat.account
    lacks: Mapping[str, str] = {
        "removed": "the page is ours: nobody can remove the bot from it",
        "slowed": "the page is ours: it sets no limit",
    }

    @asynccontextmanager
    async def connected(self, ground: Ground) -> AsyncIterator[Channel]:
        door = CommunityDoor(ground.sessions, ground.clock)
        webchat = Webchat(
            WebchatConfig(), door, ground.media, ground.receive, ground.clock, bot_name=BOT_NAME, demo=True
        )
        async with ClientSession() as self._http, serving(webchat) as self._address:
            yield webchat

    def sender(self, person: str) -> str:
        return person

    def alone(self, person: str) -> str:
        return alone_with(person)

    def chat(self, group: str) -> str:
        return group

    async def says(self, saying: Saying) -> str:
        return await self._says(saying, uuid4().hex)

    async def says_twice(self, saying: Saying) -> None:
        key = uuid4().hex
        await asyncio.gather(*(self._says(saying, key) for _ in range(2)))

    async def says_jumbled(self, sayings: Sequence[Saying]) -> None:
        for saying in reversed(sayings):
            await self.says(saying)

    async def presses(self, person: str, under: Said, label: str, *, group: str | None = None) -> None:
        chat, visitor = group or alone_with(person), self._visitor(person)
        line = next(line for line in await visitor.sees(chat) if line["id"] == under.id)
        payload = next(button["payload"] for button in line["buttons"] if button["label"] == label)
        press = {"id": uuid4().hex, "chat": chat, "message": under.id, "payload": payload}
        assert (await visitor.post("/chat/presses", press)).status == 200

    async def heard(self, where: str) -> Sequence[Said]:
        is_group = where.endswith("群")
        lines = await self._visitor(SEES_EVERYTHING if is_group else where).sees(
            where if is_group else alone_with(where)
        )
        return [
            Said(line["id"], line["text"], tuple(button["label"] for button in line["buttons"]))
            for line in lines
            if line["bot"]
        ]

    async def settle(self) -> None:
        """What was sent has been answered already."""

    async def removes_bot(self, group: str) -> None:
        raise NotImplementedError(group)

    async def slows_down(self, wait: timedelta) -> None:
        raise NotImplementedError

    async def disconnects(self) -> None:
        raise NotImplementedError

    async def reconnects(self) -> None:
        raise NotImplementedError

    def _visitor(self, person: str) -> Visitor:
        return Visitor(self._http, self._address, person)

    async def _says(self, saying: Saying, key: str) -> str:
        chat = saying.group or alone_with(saying.person)
        more = {"quote": saying.quote} if saying.quote else {}
        answer = await self._visitor(saying.person).says(saying.text, chat, key=key, **more)
        assert answer.status == 200, await answer.text()
        return f"{saying.person}.{key}"
