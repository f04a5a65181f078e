"""Reading the file itself. What it says is never repeated in a complaint: it may be a secret."""

import re
import tomllib
from pathlib import Path
from typing import Any, Final

from bot.complaints import ConfigError

_AT: Final = re.compile(r"line (\d+), column (\d+)")
_CHINESE_MARKS: Final = frozenset("“”‘’＝［］＂，：（）")
_HINTS: Final = (
    ("overwrite", "同一个键或同一个表写了两次，请留一个"),
    ("twice", "同一个键或同一个表写了两次，请留一个"),
    ("Unclosed", "括号没有配对，请补上"),
    ("Unterminated", "引号没有配对，请补上"),
    ('Expected "\'"', "引号没有配对，请补上"),
    ("Expected '\"'", "引号没有配对，请补上"),
    ("Illegal character", "引号没有配对，或者混进了看不见的字符"),
)
_USUAL: Final = '一行写一个 键 = 值，文字要加英文引号，例如 name = "石龙社区"'


def read_toml(path: Path) -> dict[str, Any]:
    """What the file at `path` says.

    Raises:
        ConfigError: It is not there, cannot be read, or is no TOML.
    """
    text = read_text(path).removeprefix("\N{BYTE ORDER MARK}")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        complaint = _misspelt(str(error), text)
    except RecursionError:
        complaint = "括号套得太深了，请检查括号"
    raise ConfigError(f"{path}：{complaint}")


def read_text(path: Path) -> str:
    """The text in the file at `path`.

    Raises:
        ConfigError: It cannot be read.
    """
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        complaint = "没有这个文件。请核对路径，或者把 config.example.toml 复制一份再改"
    except IsADirectoryError:
        complaint = "这是一个文件夹，请写到文件"
    except PermissionError:
        complaint = "没有权限读，请给运行红管家的用户读的权限"
    except UnicodeDecodeError:
        complaint = "不是 UTF-8 编码，请在编辑器里另存为 UTF-8"
    except (OSError, ValueError):
        complaint = "读不了，请核对路径和磁盘"
    raise ConfigError(f"{path}：{complaint}")


def _misspelt(error: str, text: str) -> str:
    """Where the file stops being TOML, and what usually helps."""
    found = _AT.search(error)
    number = int(found[1]) if found else len(text.splitlines())
    lines = text.splitlines()
    line = lines[number - 1] if 0 < number <= len(lines) else ""
    where = f"第 {number} 行" + (f"第 {found[2]} 个字" if found else "")
    if _CHINESE_MARKS & set(line.partition("#")[0]):
        return f"{where}附近写法不对：这里有中文标点，引号、等号、括号、逗号都要用英文的"
    hint = next((hint for word, hint in _HINTS if word in error), _USUAL)
    return f"{where}附近写法不对：{hint}"
