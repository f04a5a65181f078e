"""Opening a workbook that may be anything: too large, no workbook at all, or made to fill the memory.

It is read row by row and values only, so that neither formulas nor formats nor pictures matter.
"""

import re
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from bot.workbook.cells import Cell, Problems, Row, WorkbookError, cell_of, said
from handlers.reading.values import words

MOST_BYTES: Final = 20 * 2**20
MOST_UNPACKED: Final = 400 * 2**20
MOST_ROWS: Final = 50_000  #: a sheet
MOST_COLUMNS: Final = 20
PLACES, MEMBERS, ROLES, DUTY = "地点", "成员", "角色", "值班"
ROTATIONS, LEAVE, HOURS, SKILLS, STEPS = "轮班", "请假", "时间", "技能", "往上叫"

#: The columns of each sheet; those that begin with a star must be there.
COLUMNS: Final[Mapping[str, Sequence[str]]] = {
    PLACES: ("街道", "*社区", "网格", "小区", "楼栋", "单元", "最高层"),
    MEMBERS: ("*姓名", "小区", "楼栋", "单元", "房号", "电话", "渠道", "账号", "渠道用户id"),
    ROLES: ("*姓名", "*角色", "*地点", "住处"),
    DUTY: ("*地点", "*姓名", "哪几天", "时段", "从", "到", "住处"),
    ROTATIONS: ("*地点", "*怎么轮", "*姓名", "从", "住处"),
    LEAVE: ("*姓名", "*从", "到", "住处"),
    HOURS: ("*姓名", "*什么时候有空", "住处"),
    SKILLS: ("*姓名", "*会什么", "住处"),
    STEPS: ("*地点", "*哪几级"),
}
EXAMPLE: Final = "例"  #: a row whose first cell begins so is not imported
_REMARK: Final = re.compile(r"[（(].*")
_EXCEL_ERROR: Final = re.compile(r"#(?:REF|N/A|NAME\?|VALUE|DIV/0|NUM|NULL|SPILL)!?")
_BROKEN: Final = (
    zipfile.BadZipFile,
    zlib.error,
    InvalidFileException,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    NotImplementedError,
    RuntimeError,
)

NO_WORKBOOK: Final = "这不是 Excel 的 .xlsx 文件，或者文件坏了、加了密码。请用 Excel 或 WPS 另存为“.xlsx”再导入。"
TOO_LARGE: Final = f"文件太大了（超过 {MOST_BYTES // 2**20} MB）。请去掉图片和多余的表，或者分成几个文件导入。"
UNPACKS_TOO_LARGE: Final = "这个文件解开以后大得不正常，没有导入。请把内容复制到一个新的表格里再试。"


def read_sheets(path: Path, problems: Problems) -> dict[str, list[Row]]:
    """The rows of every sheet that is known, without examples and blank rows.

    Raises:
        WorkbookError: It is no workbook, or too large.
    """
    check_size(path)
    with opened(path) as book:
        known = {words(sheet.title, 20): sheet for sheet in book.worksheets}
        found = {name: _rows(name, known[name], problems) for name in COLUMNS if name in known}
    if not found:
        raise WorkbookError([f"文件里没有要导入的表。表名要叫：{'、'.join(COLUMNS)}。可以先要一份模板。"])
    if _has_formulas(path):
        _check_formulas(path, found, problems)
    return found


def _has_formulas(path: Path) -> bool:
    with zipfile.ZipFile(path) as archive:
        sheets = [name for name in archive.namelist() if name.startswith("xl/worksheets/")]
        return any(b"<f" in line for name in sheets for line in _pieces(archive, name))


def _pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """An entry piece by piece, each with the end of the one before it."""
    end = b""
    with archive.open(name) as entry:
        while piece := entry.read(2**20):
            yield end + piece
            end = piece[-1:]


def _check_formulas(path: Path, found: Mapping[str, Sequence[Row]], problems: Problems) -> None:
    """A formula whose result was never stored looks like a blank cell; it is read a second time to be named."""
    there = {cell.at for rows in found.values() for row in rows for cell in row.cells.values()}
    with opened(path, values=False) as book:
        for sheet in book.worksheets:
            name = words(sheet.title, 20)
            rows = sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True) if name in found else ()
            for number, row in enumerate(rows, 1):
                for index, value in enumerate(row, 1):
                    at = f"{name}!{get_column_letter(index)}{number}"
                    if isinstance(value, str) and value.startswith("=") and number > 1 and at not in there:
                        problems.add(at, "是公式，读不到结果。请复制这一格，再“只粘贴数值”。")


def check_size(path: Path) -> None:
    """Raise WorkbookError where the file is not there, too large, or no archive."""
    try:
        if path.stat().st_size > MOST_BYTES:
            raise WorkbookError([TOO_LARGE])
        with zipfile.ZipFile(path) as archive:
            # An archive that lies about this is cut off there when it is unpacked.
            if sum(entry.file_size for entry in archive.infolist()) > MOST_UNPACKED:
                raise WorkbookError([UNPACKS_TOO_LARGE])
    except FileNotFoundError:
        raise WorkbookError([f"没有找到文件 {path.name}。请核对文件名和所在的文件夹。"]) from None
    except OSError:
        raise WorkbookError([f"文件 {path.name} 打不开。请看看它是不是文件夹，或者正被别的程序占用。"]) from None
    except _BROKEN:
        raise WorkbookError([NO_WORKBOOK]) from None


@contextmanager
def opened(path: Path, *, values: bool = True) -> Iterator[Any]:
    """The workbook, row by row; WorkbookError where it is none."""
    book = None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about formats that we do not look at
            book = load_workbook(path, read_only=True, data_only=values, keep_links=False)
            yield book
    except _BROKEN as error:
        raise WorkbookError([NO_WORKBOOK]) from error
    finally:
        if book is not None:
            book.close()


def _rows(name: str, sheet: Any, problems: Problems) -> list[Row]:
    found = []
    # Closed here: who stops half-way would leave the file open until somebody collects what is left.
    with closing(sheet.iter_rows(max_row=MOST_ROWS + 2, max_col=MOST_COLUMNS, values_only=True)) as rows:
        letters = _letters(name, next(rows, ()), problems)
        for number, values in enumerate(rows, 2):
            row = _row(name, number, values, letters, problems)
            if row.cells and number > MOST_ROWS:
                raise WorkbookError([f"{name}：超过 {MOST_ROWS} 行。请分成几个文件，一个一个导入。"])
            if row.cells and not _is_example(values):
                found.append(row)
    return found


def _letters(name: str, header: Iterable[object], problems: Problems) -> dict[str, str]:
    """Which column stands where; their order does not matter, nor what is added in brackets."""
    titles = [_REMARK.sub("", words(said(title), 40)).strip().lower() for title in header]
    wanted = [column.lstrip("*") for column in COLUMNS[name]]
    letters = {column: get_column_letter(titles.index(column) + 1) for column in wanted if column in titles}
    for column in COLUMNS[name]:
        if column.startswith("*") and column[1:] not in letters:
            problems.add(f"{name}!第 1 行", f"没有“{column[1:]}”这一列。第一行要有：{'、'.join(wanted)}。")
    return letters


def _row(name: str, number: int, values: Sequence[object], letters: Mapping[str, str], problems: Problems) -> Row:
    cells: dict[str, Cell] = {}
    at = {letter: column for column, letter in letters.items()}
    for index, value in enumerate(values, 1):
        column = at.get(get_column_letter(index))
        if value is None or column is None:
            continue
        cell = cell_of(f"{name}!{get_column_letter(index)}{number}", value)
        if cell is not None and _EXCEL_ERROR.fullmatch(cell.text):
            problems.add(cell.at, f"是个出错的公式（{cell.text}），请改成直接写的字。")
        elif cell is not None:
            cells[column] = cell
    return Row(name, number, cells, letters)


def _is_example(values: Sequence[object]) -> bool:
    first = next((said(value) for value in values if value is not None and said(value).strip()), "")
    return first.strip().startswith(EXAMPLE)
