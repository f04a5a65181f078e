"""What secretaries say of time, as it was written down in times.toml before the reader was: share right, none silently wrong."""

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final

import pytest

from handlers.reading.times import Past
from handlers.reading.values import Unclear
from handlers.when.read import when
from handlers.when.understood import Doubt, Once
from tests.drawn import SHANGHAI

ROWS: Final = tomllib.loads(Path(__file__).with_name("times.toml").read_text("utf-8"))["said"]
RIGHT: Final = 0.95  #: share of the rows that must be read as they are meant, or asked back where they are to be
REST: Final = "全体：停水"


@dataclass(frozen=True)
class Row:
    """One expression, when it is said, and what it means: moments, "ask" or "past"."""

    now: datetime
    said: str
    meant: Any
    unknown: list[int]


def rows() -> Iterator[Row]:
    for group in ROWS:
        now = group["now"].replace(tzinfo=SHANGHAI)
        for said, at in group.get("moments", {}).items():
            yield Row(now, said, [at], group.get("unknown", {}).get(said, []))
        for said, ats in group.get("repeats", {}).items():
            yield Row(now, said, ats, group.get("unknown", {}).get(said, []))
        yield from (Row(now, said, "ask", []) for said in group.get("asks", {}))
        yield from (Row(now, said, "past", []) for said in group.get("past", {}))


def read(row: Row) -> tuple[Any, list[int]]:
    """What the reader makes of it."""
    try:
        found, rest = when(f"{row.said} {REST}", row.now, SHANGHAI)
    except Past:
        return "past", []
    except Unclear:
        return "ask", []
    assert rest == REST, row.said
    ats, unknown = ([found.at], found.unknown) if isinstance(found, Once) else found.repeat.shown(row.now, SHANGHAI)
    return [at.astimezone(SHANGHAI).replace(tzinfo=None) for at in ats], sorted(unknown)


def outcome(row: Row) -> str:
    found, unknown = read(row)
    if (found, unknown) == (row.meant, row.unknown):
        return "right"
    return "asked" if found in ("ask", "past") else "wrong"


def test_what_secretaries_say_is_read_as_it_is_meant() -> None:
    found = Counter(outcome(row) for row in rows())
    wrong = [row.said for row in rows() if outcome(row) == "wrong"]
    print(dict(found))
    assert found.total() >= 130
    assert wrong == []
    assert found["right"] >= RIGHT * found.total()


def test_what_is_asked_back_is_a_time_for_the_bot() -> None:
    """But for what is no time at all, so that it is taken for the notice itself."""
    for row in rows():
        if row.meant == "ask" and row.said != "等天晴了":
            with pytest.raises(Doubt) as doubt:
                when(f"{row.said} {REST}", row.now, SHANGHAI)
            assert doubt.value.rest == REST
