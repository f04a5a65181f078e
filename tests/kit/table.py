"""The table channel × scenario, printed at the end of a run."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

#: outcome of a test → its mark
PLAYED, FAILED, NATURE, NOT_RUN = "✓", "✗", "–", " "


@dataclass(frozen=True, slots=True)
class Cell:
    """What became of one scenario on one channel; `reason`: why it cannot be played there."""

    place: tuple[int, int]  #: among the rows and among the columns
    row: str
    column: str
    passed: bool
    reason: str | None = None

    @property
    def mark(self) -> str:
        """What the table shows."""
        if not self.passed:
            return FAILED
        return PLAYED if self.reason is None else NATURE


def cells(reports: Iterable[Any]) -> Iterator[Cell]:
    """The cells that these reports of pytest's are about."""
    for report in reports:
        told = dict(getattr(report, "user_properties", ()))
        if "kit" in told and (report.when == "call" or report.failed):
            place, row, column = told["kit"]
            yield Cell(tuple(place), row, column, report.passed, told.get("kit_reason"))


def lines(found: Iterable[Cell]) -> list[str]:
    """The table, and below it why what is not played cannot be."""
    table: dict[str, dict[str, Cell]] = {}
    for cell in sorted(found, key=lambda cell: cell.place):
        table.setdefault(cell.row, {})[cell.column] = cell
    columns = [title for _, title in sorted({(c.place[1], c.column) for row in table.values() for c in row.values()})]
    width = max(map(len, table), default=0)
    head = " ".join([" " * width, *columns])
    body = [" ".join([row.ljust(width), *_marks(columns, table[row])]) for row in table]
    return [head, *body, *_reasons(table.values())] if table else []


def _marks(columns: Iterable[str], row: Mapping[str, Cell]) -> Iterator[str]:
    for column in columns:
        mark = row[column].mark if column in row else NOT_RUN
        yield mark.center(len(column))


def _reasons(rows: Iterable[Mapping[str, Cell]]) -> list[str]:
    given: dict[tuple[str, str], list[str]] = {}
    for row in rows:
        for cell in sorted(row.values(), key=lambda cell: cell.place):
            if cell.reason and cell.passed:
                given.setdefault((cell.row, cell.reason), []).append(cell.column)
    return [f"{NATURE} {row}: {reason} ({', '.join(columns)})" for (row, reason), columns in given.items()]
