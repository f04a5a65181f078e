"""WeCom customer groups (企业微信客户群): the official home of groups with ordinary WeChat users in them.

No program may write there freely, and none can read what is said: a notice is a task that the owner of the group
confirms on his telephone, once a day. What the program can do is to know the groups, to make the tasks, to remind, and
to say truly who got what.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar, Final, Literal, Self

from aiohttp import web
from pydantic import Field, HttpUrl, PositiveFloat, PositiveInt, SecretStr, field_validator, model_validator

from bot.channels.base import About, Can, Groups, Length, Limit, Link, Media, Now, Receive
from bot.channels.wecom.api import calling
from bot.channels.wecom.callback import CallbackDoor
from bot.channels.wecom.crypt import Crypt, aes_key
from bot.channels.wecom.explaining import TYPED_WRONG, explained
from bot.channels.wecom.token import Credential
from bot.channels.wecom.watch import look
from bot.channels.wecom_groups.examining import examined, standing_still
from bot.channels.wecom_groups.roster import Roster, owners_of
from bot.channels.wecom_groups.speaking import WecomGroups
from bot.channels.wecom_groups.tasks import Tasks
from bot.finding import Finding
from bot.section import Misconfigured, Section

__all__ = ["WecomGroups", "WecomGroupsConfig"]

DAY: Final = timedelta(days=1)
CAN: Final = Can(
    hears=False,
    hears_all=False,
    groups=Groups.CONFIRMED,
    pictures=True,
    files=True,
    limits=(Limit(1, DAY),),
    longest=4000,
    counts=Length.BYTES,
)


class WecomGroupsConfig(Section):
    """The customer groups of one company."""

    about: ClassVar = About(
        title="企业微信客户群",
        people="用普通微信的居民，一个群最多 200 人；官方认可的居民群",
        can=CAN,
        cost="不要钱；要有认证过的企业微信，群主是社区自己的人，一个固定的公网 IP；想马上知道群的变化，还要备过案的域名",
        risk="官方接口，没有封号的风险；通知要群主点确认才发得出去，他不点就发不出去，所以急事不往这里发",
    )

    kind: Literal["wecom_groups"] = Field(default="wecom_groups", description="渠道种类，固定写 wecom_groups")
    account: str = Field(
        default="main", pattern=r"^[a-z0-9_-]{1,32}$", description="这家企业的代号：小写字母、数字、_ 或 -，最长 32 个"
    )
    corp_id: str = Field(
        pattern=r"^[A-Za-z0-9_-]{4,64}$", description="企业 ID，在管理后台“我的企业”最下面，形如 ww1234567890abcdef"
    )
    secret: SecretStr = Field(description="“可调用接口的应用”里那个应用的 Secret；建议放在环境变量或文件里")
    token: SecretStr | None = Field(
        default=None, description="那个应用“接收消息”里的 Token；和下一个都不填，就隔几分钟自己去看一次"
    )
    encoding_aes_key: SecretStr | None = Field(
        default=None, description="那个应用“接收消息”里的 EncodingAESKey，43 个字母和数字，跟 Token 一起填"
    )
    daily_messages: PositiveInt = Field(
        default=1, le=30, description="一个群一天最多群发几次；管理后台放宽了的才改大，改大了企业微信不认也发不出去"
    )
    base_url: HttpUrl = Field(
        default=HttpUrl("https://qyapi.weixin.qq.com"), description="企业微信接口地址，私有部署的企业微信才要改"
    )
    timeout_seconds: PositiveFloat = Field(default=10, description="等企业微信回应一次请求最多多少秒")
    look_minutes: PositiveFloat = Field(default=10, description="隔多少分钟把所有的群看一遍")

    @field_validator("encoding_aes_key")
    @classmethod
    def _is_a_key(cls, key: SecretStr | None) -> SecretStr | None:
        if key is not None:
            aes_key(key)
        return key

    @model_validator(mode="after")
    def _both_or_none(self) -> Self:
        if (self.token is None) != (self.encoding_aes_key is None):
            raise ValueError("token 和 encoding_aes_key 要么都填，要么都不填")
        return self

    @property
    def hook_path(self) -> str | None:
        """Where WeCom calls; None where it does not."""
        return f"/hook/wecom_groups/{self.account}" if self.token else None

    @property
    def can(self) -> Can:
        """What the groups allow."""
        return replace(CAN, limits=(Limit(self.daily_messages, DAY),))

    async def examine(self) -> Finding:
        """See `Examined`."""
        async with calling(str(self.base_url), self._credential, standing_still, self.timeout_seconds) as api:
            return await examined(api, self.hook_path)

    @asynccontextmanager
    async def open(
        self, app: web.Application, receive: Receive, media: Media, clock: Now
    ) -> AsyncIterator[WecomGroups]:
        """See `Connector.open`.

        Raises:
            Misconfigured: WeCom does not know the company or the secret. Whatever else is missing is no error: it is
                tried again.
        """
        async with calling(str(self.base_url), self._credential, clock, self.timeout_seconds) as api:
            link = Link("wecom_groups", self.account, clock)
            objection = await look(link, lambda: owners_of(api))
            if objection is not None and objection.code in TYPED_WRONG:
                raise Misconfigured(explained(objection))
            roster = Roster(api, link, receive, clock)
            if self.hook_path and self.token and self.encoding_aes_key:
                crypt = Crypt(self.token, self.encoding_aes_key, self.corp_id)
                CallbackDoor("wecom_groups", crypt, roster.take, clock).stand_at(self.hook_path, app)
            looking = asyncio.create_task(roster.run(timedelta(minutes=self.look_minutes)))
            try:
                tasks = Tasks(api, media, self.can, clock)
                yield WecomGroups(api, tasks, roster, link, self.can, self.daily_messages)
            finally:
                looking.cancel()
                await asyncio.gather(looking, return_exceptions=True)

    @property
    def _credential(self) -> Credential:
        return Credential.of_app(self.corp_id, self.secret)
