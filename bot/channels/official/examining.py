"""Asking the platform whether the official account would work, and for the codes by which residents come."""

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

from bot.channels.wecom.api import JSON, Api, ApiError, Unanswered
from bot.finding import Finding, missing, ready

#: Something that was typed wrongly: nothing will work until it is put right, so the start is refused.
TYPED_WRONG: Final = frozenset({40001, 40013, 40125})
SHOWN_AT: Final = "https://mp.weixin.qq.com/cgi-bin/showqrcode?ticket="

_SENTENCES: Final[Mapping[int, str]] = MappingProxyType(
    {
        40001: "公众平台不认这个 secret。请到公众平台“设置与开发 → 开发接口管理”重置 AppSecret，改好再来。",
        40013: "公众平台不认这个 app_id。请到公众平台“设置与开发 → 开发接口管理”，重新复制 AppID。",
        40125: "公众平台不认这个 secret。请到公众平台“设置与开发 → 开发接口管理”重置 AppSecret，改好再来。",
        48001: "这个公众号没有客服消息或二维码的权限。要认证过的服务号才有，请先在公众平台做微信认证。",
    }
)
#: The words around the address change; the address itself is told for nothing but to be copied.
_ADDRESS: Final = re.compile(r"invalid ip ([0-9A-Fa-f.:]{3,45})(?=[ ,]|$)")


def told(error: ApiError | Unanswered) -> str:
    """A refusal, and what to do."""
    if isinstance(error, Unanswered):
        return f"连不上公众平台（{error}）。请核对网络，能打开 https://api.weixin.qq.com 才行。"
    if error.code == 40164:
        found = _ADDRESS.search(error.hint)
        address = f"（{found[1]}）" if found else ""
        return f"公众平台不认这台机器的公网 IP{address}。请到公众平台“设置与开发 → 开发接口管理 → IP 白名单”里加上它。"
    known = _SENTENCES.get(error.code)
    return known or f"公众平台不答应（错误码 {error.code}）。请到公众平台的开发文档里查这个码的意思。"


async def looked_up(api: Api) -> JSON:
    """A small question that every account may ask.

    Raises:
        ApiError, Unanswered: It cannot be asked.
    """
    return await api.get("/cgi-bin/getcallbackip")


async def examined(api: Api, hook_path: str, template: str | None) -> Finding:
    """What the platform says of the account, and where it has to call: that, it does not tell."""
    try:
        await looked_up(api)
        known = template is None or template in await _templates(api)
    except (ApiError, Unanswered) as error:
        return missing(told(error))
    if not known:
        return missing(
            "公众号连得上，但没有 notice_template 写的这个订阅通知模板。请到公众平台“订阅通知 → 我的模板”里重新复制。"
        )
    return ready(f"公众号连得上。服务器地址（URL）填：公网网址加上 {hook_path}。")


async def links(api: Api, codes: Sequence[str]) -> list[str]:
    """For each of `codes` the address of the picture of a QR code that carries it and never ends.

    Raises:
        ApiError, Unanswered: The platform makes none.
    """
    return [await _link(api, code) for code in codes]


async def _link(api: Api, code: str) -> str:
    body = {"action_name": "QR_LIMIT_STR_SCENE", "action_info": {"scene": {"scene_str": code}}}
    made = await api.post("/cgi-bin/qrcode/create", body)
    return SHOWN_AT + quote(str(made.get("ticket", "")), safe="")


async def _templates(api: Api) -> set[str]:
    found = (await api.get("/wxaapi/newtmpl/gettemplate")).get("data")
    return {str(one.get("priTmplId")) for one in found if isinstance(one, dict)} if isinstance(found, list) else set()
