"""An official account (公众号, 服务号): one to one with its followers, by callback and customer-service messages.

It may answer five times within two days of each word, and three times within a minute of a tap or a scan; who may be
answered is remembered by a `Ledger`. Of tickets it can tell more by subscription notices, to who has agreed to them.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Annotated, ClassVar, Final, Literal, Self

from aiohttp import web
from pydantic import Field, HttpUrl, PositiveFloat, SecretStr, field_validator, model_validator

from bot.channels.base import About, Can, Groups, Length, Link, Media, Now, Receive
from bot.channels.ledger import Ledger
from bot.channels.official.door import OfficialDoor
from bot.channels.official.examining import TYPED_WRONG, examined, links, looked_up, told
from bot.channels.official.intake import Intake
from bot.channels.official.notices import Template
from bot.channels.official.reading import AFTER_A_WORD
from bot.channels.official.speaking import Official
from bot.channels.wecom.api import ApiError, Unanswered, calling
from bot.channels.wecom.crypt import Crypt, aes_key
from bot.channels.wecom.token import Credential, standing_still
from bot.channels.wecom.watch import look, objected, watched
from bot.finding import Finding
from bot.section import Misconfigured, Section

__all__ = ["Official", "OfficialConfig"]

CAN: Final = Can(
    groups=Groups.NEVER,
    buttons=True,
    pictures=True,
    one_to_one=True,
    answers=AFTER_A_WORD,
    longest=2048,
    counts=Length.BYTES,
)

#: A key of a template, as the console shows it without `{{ }}` and `.DATA`.
TextKey = Annotated[str, Field(pattern=r"^(thing|const)[0-9]{1,2}$")]
NumberKey = Annotated[str, Field(pattern=r"^(character_string|number|thing)[0-9]{1,2}$")]
TimeKey = Annotated[str, Field(pattern=r"^(time|date)[0-9]{1,2}$")]


class OfficialConfig(Section):
    """One official account."""

    about: ClassVar = About(
        title="微信公众号（服务号）",
        people="关注了公众号的居民；扫楼栋的码就关注了",
        can=CAN,
        cost="认证过的服务号（认证每年 300 元，政府和事业单位不收）；一个备过案的域名和 https 网址、一个固定的公网 IP",
        risk="官方接口，没有封号的风险；居民 48 小时没说话，或者一句话之后回满 5 条，就只能发订阅通知，或者等他再开口",
    )

    kind: Literal["official"] = Field(default="official", description="渠道种类，固定写 official")
    account: str = Field(
        default="main",
        pattern=r"^[a-z0-9_-]{1,32}$",
        description="这个公众号的代号：小写字母、数字、_ 或 -，最长 32 个",
    )
    app_id: str = Field(
        pattern=r"^[A-Za-z0-9_-]{4,64}$", description="AppID，在公众平台“开发接口管理”里，形如 wx1234567890abcdef"
    )
    secret: SecretStr = Field(description="AppSecret，在同一页上；建议放在环境变量或文件里")
    token: SecretStr = Field(description="“服务器配置”里的令牌（Token），自己编一个，3 到 32 个字母和数字")
    encoding_aes_key: SecretStr = Field(description="同一处的消息加解密密钥，43 个字母和数字，可以点“随机生成”")
    notice_template: str | None = Field(
        default=None, min_length=8, max_length=128, description="订阅通知“工单状态变更”的模板 ID；没有就不填"
    )
    notice_text: TextKey | None = Field(
        default=None, description="模板里写进展的那一项，例如 thing2；填了模板 ID 就要填"
    )
    notice_number: NumberKey | None = Field(
        default=None, description="模板里写工单编号的那一项，例如 character_string1"
    )
    notice_time: TimeKey | None = Field(default=None, description="模板里写时间的那一项，例如 time3")
    notice_page: HttpUrl | None = Field(default=None, description="点开通知去哪个网址")
    base_url: HttpUrl = Field(
        default=HttpUrl("https://api.weixin.qq.com"), description="公众平台接口的地址，一般不用改"
    )
    timeout_seconds: PositiveFloat = Field(default=10, description="等一次请求的回应最多多少秒")
    watch_seconds: PositiveFloat = Field(default=60, description="隔多少秒看一次公众平台还连不连得上")

    @field_validator("encoding_aes_key")
    @classmethod
    def _is_a_key(cls, key: SecretStr) -> SecretStr:
        aes_key(key)
        return key

    @model_validator(mode="after")
    def _template_is_complete(self) -> Self:
        if (self.notice_template is None) != (self.notice_text is None):
            raise ValueError("notice_template 和 notice_text 要么都填，要么都不填；没有订阅通知模板就都不填")
        return self

    @property
    def hook_path(self) -> str:
        """Where the platform calls."""
        return f"/hook/official/{self.account}"

    @property
    def template(self) -> Template | None:
        """That of the notices, where there is one."""
        if self.notice_template is None or self.notice_text is None:
            return None
        page = str(self.notice_page) if self.notice_page else None
        return Template(self.notice_template, self.notice_text, self.notice_number, self.notice_time, page)

    async def examine(self) -> Finding:
        """See `Examined`."""
        async with calling(str(self.base_url), self._credential, standing_still, self.timeout_seconds) as api:
            return await examined(api, self.hook_path, self.notice_template)

    async def ways_in(self, codes: Sequence[str]) -> Sequence[str]:
        """See `Inviting`."""
        async with calling(str(self.base_url), self._credential, standing_still, self.timeout_seconds) as api:
            try:
                return await links(api, codes)
            except (ApiError, Unanswered) as error:
                raise Misconfigured(told(error)) from None

    @asynccontextmanager
    async def open(
        self, app: web.Application, receive: Receive, media: Media, clock: Now, ledger: Ledger
    ) -> AsyncIterator[Official]:
        """See `Connector.open`.

        Raises:
            Misconfigured: The platform does not know the account or its secret. Whatever else is missing is no error: to
                set up the address of the callbacks, the service has to run.
        """
        async with calling(str(self.base_url), self._credential, clock, self.timeout_seconds) as api:
            link = Link("official", self.account, clock)
            intake = Intake(api, link, receive, media, ledger, clock)
            crypt = Crypt(self.token, self.encoding_aes_key, self.app_id)
            OfficialDoor("official", crypt, intake.take, clock).stand_at(self.hook_path, app)
            probe = partial(looked_up, api)
            objection = await look(link, probe)
            if objection is not None and objection.code in TYPED_WRONG:
                raise Misconfigured(told(objection))
            if objection is not None:
                objected(link, objection)
            try:
                async with watched(link, probe, timedelta(seconds=self.watch_seconds), objection):
                    yield Official(api, self.account, link, media, ledger, self.template, CAN, clock)
            finally:
                await intake.finish()

    @property
    def _credential(self) -> Credential:
        return Credential.of_official(self.app_id, self.secret)
