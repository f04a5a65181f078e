"""`guanjia import`: a workbook's way into the database."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from bot.config import Config
from bot.joining import prepare
from bot.section import Misconfigured
from bot.transact import transact
from bot.workbook import WorkbookError, import_workbook, write_template
from storage.database import open_database


async def brought_in(config: Config, path: Path | None, clock: Callable[[], datetime]) -> str:
    """What was entered from the workbook at `path`, and what the admin should know.

    Raises:
        Misconfigured: There is none, or it holds mistakes, each of which is named; nothing was entered.
    """
    if path is None:
        raise Misconfigured("请写上表格的文件名。还没有表格的话：guanjia import --template 社区.xlsx")
    await prepare(config)
    house = config.house()
    async with open_database(config.database_url) as sessions:
        try:
            report = await transact(sessions, lambda session: import_workbook(session, path, clock(), house))
        except WorkbookError as error:
            raise Misconfigured(str(error)) from error
    return report.text


def write_empty(path: Path) -> str:
    """Write a workbook to be filled in.

    Raises:
        Misconfigured: There is something already, or it cannot be written there.
    """
    if path.exists():
        raise Misconfigured(f"{path} 已经有了，没有动它。请换一个文件名。")
    try:
        write_template(path)
    except OSError as error:
        raise Misconfigured(f"{path} 写不了，请核对文件夹和权限。") from error
    return f"空白表格写好了：{path}。照着里面的说明填，填好运行 guanjia import {path}"
