"""Asking whether a webhook works, without saying anything in its group: an empty message is refused, by a key that holds."""

from typing import Final

from bot.channels.wecom.api import ApiError, Unanswered
from bot.channels.wecom_hook.speaking import Webhook
from bot.finding import Finding, missing, ready

EMPTY: Final = {"msgtype": "text", "text": {"content": ""}}
WRONG_KEY: Final = 93000


async def examined(webhook: Webhook, account: str, place: str) -> Finding:
    """What WeCom says of the webhook."""
    name = f"企业微信群机器人 {account}（{place}）"
    try:
        await webhook.post(EMPTY)
    except ApiError as error:
        if error.code == WRONG_KEY:
            return missing(
                f"{name}的 key 不对，或者它已经被移出群了。请在群里重新添加“消息推送”，把新网址里 key= 后面的一串填进配置。"
            )
    except Unanswered as silence:
        return missing(f"连不上企业微信（{silence}）。请核对网络：要能访问 qyapi.weixin.qq.com 的 443 端口。")
    return ready(f"{name}的 key 有效。")
