"""The manual of a channel names every setting with its default."""

import json
import re
from pathlib import Path
from typing import Final

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticUndefined

from bot.channels.kinds import ChannelConfig
from bot.complaints import kinds_of, models_in

MANUALS: Final = Path(__file__).parents[1] / "docs" / "channels"
HEADING: Final = "## 全部设置"
ASKED_FOR: Final = {"hears_all": "问 Telegram"}


def manual(model: type[BaseModel]) -> str:
    """The chapter about settings; empty where the manual shows them otherwise."""
    (kind,) = kinds_of(model)
    path = MANUALS / f"{kind}.md"
    return path.read_text(encoding="utf-8").partition(HEADING)[2] if path.exists() else ""


LISTED: Final = [model for model in models_in(ChannelConfig) if manual(model)]


@pytest.mark.parametrize("model", LISTED, ids=lambda model: model.__name__)
def test_the_manual_lists_every_setting_and_its_default(model: type[BaseModel]) -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.+?) \|", manual(model), flags=re.MULTILINE))
    assert rows == {name: _default(model, name) for name in model.model_fields}


def test_there_are_such_manuals() -> None:
    assert {"TelegramConfig", "WecomAppConfig", "OneBotConfig"} <= {model.__name__ for model in LISTED}


def test_every_setting_is_explained() -> None:
    assert all(field.description for model in LISTED for field in model.model_fields.values())


def _default(model: type[BaseModel], name: str) -> str:
    default = model.model_fields[name].default
    if name in ASKED_FOR:
        return ASKED_FOR[name]
    if default is PydanticUndefined:
        return "必填"
    if default is None:
        return "无"
    if isinstance(default, tuple):
        return f"`{json.dumps(default)}`"
    return str(default) if isinstance(default, int | float) else f"`{json.dumps(str(default).rstrip('/'))}`"
