"""The doors to the advisor. What is behind them is loaded only where the operator has set a model up."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from bot.advisor.config import ModelConfig
from bot.channels.base import Receive
from bot.finding import Finding
from bot.receive import Receiver
from bot.section import Misconfigured
from handlers.understanding.decide import Reader

if TYPE_CHECKING:
    from bot.advisor.reading import AskingReader


@asynccontextmanager
async def way_in(config: ModelConfig, receiver: Receiver) -> AsyncIterator[Receive]:
    """How messages come in, for as long as the block lasts: straight, or through the advisor."""
    if config.mode == "off":
        yield receiver.receive
        return
    from bot.advisor.intake import opened

    async with opened(config, receiver) as intake:
        yield intake.receive


@contextmanager
def asking_reader(config: ModelConfig, reader: Reader, clock: Callable[[], datetime]) -> Iterator["AskingReader"]:
    """A reader that asks the model as well, for a command that has nothing else to do meanwhile.

    Raises:
        Misconfigured: No model is set up.
    """
    if config.mode == "off":
        raise Misconfigured(
            'model.mode 现在是 off，没有可问的大模型。请写成 "doubtful" 或 "all"，做法见 docs/model.md。'
        )
    from bot.advisor.reading import opened

    with opened(config, reader, clock) as asking:
        yield asking


async def examined(config: ModelConfig) -> list[Finding]:
    """Whether the model can be asked; nothing where none is set up."""
    if config.mode == "off":
        return []
    from bot.advisor.examining import examined as answer

    return [await answer(config)]
