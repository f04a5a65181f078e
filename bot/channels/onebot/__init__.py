"""OneBot v11 and v12 by reverse WebSocket: ordinary WeChat groups, through a bridge that the community brings itself.

The bridge dials in: `door` lets it in, `listening` takes its frames apart, `version11` and `version12` say what they
mean, `intake` brings what was heard to disk, and `speaking` says what the bot has to say.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Annotated, ClassVar, Final, Literal, Self

from aiohttp import ClientSession, web
from pydantic import Field, HttpUrl, NonNegativeFloat, PositiveFloat, SecretStr, model_validator

from bot.channels.base import About, Can, Link, Media, Now, Receive
from bot.channels.onebot.bots import Bots
from bot.channels.onebot.door import Door
from bot.channels.onebot.intake import Intake
from bot.channels.onebot.listening import Listener
from bot.channels.onebot.outgoing import Outgoing
from bot.channels.onebot.pictures import Pictures
from bot.channels.onebot.recent import Recent
from bot.channels.onebot.roll import Roll
from bot.channels.onebot.speaking import OneBot
from bot.finding import Finding, missing, ready
from bot.section import Section

__all__ = ["OneBot", "OneBotConfig"]

CAN: Final = Can(
    mentions=True,
    quotes=True,
    pictures=True,
    one_to_one=True,
    recalls=True,
    chat_pause=timedelta(seconds=3),
    account_pause=timedelta(seconds=1),
    longest=2000,
)

#: Shorter ones can be guessed, and whoever guesses it is the bot.
Token = Annotated[SecretStr, Field(min_length=12, max_length=256)]


class OneBotConfig(Section):
    """One account of the bot's, for one bridge or several."""

    about: ClassVar = About(
        title="个人微信群（OneBot 桥）",
        people="普通微信群里的居民，不用装任何东西，照常说话",
        can=CAN,
        cost="一个专门的微信号和一部常开的手机或电脑；桥接软件自备，有的收费",
        risk="用程序操作个人微信号违反微信的规定，号可能被限制或永久封掉；桥接软件也可能随时停更",
    )

    kind: Literal["onebot"] = Field(default="onebot", description="渠道种类，固定写 onebot")
    account: str = Field(
        default="main", pattern=r"^[a-z0-9_-]{1,32}$", description="本机器人的代号：小写字母、数字、_ 或 -，最长 32 个"
    )
    token: Token = Field(description="桥接软件连进来时要出示的暗号，自己编：12 到 256 个字符；建议放在环境变量或文件里")
    bots: tuple[str, ...] = Field(default=(), description="只让这几个微信号连进来，写它们的 wxid；空着就是有暗号的都行")
    names: tuple[str, ...] = Field(
        default=(), description="机器人在群里叫什么，居民 @它 时用；桥接软件说得出它的昵称就不用填"
    )
    picture_way: Literal["base64", "path", "url"] = Field(
        default="base64",
        description="往群里发照片的办法：base64 随消息带上，path 给文件路径（同一台机器），url 给网址让桥来取",
    )
    picture_url: HttpUrl | None = Field(
        default=None, description="picture_way 是 url 时，桥接软件从哪个网址找到本服务，如 http://192.168.1.5:8080"
    )
    picture_folder: Path | None = Field(
        default=None, description="桥接软件把收到的照片放在本机哪个文件夹；不填就不读本机的文件"
    )
    timeout_seconds: PositiveFloat = Field(default=15, le=20, description="等桥接软件回话最多多少秒，不超过 20")
    retry_seconds: PositiveFloat = Field(
        default=1, description="存不下来时第一次重试前等多少秒，之后逐次加倍，最多 60 秒"
    )
    chat_pause_seconds: NonNegativeFloat = Field(default=3, description="同一个群里两条消息至少隔多少秒，太密容易封号")
    account_pause_seconds: NonNegativeFloat = Field(default=1, description="同一个机器人两条消息至少隔多少秒")
    hesitation_seconds: NonNegativeFloat = Field(
        default=1, le=5, description="每条消息之前随机再等最多多少秒，免得像机器"
    )

    @model_validator(mode="after")
    def _address_is_there(self) -> Self:
        if self.picture_way == "url" and self.picture_url is None:
            raise ValueError("picture_way 是 url 时，要填 picture_url；桥接软件不在同一台机器就用 base64")
        return self

    @property
    def path(self) -> str:
        """Where bridges connect to; `…/api` and `…/event` for those with two sockets."""
        return f"/onebot/{self.account}"

    @property
    def can(self) -> Can:
        """What it is able to do."""
        return replace(
            CAN,
            chat_pause=timedelta(seconds=self.chat_pause_seconds),
            account_pause=timedelta(seconds=self.account_pause_seconds),
        )

    async def examine(self) -> Finding:
        """See `Examined`. The bridge dials in to the running service, so here only our own side can be looked at."""
        if self.picture_folder is not None and not self.picture_folder.is_dir():
            return missing(f"OneBot（{self.account}）的 picture_folder 不是一个文件夹，请核对桥接软件把照片放在哪里。")
        return ready(
            f"OneBot（{self.account}）等桥接软件连进来：反向 WebSocket 的地址填 ws://本服务的地址{self.path}，"
            "暗号和 token 一样。连上没有，看 /healthz。"
        )

    @asynccontextmanager
    async def open(self, app: web.Application, receive: Receive, media: Media, clock: Now) -> AsyncIterator[OneBot]:
        """See `Connector.open`."""
        bots = Bots(Link("onebot", self.account, clock, reason="no_bridge", mute=True), frozenset(self.bots))
        async with ClientSession() as http:
            recent = Recent()
            pictures = Pictures(self.account, media, http, self.picture_folder, self.timeout_seconds)
            intake = Intake(
                self.account,
                bots,
                Roll(clock),
                recent,
                pictures,
                receive,
                clock,
                frozenset(self.names),
                timedelta(seconds=self.retry_seconds),
            )
            listener = Listener(self.account, bots, intake, self.timeout_seconds)
            outgoing = self._outgoing(media)
            door = Door(self.account, self.token, bots, listener)
            self._route(app, door, outgoing)
            try:
                yield OneBot(self.account, self.can, bots.link, bots, recent, outgoing, self._hesitation)
            finally:
                await door.close()
                await listener.finish()
                await intake.finish()

    def _outgoing(self, media: Media) -> Outgoing:
        address = str(self.picture_url or "").rstrip("/") + self.path
        return Outgoing(media, self.picture_way, address, self.token.get_secret_value().encode())

    def _route(self, app: web.Application, door: Door, outgoing: Outgoing) -> None:
        async def stop(_: web.Application) -> None:
            await door.close()  # before the server waits for its connections

        app.on_shutdown.append(stop)
        app.router.add_get(f"{self.path}/picture/{{sign}}/{{digest}}.jpg", outgoing.show)
        for path in (self.path, f"{self.path}/{{rest:.*}}"):
            app.router.add_get(path, door.answer)

    def _hesitation(self) -> float:
        return Random().uniform(0, self.hesitation_seconds)  # noqa: S311 -- no secret
