"""WeCom's AI bot (企业微信智能机器人) by its long connection: internal groups, and colleagues one to one.

It hears a group only where it is mentioned, and one person alone always. It needs no public address. A bot has one live
connection, so the processes that share a database agree by a lease which of them keeps it.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import ClassVar, Final, Literal

import aiohttp
from aiohttp import web
from pydantic import Field, HttpUrl, PositiveFloat, SecretStr

from bot.channels.base import About, Can, Length, Limit, Link, Media, Now, Receive
from bot.channels.lease import Alone, Lease
from bot.channels.wecom_bot.connection import Connection
from bot.channels.wecom_bot.examining import examined
from bot.channels.wecom_bot.intake import Intake
from bot.channels.wecom_bot.pace import Credential, End, Pace
from bot.channels.wecom_bot.pictures import Uploads
from bot.channels.wecom_bot.reading import CHANNEL, Me
from bot.channels.wecom_bot.recollection import Recollection
from bot.channels.wecom_bot.speaking import WecomBot
from bot.channels.wecom_bot.wording import LONGEST
from bot.finding import Finding
from bot.section import Misconfigured, Section

__all__ = ["WecomBot", "WecomBotConfig"]

CAN: Final = Can(
    hears_all=False,
    buttons=True,
    pictures=True,
    files=True,
    one_to_one=True,
    edits=True,
    limits=(Limit(30, timedelta(minutes=1)), Limit(1000, timedelta(hours=1))),
    longest=LONGEST,
    counts=Length.BYTES,
)


class WecomBotConfig(Section):
    """企业微信智能机器人（长连接）。"""

    about: ClassVar = About(
        title="企业微信智能机器人",
        people="本企业的同事：值班、网格、物业的内部群和单聊；居民的微信进不来",
        can=CAN,
        cost="不要钱，要有企业微信和能建机器人的权限；不要公网地址",
        risk="官方接口，没有封号的风险；群里不@就听不到，断线时说的话平台不补",
    )

    kind: Literal["wecom_bot"] = Field(default="wecom_bot", description="渠道种类，固定写 wecom_bot")
    account: str = Field(
        default="main", pattern=r"^[a-z0-9_-]{1,32}$", description="本机器人的代号：小写字母、数字、_ 或 -，最长 32 个"
    )
    bot_id: str = Field(min_length=1, max_length=128, description="智能机器人的 Bot ID，在机器人的“API 模式”页上")
    secret: SecretStr = Field(description="同一页上的长连接 Secret；建议放在环境变量或文件里")
    bot_name: str | None = Field(
        default=None, min_length=1, max_length=64, description="机器人在企业微信里的名字，群里@它时用；不填就认第一个@"
    )
    url: str = Field(
        default="wss://openws.work.weixin.qq.com",
        pattern=r"^wss?://[^\s/]+(/\S*)?$",
        description="长连接的地址，wss:// 开头，一般不用改",
    )
    card_url: HttpUrl = Field(
        default=HttpUrl("https://work.weixin.qq.com/"), description="办完的卡片点开去哪个网址，可以填社区自己的网页"
    )
    ping_seconds: PositiveFloat = Field(
        default=30, le=60, description="隔多少秒问一次连接还在不在，最多 60 秒；两次没有回音就重连"
    )
    timeout_seconds: PositiveFloat = Field(default=5, description="等一次回执最多多少秒")
    retry_seconds: PositiveFloat = Field(default=1, description="断线后第一次重连前等多少秒，之后逐次加倍，最多 30 秒")
    standby_seconds: PositiveFloat = Field(
        default=60, description="别的进程占着连接，或者平台嫌太频繁时，隔多少秒再试一次"
    )

    @property
    def can(self) -> Can:
        """What the AI bot is able to do."""
        return CAN

    async def examine(self) -> Finding:
        """See `Examined`."""
        return await examined(self.url, self.bot_id, self.timeout_seconds)

    @asynccontextmanager
    async def open(
        self, _: web.Application, receive: Receive, media: Media, clock: Now, lease: Lease | None = None
    ) -> AsyncIterator[WecomBot]:
        """See `Connector.open`. Without a lease this process is taken to be the only one.

        Raises:
            Misconfigured: WeCom does not know the bot, or not this secret. Being out of reach is no error.
        """
        recollection, link = Recollection(self.bot_name), Link(CHANNEL, self.account, clock, mute=True)
        me = Me(self.account, self.bot_id, self.bot_name)
        limits = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=10)
        async with aiohttp.ClientSession(timeout=limits) as session:
            intake = Intake(session, me, receive, media, clock, recollection, timedelta(seconds=self.retry_seconds))
            credential = Credential(self.url, self.bot_id, self.secret)
            connection = Connection(session, credential, lease or Alone(), link, self._pace, intake.hear)
            running = asyncio.create_task(connection.run())
            try:
                if await connection.first is End.REFUSED:
                    raise Misconfigured(
                        f"企业微信不认这个智能机器人（{link.reason}）。请到机器人的“API 模式”页核对 bot_id 和 secret，"
                        "并确认选的是“长连接”，改好后重新启动。"
                    )
                uploads = Uploads(media, clock)
                yield WecomBot(self.account, link, CAN, clock, connection, recollection, uploads, str(self.card_url))
            finally:
                connection.stop()
                await running
                await intake.close()

    @property
    def _pace(self) -> Pace:
        return Pace(
            ping=self.ping_seconds,
            acknowledge=self.timeout_seconds,
            first_pause=self.retry_seconds,
            slow_pause=self.standby_seconds,
        )
