"""Telegram: groups and private chats through the Bot API, by long polling or by webhook.

The only package that imports `telegram`, and of that library only the client and the values: who hears what and in
which order is ours (`intake`, `polling`, `webhook`), so that nothing is acknowledged before it is on disk.
"""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Annotated, ClassVar, Final, Literal, Self

from aiohttp import web
from pydantic import Field, HttpUrl, NonNegativeFloat, PositiveFloat, PositiveInt, SecretStr, model_validator

from bot.channels.base import About, Can, Length, Link, Media, Now, Receive
from bot.channels.telegram.client import hush_libraries, make_bot
from bot.channels.telegram.connection import Callback, Connection
from bot.channels.telegram.examining import examined
from bot.channels.telegram.intake import Intake
from bot.channels.telegram.speaking import Telegram
from bot.channels.telegram.webhook import Hook
from bot.channels.telegram.wording import LONGEST_TEXT
from bot.finding import Finding
from bot.section import Section

__all__ = ["Telegram", "TelegramConfig"]

CAN: Final = Can(
    hears_all=True,  #: asked later, of Telegram
    buttons=True,
    mentions=True,
    quotes=True,
    pictures=True,
    files=True,
    one_to_one=True,
    keeps=timedelta(hours=24),
    longest=LONGEST_TEXT,
    counts=Length.UNITS,
)

#: What Telegram allows in a secret; shorter than sixteen can be guessed.
HookSecret = Annotated[SecretStr, Field(min_length=16, max_length=256)]


class TelegramConfig(Section):
    """One Telegram bot."""

    about: ClassVar = About(
        title="Telegram",
        people="装了 Telegram 的人，国内的居民多半没有；适合试用和海外的社区",
        can=CAN,
        cost="不要钱，不要企业资质；服务器要连得上 Telegram",
        risk="国内连不上 Telegram，要自备网络；没有封号的风险",
    )

    kind: Literal["telegram"] = Field(default="telegram", description="渠道种类，固定写 telegram")
    account: str = Field(
        default="main", pattern=r"^[a-z0-9_-]{1,32}$", description="本机器人的代号：小写字母、数字、_ 或 -，最长 32 个"
    )
    token: SecretStr = Field(description="BotFather 给的令牌，形如 123456:ABC；建议放在环境变量或文件里")
    mode: Literal["polling", "webhook"] = Field(
        default="polling", description="polling 主动去取消息（不需要公网地址），webhook 由 Telegram 推送"
    )
    webhook_url: HttpUrl | None = Field(
        default=None, description="webhook 方式下本服务的公网地址，如 https://bot.example.org，路径会自动加上"
    )
    hook_secret: HookSecret | None = Field(
        default=None, description="webhook 方式下的暗号：16 到 256 个字母、数字、_ 或 -，用来认出伪造的推送"
    )
    base_url: HttpUrl = Field(
        default=HttpUrl("https://api.telegram.org"), description="Bot API 的地址，自建 Bot API 服务器时才要改"
    )
    proxy: SecretStr | None = Field(
        default=None, description="访问 Telegram 用的代理，如 http://127.0.0.1:3128；不填就直连"
    )
    hears_all: bool | None = Field(
        default=None,
        description="能否听到群里所有的话；不填就问 Telegram（隐私模式关了没有），机器人是群管理员时填 true",
    )
    timeout_seconds: PositiveFloat = Field(default=15, description="等一次请求的回应最多多少秒")
    poll_seconds: PositiveInt = Field(default=25, le=50, description="polling 方式下，没有消息时一次请求挂多少秒")
    retry_seconds: PositiveFloat = Field(default=1, description="出错后第一次重试前等多少秒，之后逐次加倍，最多 60 秒")
    chat_pause_seconds: NonNegativeFloat = Field(default=1, description="同一个会话里两条消息至少隔多少秒")
    account_pause_seconds: NonNegativeFloat = Field(default=0.034, description="整个机器人两条消息至少隔多少秒")

    @model_validator(mode="after")
    def _webhook_is_complete(self) -> Self:
        if self.mode == "webhook" and not (self.webhook_url and self.hook_secret):
            raise ValueError(
                "mode 是 webhook 时，webhook_url 和 hook_secret 都要填；没有公网地址就把 mode 改成 polling"
            )
        secret = self.hook_secret.get_secret_value() if self.hook_secret else ""
        if not all(letter.isascii() and (letter.isalnum() or letter in "_-") for letter in secret):
            raise ValueError("hook_secret 只能用英文字母、数字、_ 和 -，请换一个")
        return self

    @property
    def hook_path(self) -> str:
        """Where Telegram delivers to."""
        return f"/hook/telegram/{self.account}"

    @property
    def callback(self) -> Callback | None:
        """How Telegram is told to call; None where it is asked instead."""
        if self.mode == "polling" or self.webhook_url is None or self.hook_secret is None:
            return None
        return Callback(str(self.webhook_url).rstrip("/") + self.hook_path, self.hook_secret)

    @property
    def first_pause(self) -> timedelta:
        """How long to wait before the first retry."""
        return timedelta(seconds=self.retry_seconds)

    @property
    def can(self) -> Can:
        """What Telegram is able to do. Whether it hears all is asked later, of Telegram."""
        return replace(
            CAN,
            chat_pause=timedelta(seconds=self.chat_pause_seconds),
            account_pause=timedelta(seconds=self.account_pause_seconds),
        )

    async def examine(self) -> Finding:
        """See `Examined`."""
        hush_libraries()
        bot = make_bot(self.token, str(self.base_url), self.proxy, self.timeout_seconds)
        return await examined(bot, hears_all=self.hears_all)

    @asynccontextmanager
    async def open(self, app: web.Application, receive: Receive, media: Media, clock: Now) -> AsyncIterator[Telegram]:
        """See `Connector.open`.

        Raises:
            Misconfigured: Telegram does not know the token. Being out of reach is no error: it is tried again
                for as long as the block lasts.
        """
        # The library's own switch for giving durations as `timedelta`; without it each one is a warning.
        os.environ.setdefault("PTB_TIMEDELTA", "true")
        hush_libraries()
        bot = make_bot(self.token, str(self.base_url), self.proxy, self.timeout_seconds)
        intake = Intake(bot, self.account, receive, media, clock)
        link = Link("telegram", self.account, clock)
        connection = Connection(bot, intake, link, self.callback, self.first_pause, self.poll_seconds)
        if self.callback:
            app.router.add_post(self.hook_path, Hook(self.callback.secret, intake).answer)
        try:
            await connection.meet()
            running = asyncio.create_task(connection.run())
            try:
                yield Telegram(bot, self.account, link, media, self.can, hears_all=self.hears_all)
            finally:
                connection.stop()
                await running
        finally:
            await bot.shutdown()
