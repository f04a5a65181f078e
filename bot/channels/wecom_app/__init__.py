"""WeCom self-built app (企业微信自建应用): one to one with the members of a company, by callback and `message/send`.

It knows no groups: the platform delivers only what members write to the app, and it writes to each of them alone. For
those on duty that is the surest way to be called, with buttons on a card.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import ClassVar, Final, Literal

from aiohttp import web
from pydantic import Field, HttpUrl, PositiveFloat, SecretStr, field_validator

from bot.channels.base import About, Can, Groups, Length, Limit, Link, Media, Now, Receive
from bot.channels.wecom.api import calling
from bot.channels.wecom.callback import CallbackDoor
from bot.channels.wecom.crypt import Crypt, aes_key
from bot.channels.wecom.explaining import TYPED_WRONG, explained
from bot.channels.wecom.token import Credential, standing_still
from bot.channels.wecom.watch import look, objected, watched
from bot.channels.wecom_app.cards import Cards
from bot.channels.wecom_app.examining import examined, looked_up
from bot.channels.wecom_app.intake import Intake
from bot.channels.wecom_app.speaking import WecomApp
from bot.finding import Finding
from bot.section import Misconfigured, Section

__all__ = ["WecomApp", "WecomAppConfig"]

CAN: Final = Can(
    groups=Groups.NEVER,
    buttons=True,
    pictures=True,
    files=True,
    one_to_one=True,
    first_word=True,
    edits=True,
    # Beyond 30 and 1000 the platform drops what comes, in silence; and a long text is several messages.
    limits=(Limit(25, timedelta(minutes=1)), Limit(900, timedelta(hours=1))),
    longest=2048,
    counts=Length.BYTES,
)


class WecomAppConfig(Section):
    """One self-built app."""

    about: ClassVar = About(
        title="企业微信自建应用",
        people="社区自己企业微信里的人：社区干部、网格员、值班党员；只能单独说话，没有群",
        can=CAN,
        cost="不要钱；要有企业微信（认证过的更稳），一个备过案的域名和 https 网址，一个固定的公网 IP",
        risk="官方接口，没有封号的风险；域名要备在本单位名下，IP 换了要到后台改",
    )

    kind: Literal["wecom_app"] = Field(default="wecom_app", description="渠道种类，固定写 wecom_app")
    account: str = Field(
        default="main", pattern=r"^[a-z0-9_-]{1,32}$", description="这个应用的代号：小写字母、数字、_ 或 -，最长 32 个"
    )
    corp_id: str = Field(
        pattern=r"^[A-Za-z0-9_-]{4,64}$", description="企业 ID，在管理后台“我的企业”页面最下面，形如 ww1234567890abcdef"
    )
    agent_id: str = Field(pattern=r"^[0-9]{1,18}$", description="应用的 AgentId，在管理后台这个应用的页面上，要加引号")
    secret: SecretStr = Field(description="应用的 Secret，在同一页上；建议放在环境变量或文件里")
    token: SecretStr = Field(description="“接收消息”里的 Token，可以点“随机获取”")
    encoding_aes_key: SecretStr = Field(description="“接收消息”里的 EncodingAESKey，43 个字母和数字，可以点“随机获取”")
    base_url: HttpUrl = Field(
        default=HttpUrl("https://qyapi.weixin.qq.com"), description="企业微信接口的地址，私有部署的企业微信才要改"
    )
    timeout_seconds: PositiveFloat = Field(default=10, description="等一次请求的回应最多多少秒")
    watch_seconds: PositiveFloat = Field(default=60, description="隔多少秒看一次企业微信还连不连得上")

    @field_validator("encoding_aes_key")
    @classmethod
    def _is_a_key(cls, key: SecretStr) -> SecretStr:
        aes_key(key)
        return key

    @property
    def hook_path(self) -> str:
        """Where WeCom calls."""
        return f"/hook/wecom_app/{self.account}"

    @property
    def agent(self) -> int:
        """The AgentId as WeCom wants it."""
        return int(self.agent_id)

    async def examine(self) -> Finding:
        """See `Examined`."""
        async with calling(str(self.base_url), self._credential, standing_still, self.timeout_seconds) as api:
            return await examined(api, self.agent, self.hook_path)

    @asynccontextmanager
    async def open(self, app: web.Application, receive: Receive, media: Media, clock: Now) -> AsyncIterator[WecomApp]:
        """See `Connector.open`.

        Raises:
            Misconfigured: WeCom does not know the company, the app or its secret. Whatever else is missing is no error:
                to set up the address of the callbacks, the service has to run.
        """
        async with calling(str(self.base_url), self._credential, clock, self.timeout_seconds) as api:
            link, cards = Link("wecom_app", self.account, clock), Cards(api, self.agent)
            intake = Intake(api, link, cards, receive, media, clock)
            crypt = Crypt(self.token, self.encoding_aes_key, self.corp_id)
            CallbackDoor("wecom_app", crypt, intake.take, clock).stand_at(self.hook_path, app)
            probe = partial(looked_up, api, self.agent)
            objection = await look(link, probe)
            if objection is not None and objection.code in TYPED_WRONG:
                raise Misconfigured(explained(objection))
            if objection is not None:
                objected(link, objection)
            try:
                async with watched(link, probe, timedelta(seconds=self.watch_seconds), objection):
                    yield WecomApp(api, self.agent, link, media, CAN, self.timeout_seconds)
            finally:
                await intake.finish()
                await cards.finish()

    @property
    def _credential(self) -> Credential:
        return Credential.of_app(self.corp_id, self.secret)
