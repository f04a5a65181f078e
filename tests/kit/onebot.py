"""OneBot's rows: bridges of both versions, which dial in to the real door and speak real frames."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from bot.channels.base import Channel
from handlers.messages import Inbound
from tests.kit.platform import Ground, Said, Saying
from tests.platforms.onebot import PATIENT, ActionError
from tests.platforms.onebot_side import served
from tests.platforms.onebot_town import Call, Id, Piece, Quote, Text, WeChat
from tests.platforms.onebot_v11 import Bridge11
from tests.platforms.onebot_v12 import TIRED, Bridge12
from tests.world import CAST

PEOPLE: Final = {name: f"wxid_{place:04d}" for place, name in enumerate(CAST)}
GROUPS: Final = {name: f"{20011 + place}@chatroom" for place, name in enumerate(("3栋群", "4栋群", "小区群"))}
BUSY_11: Final = ActionError(1200, "发送过于频繁，请稍后再试")
BUSY_12: Final = ActionError(TIRED, "I am tired")


class OneBotPlatform:
    """A bridge and what is behind it.

    Args:
        version: 11 or 12.
        numbers: It has numbers for ids, as the specification of v11 says, and a socket for each direction.
    """

    kind = "onebot"
    account = "main"
    lacks: Mapping[str, str] = {}

    def __init__(self, version: int, *, numbers: bool = False) -> None:
        self._version = version
        self._roles = ("API", "Event") if numbers else ("Universal",)
        self._people: Mapping[str, Id] = dict(enumerated(PEOPLE, 30001)) if numbers else PEOPLE
        self._groups: Mapping[str, Id] = dict(enumerated(GROUPS, 2**53 + 1)) if numbers else GROUPS
        self._wechat = WeChat(10001, 2**53 + 1) if numbers else WeChat()
        self.failures: list[Exception] = []  #: of storing what is heard, one after the other

    @asynccontextmanager
    async def connected(self, ground: Ground) -> AsyncIterator[Channel]:
        self._fill(ground)
        make = Bridge11 if self._version == 11 else Bridge12

        async def receive(inbound: Inbound) -> None:
            if self.failures:
                raise self.failures.pop(0)
            await ground.receive(inbound)

        async with served(receive, ground.media, ground.clock) as post:
            self._link = post.channel.link
            self.bridge = make(self._wechat, post.address)
            await self.bridge.connect(*self._roles)
            try:
                await self.bridge.settled()
                yield post.channel
            finally:
                await self.bridge.leave()

    def sender(self, person: str) -> str:
        return str(self._people[person])

    def alone(self, person: str) -> str:
        return f"user:{self._people[person]}"

    def chat(self, group: str) -> str:
        return f"group:{self._groups[group]}"

    async def says(self, saying: Saying) -> str:
        group, who, pieces = self._said(saying)
        return self.bridge.says(group, who, *pieces)

    async def says_twice(self, saying: Saying) -> None:
        group, who, pieces = self._said(saying)
        event = self.bridge.message(self._wechat.message(who, pieces), group)
        self.bridge.tells(event, event)

    async def says_jumbled(self, sayings: Sequence[Saying]) -> None:
        events = []
        for group, who, pieces in map(self._said, sayings):
            events.append(self.bridge.message(self._wechat.message(who, pieces), group))
        self.bridge.tells(*reversed(events))

    async def presses(self, person: str, under: Said, label: str, *, group: str | None = None) -> None:
        raise NotImplementedError

    async def heard(self, where: str) -> Sequence[Said]:
        wechat = self._wechat
        place = wechat.groups[self._groups[where]] if where in GROUPS else wechat.friends[self._people[where]]
        return [Said(one.id, one.text) for one in place.heard]

    async def settle(self) -> None:
        await self.bridge.settled()

    async def removes_bot(self, group: str) -> None:
        self.bridge.tells(self.bridge.membership(self._groups[group], self._wechat.bot, member=False))

    async def slows_down(self, wait: timedelta) -> None:
        for action in ("send_group_msg", "send_private_msg", "send_message"):
            self.bridge.fails(action, BUSY_11 if self._version == 11 else BUSY_12)

    async def disconnects(self) -> None:
        await self.bridge.hang_up()
        await self._until(up=False)

    async def reconnects(self) -> None:
        self.bridge.forget()
        for role in self._roles:
            await self.bridge.open(role)
        await self._until(up=True)

    async def _until(self, *, up: bool) -> None:
        async with asyncio.timeout(PATIENT):
            while self._link.up is not up:
                await asyncio.sleep(0)

    def _said(self, saying: Saying) -> tuple[Id | None, Id, list[Piece]]:
        pieces: list[Piece] = [Text(saying.text)]
        if saying.calls_bot and saying.group:
            pieces = [Call(self._wechat.bot), Text(f" {saying.text}")]
        if saying.quote:
            pieces = [Quote(saying.quote.rpartition(":")[2]), *pieces]
        return (self._groups[saying.group] if saying.group else None), self._people[saying.person], pieces

    def _fill(self, ground: Ground) -> None:
        self._wechat.now = lambda: int(ground.clock().timestamp())
        for name, who in self._people.items():
            self._wechat.person(who, CAST[name][1])
        for group in self._groups.values():
            self._wechat.group(group)


def enumerated(names: Iterable[str], first: int) -> Iterator[tuple[str, int]]:
    """Each name with a number of its own."""
    return ((name, first + place) for place, name in enumerate(names))
