"""Notices in a file, before anybody knows what they mean: a sheet called 通知, or a TOML file of [[notice]]."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from openpyxl.utils import get_column_letter

from bot.workbook.cells import Problems, WorkbookError, said
from bot.workbook.sheets import check_size, opened
from handlers.reading.values import clean, words

SHEET: Final = "通知"
COLUMNS: Final = ("内容", "发给", "时间", "预警", "来源", "链接", "落款", "有效到")
#: The same in a TOML file.
KEYS: Final[Mapping[str, str]] = MappingProxyType(
    dict(zip(("text", "to", "at", "warning", "source", "link", "issuer", "until"), COLUMNS, strict=True))
)
NEEDED: Final = ("内容", "发给")
MOST: Final = 200  #: notices in a file
LONGEST: Final = 2001  #: characters of a cell that are read: one more than a notice may have


@dataclass(frozen=True, slots=True)
class Entry:
    """A notice as it is written. `at` tells by column where that is: 通知!B3, or 第 2 条的 to."""

    cells: Mapping[str, str]
    at: Mapping[str, str]

    def text(self, column: str) -> str:
        """What stands there."""
        return self.cells.get(column, "")


def read_entries(path: Path, problems: Problems) -> Sequence[Entry]:
    """The notices of a file.

    Raises:
        WorkbookError: It is not there, nothing that can be read, or holds too many.
    """
    found = _from_toml(path, problems) if path.suffix.lower() == ".toml" else _from_sheet(path, problems)
    if len(found) > MOST:
        raise WorkbookError([f"一个文件最多 {MOST} 条通知，这个有 {len(found)} 条。请分成几个文件。"])
    if not found and not problems.found:
        raise WorkbookError([f"{path.name} 里一条通知也没有。"])
    for entry in found:
        for column in NEEDED:
            if not entry.text(column):
                problems.add(entry.at[column], f"没有写{column}。")
    return found


def _from_toml(path: Path, problems: Problems) -> Sequence[Entry]:
    try:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise WorkbookError([f"没有找到文件 {path.name}。请核对文件名和所在的文件夹。"]) from None
    except (OSError, UnicodeDecodeError):
        raise WorkbookError([f"文件 {path.name} 打不开，或者不是 UTF-8 的文本。"]) from None
    except tomllib.TOMLDecodeError as error:
        raise WorkbookError([f"{path.name} 不是写对的 TOML：{error}"]) from None
    listed = tree.get("notice")
    if not isinstance(listed, list) or not all(isinstance(one, dict) for one in listed):
        raise WorkbookError([f"{path.name} 里没有 [[notice]]，一条通知写一段。"])
    return [_of_table(number, one, problems) for number, one in enumerate(listed, 1)]


def _of_table(number: int, table: Mapping[str, Any], problems: Problems) -> Entry:
    for key in sorted(set(table) - set(KEYS)):
        problems.add(f"第 {number} 条", f"不认识“{words(key, 20)}”。能写的是：{'、'.join(KEYS)}。")
    cells = {name: clean(said_whole(table[key]), LONGEST) for key, name in KEYS.items() if key in table}
    return Entry(cells, {name: f"第 {number} 条的 {key}" for key, name in KEYS.items()})


def _from_sheet(path: Path, problems: Problems) -> Sequence[Entry]:
    check_size(path)
    with opened(path) as book:
        sheet = next((one for one in book.worksheets if words(one.title, 20) == SHEET), None)
        if sheet is None:
            raise WorkbookError([f"文件里没有叫“{SHEET}”的表。第一行写：{'、'.join(COLUMNS)}。"])
        with closing(sheet.iter_rows(max_row=MOST + 2, max_col=len(COLUMNS) + 12, values_only=True)) as rows:
            titles = [words(said(title), 20) for title in next(rows, ())]
            for name in NEEDED:
                if name not in titles:
                    problems.add(f"{SHEET}!第 1 行", f"没有“{name}”这一列。第一行要有：{'、'.join(COLUMNS)}。")
            return list(_of_rows(titles, rows))


def _of_rows(titles: Sequence[str], rows: Iterator[Sequence[object]]) -> Iterator[Entry]:
    letters = {name: get_column_letter(titles.index(name) + 1) for name in COLUMNS if name in titles}
    for number, values in enumerate(rows, 2):
        by_title = dict(zip(titles, values, strict=False))
        cells = {name: clean(said_whole(by_title[name]), LONGEST) for name in letters if by_title.get(name) is not None}
        if any(cells.values()):
            yield Entry(cells, {name: f"{SHEET}!{letters.get(name, 'A')}{number}" for name in COLUMNS})


def said_whole(value: object) -> str:
    """A value as it would be typed, with its lines."""
    return value if isinstance(value, str) else said(value)
