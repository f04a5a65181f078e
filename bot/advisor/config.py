"""The table `[model]` of `config.toml`."""

from importlib.util import find_spec
from typing import Any, Literal, Self

from pydantic import Field, HttpUrl, SecretStr, model_validator

from bot.section import Section

NEEDED = "用大模型要多装一个库：pip install 'guanjia[model]'，装好再启动"


class ModelConfig(Section):
    """Which language model is asked, about what, and for how much."""

    mode: Literal["off", "doubtful", "all"] = Field(
        default="off", description="off 不问大模型，doubtful 只问自己拿不准的消息，all 每条都问"
    )
    base_url: HttpUrl | None = Field(
        default=None,
        description="大模型接口的地址，OpenAI 的格式，一般以 /v1 结尾；DeepSeek、通义千问、本机的 Ollama 都行",
    )
    key: SecretStr | None = Field(
        default=None,
        min_length=1,
        description="接口的密钥，建议放在环境变量 GUANJIA_MODEL_KEY 里；本机的 Ollama 不用填",
    )
    name: str = Field(
        default="", max_length=100, description="大模型的名字，例如 deepseek-v4-flash、qwen-plus、qwen3:8b"
    )
    timeout_seconds: float = Field(
        default=3.0, gt=0, le=3, description="最多等几秒（秒），不能超过 3；超过就用自己的判断"
    )
    monthly_tokens: int = Field(
        default=10_000_000, ge=0, strict=True, description="一个月最多用多少词元（个），进出合计；用完就停到下个月"
    )
    price_in_yuan: float = Field(
        default=0.0, ge=0, description="每百万输入词元多少钱（元）；填了 guanjia check 才算得出花费"
    )
    price_out_yuan: float = Field(default=0.0, ge=0, description="每百万输出词元多少钱（元）")
    doubt_percent: int = Field(
        default=60,
        ge=1,
        le=100,
        strict=True,
        description="doubtful 时，最可能和第二可能的读法相差不到百分之几算拿不准；越大问得越多",
    )
    recent_messages: int = Field(
        default=8, ge=0, le=30, strict=True, description="连同前面几条消息一起问（条），名字、电话、房号都换成替身"
    )
    communities: tuple[str, ...] = Field(default=(), description="只在这几个社区问，写社区的名字；空着就是都问")
    private_chats: bool = Field(default=False, description="单独对机器人说的话也问不问；false 就从不送出去")
    failures: int = Field(default=3, ge=1, le=100, strict=True, description="连着几次没有回音就先不问了（次）")
    rest_seconds: int = Field(default=60, ge=1, le=86400, strict=True, description="先不问之后，过多少秒再试一条（秒）")
    extra: dict[str, Any] = Field(
        default_factory=dict,
        description="请求里另外要带的东西，各家不同；例如让通义千问别想太久：enable_thinking = false",
    )

    @model_validator(mode="after")
    def _can_ask(self) -> Self:
        if self.mode == "off":
            return self
        if self.base_url is None:
            raise ValueError("开了大模型，还要写 base_url：接口的地址，例如 https://api.deepseek.com")
        if not self.name.strip():
            raise ValueError("开了大模型，还要写 name：大模型的名字，例如 deepseek-v4-flash")
        if find_spec("openai") is None:
            raise ValueError(NEEDED)
        return self

    @property
    def below(self) -> float:
        """A message whose readings are closer to each other than this is asked about."""
        return 2.0 if self.mode == "all" else self.doubt_percent / 100

    def cost(self, tokens_in: int, tokens_out: int) -> float:
        """What so many tokens cost, in yuan; 0 where no price is known."""
        return (tokens_in * self.price_in_yuan + tokens_out * self.price_out_yuan) / 1_000_000
