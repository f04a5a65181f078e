"""Asking WeCom whether customer groups can be used, for `guanjia check`."""

from datetime import UTC, datetime

from bot.channels.wecom.api import Api, ApiError, Unanswered
from bot.channels.wecom.explaining import explained
from bot.channels.wecom_groups.asking import EXTERNAL
from bot.channels.wecom_groups.roster import LIST, NEEDS_OWNERS, owners_of
from bot.finding import Finding, missing, ready

NOT_GRANTED = 48002  #: the app may not use this part of the interface


def standing_still() -> datetime:
    """A clock for a single question, in which no token grows old."""
    return datetime.min.replace(tzinfo=UTC)


async def examined(api: Api, hook_path: str | None) -> Finding:
    """What WeCom says; where its callbacks have to go, it does not tell."""
    try:
        owners = await owners_of(api)
        groups = await _any_group(api)
    except ApiError as error:
        return missing(_NO_RIGHT if error.code == NOT_GRANTED else explained(error))
    except Unanswered as silence:
        return missing(explained(silence))
    if not owners:
        return missing(
            "企业微信里还没有人能用客户群。请到管理后台“客户与上下游”里，把社区干部加进“客户联系”的使用范围。"
        )
    if not groups:
        return missing("企业微信里还没有客户群。请让群主在手机企业微信的“客户群”里建一个，过十分钟发“群列表”。")
    hook = (
        f"接收事件的网址填：公网网址加上 {hook_path}。"
        if hook_path
        else "没有填接收事件的网址，群有变化要过几分钟才知道。"
    )
    return ready(f"企业微信客户群连得上，{len(owners)} 个人可以当群主。{hook}")


_NO_RIGHT = "这个应用没有权限看客户群。请到管理后台“客户与上下游”→“客户联系”→“API”，在“可调用接口的应用”里加上它。"


async def _any_group(api: Api) -> bool:
    """Whether there is a group at all; a company that is too large to be asked so will have some."""
    try:
        answer = await api.post(EXTERNAL + LIST, {"status_filter": 0, "limit": 1})
    except ApiError as error:
        if error.code == NEEDS_OWNERS:
            return True
        raise
    return bool(answer.get("group_chat_list"))
