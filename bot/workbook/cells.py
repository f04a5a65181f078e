"""Cells as an import sees them: text under a column's name, which knows where it stands, and what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Final

from handlers.reading.values import words

LONGEST: Final = 200  #: characters of a cell that are read
SHOWN: Final = 20  #: … and that are repeated in a complaint
MOST_PROBLEMS: Final = 200


class WorkbookError(Exception):
    """The workbook cannot be imported; nothing of it was. `problems` are sentences that name sheet and cell."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(slots=True)
class Problems:
    """What is wrong, all of it at once."""

    found: list[str] = field(default_factory=list)
    more: int = 0  #: found after the list was full

    def add(self, at: str, text: str) -> None:
        """Something is wrong at that cell or sheet."""
        if len(self.found) < MOST_PROBLEMS:
            self.found.append(f"{at}：{text}")
        else:
            self.more += 1

    def check(self) -> None:
        """Raise what was found, if anything was."""
        if self.found:
            raise WorkbookError([*self.found, *([f"后面还有 {self.more} 处，先改上面这些。"] if self.more else [])])


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `at` is “值班!C7”; `day` is set where it holds a date."""

    at: str
    text: str = ""
    day: date | None = None

    @property
    def quoted(self) -> str:
        """Its text as a complaint repeats it."""
        return f"“{self.text[:SHOWN]}{'…' if len(self.text) > SHOWN else ''}”"


@dataclass(frozen=True, slots=True)
class Row:
    """A row by the names of its columns; `letters` tells where a blank cell would be."""

    sheet: str
    number: int
    cells: Mapping[str, Cell]
    letters: Mapping[str, str]

    def __getitem__(self, column: str) -> Cell:
        """The cell in that column, blank where there is nothing."""
        return self.cells.get(column) or Cell(f"{self.sheet}!{self.letters.get(column, 'A')}{self.number}")

    def text(self, column: str) -> str:
        """What the cell says."""
        return self[column].text

    def needs(self, column: str, problems: Problems) -> str:
        """What the cell says; that it says nothing is a problem."""
        cell = self[column]
        if not cell.text:
            problems.add(cell.at, f"没有写{column}（合并的单元格请拆开，公式请改成直接写的字）。")
        return cell.text


def cell_of(at: str, value: object) -> Cell | None:
    """The cell that holds `value`; None where it is blank."""
    if isinstance(value, datetime):
        return Cell(at, f"{value:%Y-%m-%d}", value.date())
    if isinstance(value, date):
        return Cell(at, value.isoformat(), value)
    text = words(said(value), LONGEST)
    return Cell(at, text) if text else None


def said(value: object) -> str:
    """A value as it would be typed: 3.0 is 3."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return str(value)[: 4 * LONGEST]
