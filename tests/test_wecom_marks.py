"""What residents write marks nothing and calls nobody, and is read as it was written."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.wecom.marks import plain, uncalling

SOUP = st.text(alphabet="<>@`*[]()#|~_-+=.1 \n灯a\ud83d", max_size=60)


@pytest.mark.parametrize(
    "text",
    [
        "3栋2单元12楼1203，电话 138-0000-1111。",
        "明天9:00到12:00停水（1.5小时）",
        "3-502 的灯坏了",
        "https://a.example/x_y-z",
    ],
)
def test_ordinary_words_are_left_alone(text: str) -> None:
    assert plain(text) == text == uncalling(text)


@given(SOUP)
def test_nothing_is_left_that_marks_or_calls(text: str) -> None:
    shown = plain(text)
    assert not set("<`*[|~") & set(shown)
    assert not re.search(r"^\s*(#+|>|[-+]|\d+[.)])(\s|$)", shown, re.MULTILINE)
    assert "<@" not in uncalling(text)


@given(SOUP)
def test_it_still_reads_as_it_was_written(text: str) -> None:
    read = unicodedata.normalize("NFKC", plain(text).replace("\u200b", ""))
    assert read == unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode())
