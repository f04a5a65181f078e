"""Customer groups' row: nobody is heard there, and what is said there waits for the hand of the groups' owner."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Final

from bot.channels.base import Channel
from tests.kit.platform import Ground, Said, Saying
from tests.platforms.wecom_groups import EXTERNAL, WecomGroupsServer
from tests.platforms.wecom_groups_side import linked, told

OWNER: Final = "lihua"
GROUPS: Final[Mapping[str, str]] = {"3栋群": "wrB3", "4栋群": "wrB4", "小区群": "wrALL"}


class WecomGroupsPlatform:
    """A company with an owner of all groups.

    Args:
        prompt: The owner confirms as soon as he is asked; else only when a test says so.
        hook: WeCom calls the bot when something changes.
    """

    kind = "wecom_groups"
    account = "main"

    def __init__(self, *, prompt: bool = True, hook: bool = True, tells_quota: bool = False) -> None:
        self.prompt = prompt
        self._hook = hook
        self._tells_quota = tells_quota
        self.lacks: Mapping[str, str] = {}

    @asynccontextmanager
    async def connected(self, ground: Ground) -> AsyncIterator[Channel]:
        async with WecomGroupsServer(ground.clock, tells_quota=self._tells_quota) as self.server:
            self.server.owner(OWNER, "李华")
            for name, chat in GROUPS.items():
                self.server.group(chat, f"锦绣小区{name}", OWNER)
            async with linked(self.server, ground.receive, ground.media, ground.clock, hook=self._hook) as self.channel:
                yield self.channel

    def sender(self, person: str) -> str:
        return person

    def alone(self, person: str) -> None:
        return None

    def chat(self, group: str) -> str:
        return GROUPS[group]

    async def says(self, saying: Saying) -> str:
        raise NotImplementedError("nothing is heard there")

    async def says_twice(self, saying: Saying) -> None:
        raise NotImplementedError("nothing is heard there")

    async def says_jumbled(self, sayings: Sequence[Saying]) -> None:
        raise NotImplementedError("nothing is heard there")

    async def presses(self, person: str, under: Said, label: str, *, group: str | None = None) -> None:
        raise NotImplementedError("there are no buttons")

    async def heard(self, where: str) -> Sequence[Said]:
        group = self.server.groups.get(GROUPS.get(where, ""))
        return [Said(f"{where}:{number}", text) for number, (_, text) in enumerate(group.said if group else ())]

    async def settle(self) -> None:
        await told(self.channel)
        if self.prompt:
            self.server.confirms(OWNER)

    async def removes_bot(self, group: str) -> None:
        assert await self.server.dissolves(GROUPS[group]) == [200]

    async def slows_down(self, wait: timedelta) -> None:
        self.server.fails(f"{EXTERNAL}add_msg_template", 45009)

    async def disconnects(self) -> None:
        raise NotImplementedError("nothing is heard there")

    async def reconnects(self) -> None:
        raise NotImplementedError("nothing is heard there")
