"""The rota of the coming weeks as a workbook: one sheet a place, one row a turn."""

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any, Final
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font, PatternFill

from handlers.duty.exports import PlaceRota
from handlers.duty.rota import Turn
from handlers.phrases.exports import SOURCES
from handlers.phrases.times import WEEKDAYS

COLUMNS: Final = ("日期", "星期", "从", "到", "值班", "替谁", "怎么来的")
WIDTHS: Final = (12, 6, 17, 17, 14, 14, 10)
LONGEST_TITLE: Final = 31  #: characters; Excel takes no more
_MOMENT: Final = "yyyy-mm-dd hh:mm"
_NOT_IN_TITLES: Final = re.compile(r"[\[\]:*?/\\]")


def workbook_of(rotas: Sequence[PlaceRota], zone: ZoneInfo) -> bytes:
    """The file; times are those of the community's clock."""
    book = Workbook()
    book.remove(book.active)
    taken: set[str] = set()
    for rota in rotas:
        sheet = book.create_sheet(_title(rota.where, taken))
        sheet.append(COLUMNS)
        for turn in rota.turns:
            _add(sheet, turn, zone)
        for at, (letter, width) in enumerate(zip("ABCDEFG", WIDTHS, strict=True), 1):
            sheet.column_dimensions[letter].width = width
            sheet.cell(1, at).font, sheet.cell(1, at).fill = Font(bold=True), PatternFill("solid", fgColor="FFF2CC")
        sheet.freeze_panes = "A2"
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def _title(where: str, taken: set[str]) -> str:
    """A name that Excel takes, and no other sheet has."""
    plain = _NOT_IN_TITLES.sub(" ", _printable(where)).strip("' ") or "班表"
    title, number = plain[:LONGEST_TITLE], 1
    while title.lower() in taken:
        number += 1
        title = f"{plain[: LONGEST_TITLE - 5]} {number}"
    taken.add(title.lower())
    return title


def _add(sheet: Any, turn: Turn, zone: ZoneInfo) -> None:
    starts, ends = (at.astimezone(zone).replace(tzinfo=None) for at in (turn.starts, turn.ends))
    day, why = (starts.date(), f"周{WEEKDAYS[starts.weekday()]}"), SOURCES[turn.source]
    row = (*day, starts, ends, turn.name, turn.replaced or "", why)
    sheet.append([_printable(value) if isinstance(value, str) else value for value in row])
    number = sheet.max_row
    sheet.cell(number, 3).number_format = sheet.cell(number, 4).number_format = _MOMENT
    for at in (5, 6):
        sheet.cell(number, at).data_type = "s"  # somebody may call himself =1+1; it is no formula


def _printable(text: str) -> str:
    return str(ILLEGAL_CHARACTERS_RE.sub("", text))
