"""Every channel's row in the table."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from tests.kit.official import OfficialPlatform
from tests.kit.onebot import OneBotPlatform
from tests.kit.platform import Platform
from tests.kit.telegram import TelegramPlatform
from tests.kit.webchat import WebchatPlatform
from tests.kit.wecom_app import WecomAppPlatform
from tests.kit.wecom_bot import WecomBotPlatform
from tests.kit.wecom_groups import WecomGroupsPlatform
from tests.kit.wecom_hook import WecomHookPlatform
from tests.kit.wecom_service import WecomServicePlatform


@dataclass(frozen=True, slots=True)
class Row:
    """A channel in one of its modes; `platform` makes a fresh one for each scenario."""

    title: str
    platform: Callable[[], Platform]


ROWS: Final = (
    Row("webchat", WebchatPlatform),
    Row("telegram", TelegramPlatform),
    Row("telegram webhook", lambda: TelegramPlatform(hook=True)),
    Row("wecom app", WecomAppPlatform),
    Row("onebot v11", lambda: OneBotPlatform(11)),
    Row("onebot v11 numbers", lambda: OneBotPlatform(11, numbers=True)),
    Row("onebot v12", lambda: OneBotPlatform(12)),
    Row("wecom bot", WecomBotPlatform),
    Row("wecom hook", WecomHookPlatform),
    Row("wecom service", WecomServicePlatform),
    Row("wecom groups", WecomGroupsPlatform),
    Row("official account", OfficialPlatform),
)
