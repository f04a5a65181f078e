"""Asking WeCom whether the service accounts would work, and for the links by which residents come."""

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote

from bot.channels.wecom.api import Api, ApiError, Unanswered
from bot.channels.wecom.explaining import explained
from bot.channels.wecom_service.connection import services
from bot.finding import Finding, missing, ready

#: No right to the interface; 微信客服 is not in use.
NOT_ADMITTED: Final = frozenset({48002, 95012, 95017})
SCENE: Final = "guanjia"  #: by what a link of ours is known in the platform's statistics


def told(error: ApiError | Unanswered) -> str:
    """A refusal, and what to do."""
    if isinstance(error, ApiError) and error.code in NOT_ADMITTED:
        return (
            "这个应用还不能用微信客服的接口。请到企业微信管理后台“应用管理 → 微信客服”，"
            "在“可调用接口的应用”里加上它，再把客服帐号交给它管理。"
        )
    return explained(error)


async def examined(api: Api, hook_path: str) -> Finding:
    """What WeCom says, and where its signals have to go: that, it does not tell."""
    try:
        found = await services(api)
    except (ApiError, Unanswered) as error:
        return missing(told(error))
    if not found:
        return missing(
            "还没有交给这个应用的微信客服帐号。请到企业微信管理后台“应用管理 → 微信客服”建一个帐号，"
            "在“通过 API 管理”里选上这个应用。"
        )
    names = "、".join(f"“{name or service}”" for service, name in found)
    return ready(f"微信客服帐号{names}连得上。接收消息的网址填：公网网址加上 {hook_path}。")


async def links(api: Api, codes: Sequence[str]) -> list[str]:
    """For each of `codes` the link that carries it, to the first service account.

    Raises:
        ApiError, Unanswered: WeCom makes none.
        LookupError: There is no service account.
    """
    found = await services(api)
    if not found:
        raise LookupError
    service, _ = found[0]
    made = await api.post("/cgi-bin/kf/add_contact_way", {"open_kfid": service, "scene": SCENE})
    address = str(made.get("url", ""))
    more = "&" if "?" in address else "?"
    return [f"{address}{more}scene_param={quote(code, safe='')}" for code in codes]
