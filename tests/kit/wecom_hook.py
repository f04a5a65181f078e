"""The group webhook's row: three of them behind one server, joined to one channel, because each has one group only."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from aiohttp import web

from bot.channels.base import Can, Channel, Link, Sent
from bot.channels.wecom_hook import WecomHook
from handlers.messages import Words
from tests.kit.platform import Ground, Said, Saying
from tests.platforms.wecom_bot_rules import TOO_FAST
from tests.platforms.wecom_hook import WecomHookServer
from tests.platforms.wecom_hook_side import config

KEYS: Final = {"3栋群": "key-of-building-3", "4栋群": "key-of-building-4", "小区群": "key-of-compound"}


@dataclass
class Hooks:
    """Several webhooks as one channel."""

    hooks: Mapping[str, WecomHook]  #: by address
    name: str = "wecom_hook"
    account: str = "main"

    @property
    def can(self) -> Can:
        return next(iter(self.hooks.values())).can

    @property
    def link(self) -> Link:
        return next(iter(self.hooks.values())).link

    async def send(self, chat: str, words: Words) -> Sent:
        return await self.hooks[chat].send(chat, words)


class WecomHookPlatform:
    """The webhooks and their server."""

    kind = "wecom_hook"
    account = "main"
    lacks: Mapping[str, str] = {}

    @asynccontextmanager
    async def connected(self, ground: Ground) -> AsyncIterator[Channel]:
        async with WecomHookServer() as self._server, AsyncExitStack() as stack:
            hooks = {}
            for key in KEYS.values():
                self._server.group(key)
                opening = config(self._server, key=key).open
                hook = await stack.enter_async_context(
                    opening(web.Application(), ground.receive, ground.media, ground.clock)
                )
                hooks[hook.chat] = hook
            yield Hooks(hooks)

    def sender(self, person: str) -> str:
        return person

    def alone(self, person: str) -> None:
        return None

    def chat(self, group: str) -> str:
        return config(self._server, key=KEYS[group]).chat

    async def heard(self, where: str) -> Sequence[Said]:
        return [Said(str(place), said.text) for place, said in enumerate(self._server.heard(KEYS[where]))]

    async def settle(self) -> None:
        return

    async def removes_bot(self, group: str) -> None:
        self._server.removes(KEYS[group])

    async def slows_down(self, wait: timedelta) -> None:
        assert wait == timedelta(minutes=1), "the platform never says for how long: that is what the bot takes it for"
        self._server.fails(TOO_FAST)

    async def says(self, saying: Saying) -> str:
        raise AssertionError("nobody is heard there")

    async def says_twice(self, saying: Saying) -> None:
        raise AssertionError("nobody is heard there")

    async def says_jumbled(self, sayings: Sequence[Saying]) -> None:
        raise AssertionError("nobody is heard there")

    async def presses(self, person: str, under: Said, label: str, *, group: str | None = None) -> None:
        raise AssertionError("there are no buttons")

    async def disconnects(self) -> None:
        raise AssertionError("there is no connection")

    async def reconnects(self) -> None:
        raise AssertionError("there is no connection")
