"""The reader of one command, such as `guanjia parse --model`: the local one, with the model's opinion over it."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from bot.advisor.advisor import Advisor, make_advisor
from bot.advisor.config import ModelConfig
from bot.advisor.endpoint import Endpoint
from bot.advisor.purse import PocketPurse
from handlers.understanding.decide import Reader
from handlers.understanding.masks import Masks
from handlers.understanding.types import Heard, Judgement, Memory, OpenTicket, Question, Scene


@dataclass(slots=True)
class AskingReader:
    """Judges as `Reader` does, and waits for the model; a group that nothing is remembered of is a new one."""

    reader: Reader
    advisor: Advisor
    purse: PocketPurse
    _runner: asyncio.Runner
    _masks: Masks = field(default_factory=Masks)

    def judge(self, heard: Heard, scene: Scene, memory: Memory, tickets: Sequence[OpenTicket]) -> Judgement:
        """See `Reader.judge`."""
        if not memory.recent:
            self._masks = Masks(scene)
        question = Question(heard, scene, memory, tuple(tickets))
        local = self.reader.judge(heard, scene, memory, tickets)
        return self._runner.run(self._advised(question, local)) or local

    async def _advised(self, question: Question, local: Judgement) -> Judgement | None:
        since = asyncio.get_running_loop().time()
        return await self.advisor.advise(question, local, self._masks, since)


@contextmanager
def opened(config: ModelConfig, reader: Reader, clock: Callable[[], datetime]) -> Iterator[AskingReader]:
    """The reader, connected for as long as the block lasts."""
    with asyncio.Runner() as runner:
        endpoint, purse = Endpoint(config), PocketPurse(config.monthly_tokens)
        try:
            yield AskingReader(reader, make_advisor(config, endpoint, purse, clock), purse, runner)
        finally:
            runner.run(endpoint.close())
