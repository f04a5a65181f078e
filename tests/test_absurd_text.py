"""Whatever is typed, no reader crashes, hangs or repeats it."""

from contextlib import suppress
from time import perf_counter
from typing import Final

import pytest
from hypothesis import given

from handlers.reading.times import span
from handlers.reading.values import (
    Unclear,
    clean,
    leading_number,
    number,
    rating,
    role_named,
    words,
)
from handlers.when.read import when
from storage.types import MemberId
from tests.drawn import ABSURD, NOW, QUICK, SHANGHAI, texts

MEMBER: Final = MemberId(1)


def read_everything(text: str) -> None:
    """Ask every reader; only `Unclear` may come back instead of a value."""
    words(text), clean(text), leading_number(text), role_named(text)
    for reader in (number, rating, lambda t: when(t, NOW, SHANGHAI), lambda t: span(t, NOW, SHANGHAI, MEMBER)):
        with suppress(Unclear):
            reader(text)


@QUICK
@given(texts)
def test_no_text_crashes_a_reader(text: str) -> None:
    read_everything(text)


@pytest.mark.parametrize("text", ABSURD, ids=range(len(ABSURD)))
def test_absurd_text_is_read_in_no_time(text: str) -> None:
    began = perf_counter()
    read_everything(text)
    assert perf_counter() - began < 2


def test_what_is_unclear_does_not_repeat_the_words() -> None:
    for reader in (number, rating, lambda t: when(t, NOW, SHANGHAI), lambda t: span(t, NOW, SHANGHAI, MEMBER)):
        with pytest.raises(Unclear) as unclear:
            reader("张三13800005523")
        assert "13800005523" not in str(unclear.value)
