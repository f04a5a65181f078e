"""What `guanjia check` learns from the service that is running: whether its channels are connected.

A bridge dials in to the service, so nobody else can tell whether it is there.
"""

from typing import Any, Final

from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.config import Config
from bot.finding import Finding, missing, ready
from bot.web import HEALTH

PATIENCE: Final = ClientTimeout(total=3)
EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104 -- nobody listens here: it is how the file says so
NEXT: Final = {
    "no_bridge": "请打开桥接软件，核对它填的地址和 token",
    "logged_out": "请到手机上看看这个号还在不在，重新登录",
}


async def lines(config: Config) -> list[Finding]:
    """How the channels of the running service are; nothing where none is running."""
    titles = {channel.kind: channel.about.title for channel in config.channels}
    found = []
    for told in await _told(config):
        kind, _, account = str(told.get("name")).partition(":")
        if kind in titles:
            found.append(_finding(f"正在运行的服务里，{titles[kind]}（{account}）", kind, told))
    return found


def _finding(name: str, kind: str, told: dict[str, Any]) -> Finding:
    if told.get("up"):
        return ready(f"{name}连着。")
    step = NEXT.get(str(told.get("reason")), f"请对照 docs/channels/{kind}.md 检查")
    return missing(f"{name}没有连上。{step}。")


async def _told(config: Config) -> list[dict[str, Any]]:
    host = "127.0.0.1" if config.host in EVERYWHERE else config.host
    url = f"http://{f'[{host}]' if ':' in host else host}:{config.port}{HEALTH}"
    try:
        async with ClientSession(timeout=PATIENCE) as http, http.get(url) as answer:
            health = await answer.json()
    except (ClientError, TimeoutError, ValueError):
        return []
    channels = health.get("channels") if isinstance(health, dict) else None
    return [told for told in channels if isinstance(told, dict)] if isinstance(channels, list) else []
