"""Somebody who writes a configuration, and the example that he copies from."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from pydantic import BaseModel

from bot.complaints import models_in
from bot.config import Config, ConfigError, load

EXAMPLE: Final = Path(__file__).parent.parent / "config.example.toml"
TOKEN: Final = "987654:very-secret-token"
TELEGRAM: Final = '[[channels]]\nkind = "telegram"\n'


class Desk:
    """Somebody who writes a configuration and starts the program with it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "config.toml"

    def loads(self, text: str, **environ: str) -> Config:
        self.path.write_text(text, encoding="utf-8")
        return load(self.path, environ)

    def hears(self, text: str, *fragments: str, **environ: str) -> str:
        """The start is refused with a message that holds all `fragments`; returns it."""
        with pytest.raises(ConfigError) as refused:
            self.loads(text, **environ)
        message = str(refused.value)
        for fragment in fragments:
            assert fragment in message, message
        return message


def example() -> dict[str, Any]:
    """The example with every key taken at its word."""
    text = re.sub(r"^#(?=\[|\w+ = )", "", EXAMPLE.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return tomllib.loads(text)


def tables(
    model: type[BaseModel], told: Mapping[str, Any], where: str = ""
) -> Iterator[tuple[str, type[BaseModel], Mapping[str, Any]]]:
    """Every table of the model with what the example says about it."""
    yield where, model, told
    for key, field in model.model_fields.items():
        for inner in models_in(field.annotation):
            if isinstance(told[key], list):
                kinds = get_args(inner.model_fields["kind"].annotation) if "kind" in inner.model_fields else ()
                entry = next(c for c in told[key] if c.get("kind") in (kinds or (None,)))
                yield from tables(inner, entry, f"{where}{key}{kinds}.")
            else:
                yield from tables(inner, told[key], f"{where}{key}.")
