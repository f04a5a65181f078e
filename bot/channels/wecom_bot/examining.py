"""Asking whether the bot would work, without subscribing: that would put out the connection of the service that runs."""

import aiohttp

from bot.finding import Finding, missing, ready


async def examined(url: str, bot_id: str, patience: float) -> Finding:
    """Whether WeCom's server can be reached; `patience` is in seconds."""
    limits = aiohttp.ClientTimeout(total=patience)
    try:
        async with aiohttp.ClientSession(timeout=limits) as session, session.ws_connect(url):
            return ready(
                f"企业微信智能机器人 {bot_id}：服务器连得上。"
                "bot_id 和 secret 对不对，guanjia serve 启动时才知道（现在试会把正在运行的那个挤下线）。"
            )
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        return missing(
            f"连不上企业微信的服务器（{type(error).__name__}）。请核对网络：要能访问 openws.work.weixin.qq.com 的 443 端口。"
        )
