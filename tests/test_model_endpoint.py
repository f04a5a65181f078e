"""The model across the wire: OpenAI's own library on one side, a local server that speaks its protocol on the other."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest

from bot.advisor.advisor import Advisor, make_advisor
from bot.advisor.breaker import Breaker
from bot.advisor.config import ModelConfig
from bot.advisor.endpoint import MOST_ANSWERED, Endpoint
from bot.advisor.purse import PocketPurse
from handlers.understanding.masks import Masks
from handlers.understanding.prompt import RULES, SCHEMA
from handlers.understanding.types import SILENCE, Heard, Judgement, Memory, Question, Scene
from storage.types import Act, Intent, Role
from tests.platforms.language_model import KEY, NAME, Broken, LanguageModel, answer, item, tokens

NOW: Final = datetime(2026, 5, 11, 1, 0, tzinfo=UTC)
QUESTION: Final = Question(
    Heard("m", NOW, "u1", "2-1203 李姐", Role.RESIDENT, "二单元那个又不得行了"),
    Scene("3", ("1", "2"), 18),
    Memory(),
    (),
)
DOUBTFUL: Final = replace(SILENCE, margin=0.1)
OPENED: Final = answer(item("open", location={"building": None, "unit": "2", "floor": None, "room": None}))


@dataclass
class Bench:
    """An advisor on a server, with a clock that can be moved."""

    model: LanguageModel
    config: ModelConfig
    advisor: Advisor
    purse: PocketPurse
    now: datetime = NOW
    masks: Masks = field(default_factory=Masks)

    async def asks(self, question: Question = QUESTION, waited: float = 0) -> Judgement | None:
        since = asyncio.get_running_loop().time() - waited
        return await self.advisor.advise(question, DOUBTFUL, self.masks, since)


def configured(model: LanguageModel, **more: Any) -> ModelConfig:
    usual = {
        "mode": "doubtful",
        "base_url": model.base_url,
        "key": KEY,
        "name": NAME,
        "timeout_seconds": 3,
        "doubt_percent": 70,
    }
    return ModelConfig.model_validate(usual | more)


@asynccontextmanager
async def bench(model: LanguageModel, **more: Any) -> AsyncIterator[Bench]:
    config = configured(model, **more)
    endpoint, purse = Endpoint(config), PocketPurse(config.monthly_tokens)
    set_up = Bench(model, config, make_advisor(config, endpoint, purse, lambda: set_up.now), purse)
    try:
        yield set_up
    finally:
        await endpoint.close()


@pytest.fixture
async def model() -> AsyncIterator[LanguageModel]:
    async with LanguageModel() as model:
        yield model


async def test_a_good_answer_is_taken_and_counted(model: LanguageModel) -> None:
    model.says(OPENED)
    async with bench(model) as b:
        said = await b.asks()
    assert said is not None
    assert (said.intent, said.items[0].act, said.items[0].spot.unit) == (Intent.REQUEST, Act.OPEN, "2")
    (body,) = model.asked
    assert (body["model"], body["temperature"], body["max_tokens"]) == (NAME, 0, MOST_ANSWERED)
    assert body["messages"][0]["content"] == RULES
    assert body["response_format"]["json_schema"]["schema"] == json.loads(json.dumps(SCHEMA))
    sent = sum(tokens(message["content"]) for message in body["messages"])
    assert (b.purse.asked, b.purse.failed, b.purse.tokens_in, b.purse.tokens_out) == (1, 0, sent, tokens(OPENED))


async def test_it_is_told_stand_ins(model: LanguageModel) -> None:
    async with bench(model) as b:
        await b.asks()
    (told,) = model.told
    assert told["message"] == {
        "from": "[人1]", "role": "resident", "home": "2单元[房1]", "text": "二单元那个又不得行了",
        "quotes": None, "quotes_ticket": None, "attachments": [],
    }  # fmt: skip
    assert told["group"] == {"building": "3", "units": ["1", "2"], "floors": 18}


async def test_what_an_operator_adds_goes_along(model: LanguageModel) -> None:
    async with bench(model, extra={"enable_thinking": False}) as b:
        await b.asks()
    assert model.asked[0]["enable_thinking"] is False


@pytest.mark.parametrize("formats", [("json_object",), ()])
async def test_an_endpoint_that_knows_no_schema_is_asked_more_simply(formats: tuple[str, ...]) -> None:
    async with LanguageModel(formats=formats) as model, bench(model) as b:
        model.says(f"<think>嗯</think>```json\n{OPENED}\n```", OPENED)
        assert await b.asks() is not None
        assert await b.asks() is not None
    wished = [body.get("response_format", {}).get("type") for body in model.asked]
    assert wished == [formats[0] if formats else None] * 2
    assert (b.purse.asked, b.purse.failed) == (2, 0)


async def test_where_nobody_counts_tokens_they_are_guessed() -> None:
    async with LanguageModel(counts=False) as model, bench(model) as b:
        await b.asks()
    assert b.purse.tokens_in > len(RULES)


@pytest.mark.parametrize("status", [429, 500, 503, 404, 403])
async def test_an_error_leaves_the_local_answer(model: LanguageModel, status: int) -> None:
    model.says(status, OPENED)
    async with bench(model) as b:
        assert await b.asks() is None
        assert await b.asks() is not None
    assert (b.purse.asked, b.purse.failed) == (2, 1)
    assert len(model.asked) == 2  # nothing was tried twice


@pytest.mark.parametrize("how", Broken)
async def test_what_is_no_answer_at_all_leaves_the_local_one(model: LanguageModel, how: Broken) -> None:
    model.says(how, OPENED)
    async with bench(model) as b:
        assert await b.asks() is None
        assert await b.asks() is not None
    assert b.purse.failed == 1


async def test_a_wrong_key_leaves_the_local_answer(model: LanguageModel) -> None:
    async with bench(model, key="sk-wrong") as b:
        assert await b.asks() is None
    assert (b.purse.failed, b.purse.tokens_in) == (1, 0)


async def test_nobody_at_home_leaves_the_local_answer(model: LanguageModel) -> None:
    async with bench(model, base_url="http://127.0.0.1:1/v1") as b:
        assert await b.asks() is None
    assert (b.purse.failed, b.purse.tokens_in) == (1, 0)


async def test_a_slow_answer_is_not_waited_for_and_still_paid(model: LanguageModel) -> None:
    model.says(None)
    async with bench(model, timeout_seconds=0.2) as b:
        began = asyncio.get_running_loop().time()
        assert await b.asks() is None
        assert asyncio.get_running_loop().time() - began < 2
    assert b.purse.failed == 1
    assert b.purse.tokens_in > len(RULES)


async def test_what_has_waited_for_its_turn_is_not_asked_about(model: LanguageModel) -> None:
    async with bench(model) as b:
        assert await b.asks(waited=1.6) is None
    assert (model.asked, b.purse.asked) == ([], 0)


@pytest.mark.parametrize(
    "said",
    [
        "",
        "我觉得是电梯坏了。",
        '{"intent": "request", "items": [',
        '{"judgement": "request"}',
        '{"intent": "request", "items": [{"act": "open", "ticket": null, "category": "lift", "urgency": "urgent"}]}',
        answer(*[item("open")] * 100),
        answer(item("detail", "4711")),
        answer(item("resolved", "1")),
    ],
)
async def test_nonsense_leaves_the_local_answer(model: LanguageModel, said: str) -> None:
    model.says(said)
    async with bench(model) as b:
        assert await b.asks() is None
    assert (b.purse.asked, b.purse.failed) == (1, 1)
    assert b.purse.tokens_in > 0


async def test_after_failures_in_a_row_it_is_left_alone_for_a_while(model: LanguageModel) -> None:
    model.says(500, 500, answer(), 500, 500, 500)
    async with bench(model, failures=3, rest_seconds=60) as b:
        for _ in range(9):
            await b.asks()
        assert len(model.asked) == 6  # the answer between them began the row anew
        b.now += timedelta(seconds=59)
        assert await b.asks() is None
        assert len(model.asked) == 6
        b.now += timedelta(seconds=1)
        model.says(500, OPENED, OPENED)
        assert await b.asks() is None  # the one that tries
        assert await b.asks() is None
        assert len(model.asked) == 7
        b.now += timedelta(seconds=60)
        assert await b.asks() is not None
        assert await b.asks() is not None


async def test_only_one_tries(model: LanguageModel) -> None:
    breaker = Breaker(1, timedelta(seconds=5), lambda: NOW + moved)
    moved = timedelta(0)
    breaker.failed()
    moved = timedelta(seconds=5)
    assert [breaker.allows(), breaker.allows()] == [True, False]
    breaker.succeeded()
    assert [breaker.allows(), breaker.allows(), breaker.is_open] == [True, True, False]


async def test_the_budget_ends_it(model: LanguageModel) -> None:
    async with bench(model, monthly_tokens=100) as b:
        assert await b.asks() is not None
        assert await b.asks() is None
    assert len(model.asked) == 1


async def test_no_word_of_the_provider_and_no_key_is_logged(
    model: LanguageModel, caplog: pytest.LogCaptureFixture
) -> None:
    model.says(500, "这不是 JSON")
    with caplog.at_level(logging.INFO, "bot"):
        async with bench(model) as b:
            await b.asks()
            await b.asks()
        assert KEY not in repr(b.config)
    events = [(record.message, getattr(record, "error", None)) for record in caplog.records]
    assert events == [("model_failed", "InternalServerError"), ("model_failed", "Nonsense")]
    assert "secret words" not in caplog.text
