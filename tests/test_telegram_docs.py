"""The manual for Telegram names every setting with its default."""

import json
import re
from pathlib import Path

from pydantic_core import PydanticUndefined

from bot.channels.telegram import TelegramConfig

MANUAL = Path(__file__).parents[1] / "docs" / "channels" / "telegram.md"
ASKED_FOR = {"token": "必填", "hears_all": "问 Telegram"}


def test_the_manual_lists_every_setting_and_its_default() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", MANUAL.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert rows == {name: _default(name) for name in TelegramConfig.model_fields}


def test_every_setting_is_explained() -> None:
    assert all(field.description for field in TelegramConfig.model_fields.values())


def _default(name: str) -> str:
    default = TelegramConfig.model_fields[name].default
    if name in ASKED_FOR or default is PydanticUndefined:
        return ASKED_FOR[name]
    if default is None:
        return "无"
    return str(default) if isinstance(default, int | float) else f"`{json.dumps(str(default).rstrip('/'))}`"
