"""WeCom's group webhook (群机器人，现名“消息推送”): says things in one internal group and hears nothing.

Nobody can say 绑定 there, so the configuration names the place that the group belongs to; `bot/hooking.py` binds it.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import sha256
from typing import Annotated, ClassVar, Final, Literal

import aiohttp
from aiohttp import web
from pydantic import BeforeValidator, Field, HttpUrl, PositiveFloat, SecretStr

from bot.channels.base import About, Can, Length, Limit, Link, Media, Now, Receive
from bot.channels.wecom_hook.examining import examined
from bot.channels.wecom_hook.speaking import CHANNEL, Webhook, WecomHook
from bot.channels.wecom_hook.wording import LONGEST_MARKDOWN
from bot.finding import Finding
from bot.section import Section

__all__ = ["WecomHook", "WecomHookConfig"]

CAN: Final = Can(
    hears=False,
    hears_all=False,
    mentions=True,
    people_of=("wecom_app", "wecom_bot"),
    pictures=True,
    files=True,
    limits=(Limit(20, timedelta(minutes=1)),),
    longest=LONGEST_MARKDOWN,
    counts=Length.BYTES,
)


def _key_in(given: object) -> object:
    """The key, of which people copy the whole address."""
    return given.rpartition("key=")[2].partition("&")[0].strip() if isinstance(given, str) else given


Key = Annotated[SecretStr, BeforeValidator(_key_in), Field(min_length=8, max_length=128)]


class WecomHookConfig(Section):
    """企业微信群机器人（消息推送）。"""

    about: ClassVar = About(
        title="企业微信群机器人（消息推送）",
        people="本企业内部群里的人，只收不回；居民的微信群加不了",
        can=CAN,
        cost="不要钱，群里的人就能添加；一个群一个网址",
        risk="官方接口，没有封号的风险；谁有网址谁就能往群里发",
    )

    kind: Literal["wecom_hook"] = Field(default="wecom_hook", description="渠道种类，固定写 wecom_hook")
    account: str = Field(
        default="main", pattern=r"^[a-z0-9_-]{1,32}$", description="这个群的代号：小写字母、数字、_ 或 -，最长 32 个"
    )
    key: Key = Field(description="群机器人网址里 key= 后面的那一串，整个网址也行；建议放在环境变量或文件里")
    place: str = Field(
        min_length=1, max_length=100, description="这是哪里的群，写表格里的地名，例如 锦绣小区、锦绣小区3栋、第一网格"
    )
    base_url: HttpUrl = Field(
        default=HttpUrl("https://qyapi.weixin.qq.com"), description="企业微信接口的地址，私有部署的企业微信才要改"
    )
    timeout_seconds: PositiveFloat = Field(default=10, description="等一次请求的回应最多多少秒")

    @property
    def can(self) -> Can:
        """What a webhook is able to do."""
        return CAN

    @property
    def chat(self) -> str:
        """The group's address. A new key is another group's, or the same group's that took the bot in again."""
        return sha256(self.key.get_secret_value().encode()).hexdigest()[:16]

    async def examine(self) -> Finding:
        """See `Examined`."""
        async with self._webhook() as webhook:
            return await examined(webhook, self.account, self.place)

    @asynccontextmanager
    async def open(self, _: web.Application, __: Receive, media: Media, clock: Now) -> AsyncIterator[WecomHook]:
        """See `Connector.open`. There is no connection: it is there until the platform says otherwise."""
        link = Link(CHANNEL, self.account, clock)
        link.opened()
        async with self._webhook() as webhook:
            yield WecomHook(self.account, self.chat, link, CAN, media, webhook)

    @asynccontextmanager
    async def _webhook(self) -> AsyncIterator[Webhook]:
        limits = aiohttp.ClientTimeout(total=self.timeout_seconds)
        async with aiohttp.ClientSession(timeout=limits) as session:
            yield Webhook(session, str(self.base_url), self.key)
