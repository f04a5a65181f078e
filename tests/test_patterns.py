"""No regular expression of the product runs away: anybody may send anything, and one message must not hold up the rest."""

import pkgutil
import re
import signal
from collections.abc import Iterator
from importlib import import_module
from types import FrameType
from typing import Final

import pytest

import bot
import handlers
import storage

LENGTH: Final = 60  #: of a text on which an expression that tries every order would not end in years
PATIENCE: Final = 20.0  #: seconds; what is sound takes microseconds, so that a slow machine proves nothing
DEPTH: Final = 3  #: of tables in tables


def expressions() -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every expression that a module of ours holds, by its name or in a table."""
    for package in (bot, handlers, storage):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if "migrations" not in module.name and not module.name.endswith("__main__"):
                for name, value in vars(import_module(module.name)).items():
                    yield from ((f"{module.name}.{name}", pattern) for pattern in within(value))


def within(value: object, depth: int = DEPTH) -> Iterator[re.Pattern[str]]:
    if isinstance(value, re.Pattern) and isinstance(value.pattern, str):
        yield value
    elif depth and isinstance(value, tuple | list | set | frozenset | dict):
        for part in value.values() if isinstance(value, dict) else value:
            yield from within(part, depth - 1)


def hostile(pattern: re.Pattern[str]) -> Iterator[str]:
    """Long rows of whatever the expression looks for, with an end that it cannot take."""
    words = re.findall(r"[一-鿿]+", pattern.pattern)
    pieces = {*re.findall(r"[^\\()|?*+\[\]{}]", pattern.pattern), *words, " ", "\n", "1", "a", "一", "@", ","}
    return (f"{(piece * LENGTH)[:LENGTH]}\0" for piece in sorted(pieces))


def ran_away(_: int, __: FrameType | None) -> None:
    raise TimeoutError


def test_no_expression_runs_away() -> None:
    signal.signal(signal.SIGALRM, ran_away)
    for pattern, name in {pattern: name for name, pattern in expressions()}.items():
        signal.setitimer(signal.ITIMER_REAL, PATIENCE)
        try:
            for text in hostile(pattern):
                pattern.fullmatch(text), pattern.search(text)
        except TimeoutError:
            pytest.fail(f"{name} runs away: {pattern.pattern[:80]}")
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
