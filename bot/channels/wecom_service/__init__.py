"""微信客服: ordinary WeChat users talk one to one with a service account of the company, by a link or a QR code.

The platform signals that something is there, and it is pulled. It may be answered five times within two days of each word
of the resident's, and once within twenty seconds when he comes in; who may be answered is remembered by a `Ledger`.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import ClassVar, Final, Literal

from aiohttp import web
from pydantic import Field, HttpUrl, PositiveFloat, SecretStr, field_validator

from bot.channels.base import About, Can, Groups, Length, Link, Media, Now, Receive
from bot.channels.ledger import Ledger
from bot.channels.wecom.api import ApiError, Unanswered, calling
from bot.channels.wecom.callback import CallbackDoor
from bot.channels.wecom.crypt import Crypt, aes_key
from bot.channels.wecom.explaining import TYPED_WRONG
from bot.channels.wecom.token import Credential, standing_still
from bot.channels.wecom.watch import look, objected, watched
from bot.channels.wecom_service.connection import Connection, services
from bot.channels.wecom_service.examining import examined, links, told
from bot.channels.wecom_service.intake import Intake
from bot.channels.wecom_service.reading import AFTER_A_WORD
from bot.channels.wecom_service.speaking import WecomService
from bot.finding import Finding
from bot.section import Misconfigured, Section

__all__ = ["WecomService", "WecomServiceConfig"]

CAN: Final = Can(
    groups=Groups.NEVER,
    buttons=True,
    pictures=True,
    files=True,
    one_to_one=True,
    answers=AFTER_A_WORD,
    recalls=True,
    keeps=timedelta(days=3),
    longest=2048,
    counts=Length.BYTES,
)


class WecomServiceConfig(Section):
    """The service accounts of one app."""

    about: ClassVar = About(
        title="微信客服",
        people="所有用微信的居民：扫一下楼栋的码、点一下链接就能说，不用加好友、不用关注",
        can=CAN,
        cost="不要钱；要有认证过的企业微信、一个备过案的域名和 https 网址、一个固定的公网 IP",
        risk="官方接口，没有封号的风险；居民 48 小时没说话，或者一句话之后回满 5 条，就要等他再开口",
    )

    kind: Literal["wecom_service"] = Field(default="wecom_service", description="渠道种类，固定写 wecom_service")
    account: str = Field(
        default="main", pattern=r"^[a-z0-9_-]{1,32}$", description="这个应用的代号：小写字母、数字、_ 或 -，最长 32 个"
    )
    corp_id: str = Field(
        pattern=r"^[A-Za-z0-9_-]{4,64}$", description="企业 ID，在管理后台“我的企业”页面最下面，形如 ww1234567890abcdef"
    )
    secret: SecretStr = Field(description="“可调用接口的应用”的 Secret，在那个应用的页面上；建议放在环境变量或文件里")
    token: SecretStr = Field(description="那个应用“接收消息”里的 Token，可以点“随机获取”")
    encoding_aes_key: SecretStr = Field(description="同一处的 EncodingAESKey，43 个字母和数字，可以点“随机获取”")
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
        """Where WeCom signals."""
        return f"/hook/wecom_service/{self.account}"

    async def examine(self) -> Finding:
        """See `Examined`."""
        async with calling(str(self.base_url), self._credential, standing_still, self.timeout_seconds) as api:
            return await examined(api, self.hook_path)

    async def ways_in(self, codes: Sequence[str]) -> Sequence[str]:
        """See `Inviting`."""
        async with calling(str(self.base_url), self._credential, standing_still, self.timeout_seconds) as api:
            try:
                return await links(api, codes)
            except (ApiError, Unanswered) as error:
                raise Misconfigured(told(error)) from None
            except LookupError:
                raise Misconfigured("还没有交给这个应用的微信客服帐号，先照 guanjia check 说的建一个。") from None

    @asynccontextmanager
    async def open(
        self, app: web.Application, receive: Receive, media: Media, clock: Now, ledger: Ledger
    ) -> AsyncIterator[WecomService]:
        """See `Connector.open`.

        Raises:
            Misconfigured: WeCom does not know the company or the secret. Whatever else is missing is no error: to set up
                the address of the callbacks, the service has to run.
        """
        async with calling(str(self.base_url), self._credential, clock, self.timeout_seconds) as api:
            link = Link("wecom_service", self.account, clock)
            connection = Connection(api, Intake(api, link, receive, media, ledger, clock), link)
            crypt = Crypt(self.token, self.encoding_aes_key, self.corp_id)
            CallbackDoor("wecom_service", crypt, connection.take, clock).stand_at(self.hook_path, app)
            objection = await look(link, lambda: services(api))
            if objection is not None and objection.code in TYPED_WRONG:
                raise Misconfigured(told(objection))
            if objection is not None:
                objected(link, objection)
            async with watched(link, connection.probe, timedelta(seconds=self.watch_seconds), objection):
                catching_up = asyncio.create_task(connection.catch_up())
                try:
                    yield WecomService(api, self.account, link, media, ledger, CAN)
                finally:
                    await catching_up
                    await connection.finish()

    @property
    def _credential(self) -> Credential:
        return Credential.of_app(self.corp_id, self.secret)
