"""A question to the model: only if it is worth it, never for longer than was said, and never believed blindly."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.advisor.breaker import Breaker
from bot.advisor.config import ModelConfig
from bot.advisor.endpoint import Answered, Endpoint, Unanswered, guessed
from handlers.understanding.answer import Nonsense, judged
from handlers.understanding.doubts import plays_down, worth_asking
from handlers.understanding.masks import Masks
from handlers.understanding.prompt import RULES, told
from handlers.understanding.types import Judgement, Question

log = logging.getLogger(__name__)


class Purse(Protocol):
    """Counts what the model costs."""

    async def is_left(self) -> bool:
        """Whether this month's budget is not used up."""

    async def enter(self, *, tokens_in: int, tokens_out: int, failed: bool) -> None:
        """Count one message that the model was asked about."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Advisor:
    """The model with what keeps it in its place.

    Args:
        below: A message is worth a question where the local reading is surer than the next by less than this.
        recent: So many messages before it are told.
        seconds: How long a message may be kept waiting. Where its turn came so late that half of that is gone, nobody is
            asked: the endpoint would be blamed for what is not its fault.
    """

    endpoint: Endpoint
    breaker: Breaker
    purse: Purse
    below: float
    recent: int
    seconds: float

    def wants(self, question: Question, local: Judgement) -> bool:
        """Whether the model would be asked about this message."""
        return worth_asking(question, local, self.below)

    async def advise(self, question: Question, local: Judgement, masks: Masks, since: float) -> Judgement | None:
        """What the model makes of the message; None where the local answer stands.

        Args:
            question: The message and what is known about it.
            local: What the local reader makes of it.
            masks: The chat's stand-ins; nothing leaves without them.
            since: Since when the message has been waiting, by the event loop's clock.
        """
        late = asyncio.get_running_loop().time() - since > self.seconds / 2
        if late or not self.wants(question, local):
            return None
        if not await self.purse.is_left() or not self.breaker.allows():
            return None
        opinion = await self._asked(question, masks, told(question, masks, self.recent), since + self.seconds)
        return None if opinion is None or plays_down(question, local, opinion) else opinion

    async def _asked(self, question: Question, masks: Masks, words: str, until: float) -> Judgement | None:
        """Ask, and count it whatever becomes of it."""
        answered = Answered("", 0, 0)
        opinion = None
        try:
            async with asyncio.timeout_at(until):
                answered = await self.endpoint.ask(words)
            opinion = judged(answered.text, question, masks)
        except TimeoutError:
            # It was read, and is paid for, although nobody waits for it any more.
            answered = Answered("", guessed(RULES + words), 0)
            log.info("model_failed", extra={"error": "TimeoutError"})
        except (Unanswered, Nonsense) as failed:
            error = str(failed) if isinstance(failed, Unanswered) else "Nonsense"
            log.info("model_failed", extra={"error": error})
        finally:
            (self.breaker.failed if opinion is None else self.breaker.succeeded)()
        await self.purse.enter(tokens_in=answered.tokens_in, tokens_out=answered.tokens_out, failed=opinion is None)
        return opinion


def make_advisor(config: ModelConfig, endpoint: Endpoint, purse: Purse, clock: Callable[[], datetime]) -> Advisor:
    """The advisor that asks `endpoint` and pays from `purse`."""
    return Advisor(
        endpoint=endpoint,
        breaker=Breaker(config.failures, timedelta(seconds=config.rest_seconds), clock),
        purse=purse,
        below=config.below,
        recent=config.recent_messages,
        seconds=config.timeout_seconds,
    )
