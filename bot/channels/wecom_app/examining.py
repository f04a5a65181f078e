"""Asking WeCom whether the app would work: at the start, and for `guanjia check`."""

from bot.channels.wecom.api import JSON, Api, ApiError, Unanswered
from bot.channels.wecom.explaining import explained
from bot.finding import Finding, missing, ready


async def looked_up(api: Api, agent: int) -> JSON:
    """The app as the administrator set it up.

    Raises:
        ApiError, Unanswered: It cannot be asked.
    """
    return await api.get("/cgi-bin/agent/get", agentid=str(agent))


async def examined(api: Api, agent: int, hook_path: str) -> Finding:
    """What WeCom says of the app, and where its callbacks have to go: that, it does not tell."""
    try:
        app = await looked_up(api, agent)
    except (ApiError, Unanswered) as error:
        return missing(explained(error))
    name = f"企业微信应用“{app.get('name', agent)}”"
    if app.get("close"):
        return missing(f"{name}停用了。请到管理后台打开这个应用，点“启用”。")
    if not _is_seen(app):
        return missing(f"{name}谁也看不到。请到管理后台打开这个应用，在“可见范围”里加上值班的人。")
    return ready(f"{name}连得上。接收消息的网址填：公网网址加上 {hook_path}。")


def _is_seen(app: JSON) -> bool:
    """Whether anybody is in its range."""
    ranges = (("allow_userinfos", "user"), ("allow_partys", "partyid"), ("allow_tags", "tagid"))
    return any((app.get(name) or {}).get(inner) for name, inner in ranges)
