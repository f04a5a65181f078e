"""`guanjia import`: a community set up from one workbook, all of it or nothing; the same file twice changes nothing."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from bot.workbook.cells import Problems, WorkbookError
from bot.workbook.offices import fill_offices, offices
from bot.workbook.people import fill_members, newcomers
from bot.workbook.places import fill_places, place_rows
from bot.workbook.roster import Calendar, fill_roster, turns
from bot.workbook.sheets import DUTY, MEMBERS, PLACES, ROLES, read_sheets
from bot.workbook.template import write_template
from bot.workbook.town import load

__all__ = ["Report", "WorkbookError", "import_workbook", "write_template"]


@dataclass(frozen=True, slots=True)
class Report:
    """What an import added, and what the admin should know. What was there already is not counted."""

    places: int
    members: int
    roles: int
    shifts: int
    warnings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The report in Chinese."""
        counts = (self.places, self.members, self.roles, self.shifts)
        if not any(counts):
            head = "导入完成：和系统里的一样，没有新增。"
        else:
            head = f"导入完成：新增地点 {counts[0]} 处、成员 {counts[1]} 人、角色 {counts[2]} 个、值班 {counts[3]} 行。"
        return "\n".join([head, *self.warnings])


async def import_workbook(session: AsyncSession, path: Path, now: datetime, zone: ZoneInfo) -> Report:
    """Import the workbook at `path`, inside the transaction of the caller.

    Raises:
        WorkbookError: It holds mistakes or is no workbook; every mistake is named, and nothing was imported.
    """
    problems = Problems()
    sheets = await asyncio.to_thread(read_sheets, path, problems)
    async with session.begin_nested():
        town = await load(session)
        await fill_places(town, place_rows(sheets.get(PLACES, []), problems))
        await fill_members(town, newcomers(town, sheets.get(MEMBERS, []), problems), now)
        held = offices(town, sheets.get(ROLES, []), problems)
        rostered = turns(town, sheets.get(DUTY, []), Calendar(now, zone), problems)
        problems.check()  # raised out of the savepoint: whatever was filled in is undone
        granted, entered = await fill_offices(town, held), await fill_roster(town, rostered)
    on_call = {m.id: m.name for one in rostered for m in one.members if m.id not in town.reached}
    return Report(len(town.new_places), len(town.new_people), granted, entered, _warnings(list(on_call.values())))


def _warnings(deaf: list[str]) -> tuple[str, ...]:
    if not deaf:
        return ()
    shown = "、".join(deaf[:20]) + (f"等 {len(deaf)} 人" if len(deaf) > 20 else "")
    return (
        f"注意：{shown}排了班，但机器人还没法单独给他们发消息。请他们先单独给机器人发句话，或者用“邀请 姓名”发个码。",
    )
