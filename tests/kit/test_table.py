"""The table tells what was played, what failed, and why something cannot be played; nothing of it is left out."""

from types import SimpleNamespace
from typing import Any

from tests.kit.table import Cell, cells, lines


def report(
    row: str, column: str, *, place: tuple[int, int], when: str = "call", passed: bool = True, **more: Any
) -> Any:
    told = [("kit", (place, row, column)), *more.items()]
    return SimpleNamespace(user_properties=told, when=when, passed=passed, failed=not passed)


def test_the_table_shows_rows_and_columns_in_their_order() -> None:
    found = [
        Cell((1, 1), "telegram", "race", passed=False),
        Cell((0, 1), "page", "race", passed=True),
        Cell((1, 0), "telegram", "report", passed=True),
        Cell((0, 0), "page", "report", passed=True, reason="it only speaks"),
        Cell((0, 2), "page", "rate", passed=True, reason="it only speaks"),
    ]
    head, page, telegram, why = lines(found)
    assert head.split() == ["report", "race", "rate"]
    assert page.split() == ["page", "–", "✓", "–"]
    assert telegram.split() == ["telegram", "✓", "✗"]
    assert why == "– page: it only speaks (report, rate)"


def test_what_fails_before_it_is_played_has_failed() -> None:
    broken = report("page", "race", place=(0, 0), when="setup", passed=False)
    ready = report("page", "rate", place=(0, 1), when="setup")
    assert [cell.mark for cell in cells([broken, ready, SimpleNamespace(when="call")])] == ["✗"]


def test_a_reason_is_no_excuse_for_a_failure() -> None:
    (cell,) = cells([report("page", "race", place=(0, 0), passed=False, kit_reason="it only speaks")])
    assert cell.mark == "✗"


def test_without_the_kit_there_is_no_table() -> None:
    assert lines(cells([SimpleNamespace(user_properties=(), when="call", passed=True, failed=False)])) == []
