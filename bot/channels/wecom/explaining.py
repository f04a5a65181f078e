"""What a refusal of WeCom's means for the administrator: what is so, and what to do next."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bot.channels.wecom.api import ApiError, Unanswered

#: Something that was typed wrongly: nothing will work until it is put right, so the start is refused.
TYPED_WRONG: Final = frozenset({40001, 40013, 40056, 301002})

_SENTENCES: Final[Mapping[int, str]] = MappingProxyType(
    {
        40001: "企业微信不认这个 secret。请到管理后台打开这个应用，重新复制 Secret，改好再来。",
        40013: "企业微信不认这个 corp_id。请到管理后台“我的企业”页面最下面，重新复制企业 ID。",
        40056: "企业微信不认这个 agent_id。请到管理后台打开这个应用，核对 AgentId。",
        301002: "Secret 和 AgentId 不是同一个应用的。请到管理后台打开这个应用，两样一起重新复制。",
        48002: "这个应用没有权限用这个接口。请到管理后台给它开通，再来一次。",
        60011: "有成员不在应用的可见范围里。请到管理后台打开这个应用，在“可见范围”里加上值班的人。",
    }
)
#: The words around the address change; the address itself is told for nothing but to be copied.
_ADDRESS: Final = re.compile(r"from ip: ([0-9A-Fa-f.:]{3,45})(?=,|$)")


def explained(error: ApiError | Unanswered) -> str:
    """A sentence or two for `guanjia check`."""
    if isinstance(error, Unanswered):
        return f"连不上企业微信（{error}）。请核对网络，能打开 https://qyapi.weixin.qq.com 才行。"
    if error.code == 60020:
        return _untrusted(error.hint)
    known = _SENTENCES.get(error.code)
    return known or f"企业微信不答应（错误码 {error.code}）。请到企业微信的开发者中心查这个码的意思。"


def _untrusted(hint: str) -> str:
    found = _ADDRESS.search(hint)
    address = f"（{found[1]}）" if found else ""
    return (
        f"企业微信不认这台机器的公网 IP{address}。请到管理后台打开这个应用，在最下面的“企业可信IP”里加上它；"
        "加不了的话，先把接收消息的网址设好。"
    )
