"""Every platform there is: one name in this union, and configuration, start-up, routes and shutdown follow.

It stands beside the package's `__init__`, because whoever imports one channel imports that.
"""

from typing import Annotated

from pydantic import Field

from bot.channels.official import OfficialConfig
from bot.channels.onebot import OneBotConfig
from bot.channels.telegram import TelegramConfig
from bot.channels.webchat import WebchatConfig
from bot.channels.wecom_app import WecomAppConfig
from bot.channels.wecom_bot import WecomBotConfig
from bot.channels.wecom_groups import WecomGroupsConfig
from bot.channels.wecom_hook import WecomHookConfig
from bot.channels.wecom_service import WecomServiceConfig

ChannelConfig = Annotated[
    WebchatConfig
    | TelegramConfig
    | OneBotConfig
    | WecomAppConfig
    | WecomBotConfig
    | WecomGroupsConfig
    | WecomHookConfig
    | WecomServiceConfig
    | OfficialConfig,
    Field(discriminator="kind"),
]
