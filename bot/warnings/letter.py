"""What a system writes to start a warning, checked, and what is wrong with it in Chinese."""

from collections.abc import Mapping
from datetime import UTC
from hashlib import sha256
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, HttpUrl, ValidationError
from pydantic_core import ErrorDetails

from handlers.notices.alarms import Alarm

LONGEST: Final = 65_536  #: bytes
NOT_JSON: Final = "不是 JSON，或者不是 UTF-8 编码。请对照 docs/warnings.md 里的例子。"

Name = Annotated[str, Field(min_length=1, max_length=60, pattern="^[^\\x00-\\x1f{}]+$")]
Value = Annotated[str, Field(min_length=1, max_length=200, pattern="^[^\\x00{}]+$")]


class Letter(BaseModel):
    """A warning to be started. A key that is not known is an error: it may have been important."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    template: Annotated[str, Field(min_length=1, max_length=20)]
    places: Annotated[tuple[Name, ...], Field(min_length=1, max_length=100)]
    values: Annotated[dict[Name, Value], Field(max_length=20)] = Field(default_factory=dict)
    expires_at: AwareDatetime | None = None
    link: Annotated[HttpUrl, Field(max_length=500)] | None = None
    dry_run: bool = False
    key: Annotated[str, Field(min_length=1, max_length=100, pattern="^[!-~]+$")] | None = None

    def alarm(self, key: str, body: bytes) -> Alarm:
        """The same as the handlers take it, under a key."""
        return Alarm(
            key=key,
            digest=sha256(body).hexdigest(),
            template=self.template,
            places=self.places,
            values=self.values,
            expires_at=self.expires_at and self.expires_at.astimezone(UTC),
            link=str(self.link) if self.link else None,
        )


class Unreadable(Exception):  # noqa: N818 -- a sentence for whoever looks after the other system
    """A letter that cannot be read. `complaints`: one line for each thing that is wrong."""

    def __init__(self, *complaints: str, is_json: bool = True) -> None:
        super().__init__("\n".join(complaints))
        self.complaints = complaints
        self.is_json = is_json


def letter_in(body: bytes) -> Letter:
    """The letter that `body` is.

    Raises:
        Unreadable: It is none.
    """
    try:
        return Letter.model_validate_json(body)
    except ValidationError as error:
        found = error.errors(include_url=False)
    if any(one["type"] == "json_invalid" for one in found):
        raise Unreadable(NOT_JSON, is_json=False)
    raise Unreadable(*dict.fromkeys(_complaint(one) for one in found))


def _complaint(error: ErrorDetails) -> str:
    where = ".".join(str(part + 1) if isinstance(part, int) else part[:40] for part in error["loc"] if part != "[key]")
    said = next((words for kind, words in _SAID.items() if error["type"].startswith(kind)), "写得不对")
    return f"{where or '整个内容'}：{said.format(**_limits(error.get('ctx', {})))}"


def _limits(known: Mapping[str, Any]) -> dict[str, Any]:
    return {"most": known.get("max_length", ""), "least": known.get("min_length", "")}


_SAID: Final = {
    "missing": "没有填，请补上",
    "extra_forbidden": "没有这一项，请删掉，或者核对写法",
    "string_too_long": "太长了，最多 {most} 个字",
    "string_too_short": "是空的，请填上",
    "string_pattern": "有不能用的字符，请去掉花括号和控制字符",
    "string": "应该是加引号的文字",
    "too_short": "是空的，至少要写一个",
    "too_long": "太多了，最多 {most} 个",
    "tuple": '应该是列表，例如 ["锦绣小区"]',
    "dict": '应该是 {{"名字": "内容"}} 的样子',
    "timezone_aware": "要带时区，例如 2026-07-01T18:00:00+08:00",
    "datetime": "看不懂，应该像 2026-07-01T18:00:00+08:00",
    "url": "应该是 http:// 或 https:// 开头的网址，最多 500 个字符",
    "bool": "应该是 true 或 false，不加引号",
    "model": "应该是一个 JSON 对象，用 {{ }} 括起来",
}
