"""An endpoint that speaks OpenAI's protocol. The only module that knows the library."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import openai

from bot.advisor.config import ModelConfig
from handlers.understanding.prompt import RULES, SCHEMA

log = logging.getLogger(__name__)

MOST_ANSWERED: Final = 400  #: tokens; three items take about half of it
#: How an answer is asked to be JSON, the strictest first; an endpoint that does not know one is asked for the next.
FORMATS: Final[tuple[dict[str, Any], ...]] = (
    {
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "judgement", "strict": True, "schema": SCHEMA},
        }
    },
    {"response_format": {"type": "json_object"}},
    {},
)
UNKNOWN_FORMAT: Final = (openai.BadRequestError, openai.UnprocessableEntityError)


class Unanswered(Exception):  # noqa: N818 -- it happens
    """No answer came; `args` holds the name of the error, never its words."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came back, and what it cost."""

    text: str
    tokens_in: int
    tokens_out: int


class Endpoint:
    """A connection that is kept open between messages."""

    def __init__(self, config: ModelConfig) -> None:
        """Without `config.base_url` there is nothing to connect to."""
        self._config = config
        self._format = 0
        self._client = openai.AsyncOpenAI(
            base_url=str(config.base_url),
            api_key=config.key.get_secret_value() if config.key else "none",  # the library insists on one
            timeout=config.timeout_seconds + 1,  # whoever asks gives up before
            max_retries=0,  # the local answer is better than a late one
        )

    async def ask(self, told: str) -> Answered:
        """The answer to the message that `told` describes.

        Raises:
            Unanswered: There is none.
        """
        try:
            return await self._in_some_format(told)
        except openai.OpenAIError as error:
            raise Unanswered(type(error).__name__) from None
        except (AttributeError, IndexError, TypeError, ValueError) as error:  # it answers something else entirely
            raise Unanswered(type(error).__name__) from None

    async def knows_us(self) -> bool:
        """Whether it lets us in and has our model; where it does not say so, it is asked for a single word.

        Raises:
            Unanswered: It cannot be reached, or the key is wrong.
        """
        try:
            return await self._lists_us() or await self._takes_a_word()
        except openai.OpenAIError as error:
            raise Unanswered(type(error).__name__) from None

    async def close(self) -> None:
        """Let go."""
        await self._client.close()

    async def _lists_us(self) -> bool:
        try:
            return self._config.name in {model.id async for model in self._client.models.list()}
        except (openai.AuthenticationError, openai.PermissionDeniedError):
            raise
        except openai.APIStatusError:
            return False  # not every endpoint has a list

    async def _takes_a_word(self) -> bool:
        try:
            await self._client.chat.completions.create(
                model=self._config.name, messages=[{"role": "user", "content": "好"}], max_tokens=1
            )
        except (openai.NotFoundError, *UNKNOWN_FORMAT):
            return False
        return True

    async def _in_some_format(self, told: str) -> Answered:
        for place, last in self._formats():
            try:
                answered = await self._answered(told, FORMATS[place])
            except UNKNOWN_FORMAT:
                if last:
                    raise
                continue
            self._format = place
            return answered
        raise AssertionError("there is a last one")

    def _formats(self) -> Iterator[tuple[int, bool]]:
        return ((place, place == len(FORMATS) - 1) for place in range(self._format, len(FORMATS)))

    async def _answered(self, told: str, wished: dict[str, Any]) -> Answered:
        completion = await self._client.chat.completions.create(
            model=self._config.name,
            messages=[{"role": "system", "content": RULES}, {"role": "user", "content": told}],
            temperature=0,
            max_tokens=MOST_ANSWERED,
            extra_body=self._config.extra or None,
            **wished,
        )
        text, usage = completion.choices[0].message.content or "", completion.usage
        return Answered(
            text,
            int(usage.prompt_tokens) if usage else guessed(RULES + told),
            int(usage.completion_tokens) if usage else guessed(text),
        )


def guessed(text: str) -> int:
    """About how many tokens a text has, where nobody says: a Chinese character is at most one."""
    return len(text)
