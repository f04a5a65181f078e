"""Asking Telegram whether the bot would work, without listening to anything."""

from telegram import Bot
from telegram.error import InvalidToken, TelegramError

from bot.finding import Finding, missing, ready


async def examined(bot: Bot, *, hears_all: bool | None) -> Finding:
    """What Telegram says of `bot`, which has not spoken to it yet; `hears_all` is what the administrator says."""
    try:
        await bot.initialize()
        name, private = f"Telegram 机器人 @{bot.username}", not bot.can_read_all_group_messages
    except InvalidToken:
        return missing("Telegram 不认这个 token。请到 BotFather 里核对令牌，改好后再查一次。")
    except TelegramError as error:
        return missing(f"连不上 Telegram（{type(error).__name__}）。请核对网络；要走代理的话填 proxy。")
    finally:
        await bot.shutdown()
    if private and hears_all is None:
        return missing(
            f"{name} 连得上，但开着隐私模式，群里的话听不全。请给 BotFather 发 /setprivacy 关掉，再把它重新拉进群；"
            "它是群管理员的话，填 hears_all = true。"
        )
    return ready(f"{name} 连得上。")
