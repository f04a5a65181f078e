"""`guanjia import`: a community set up from one workbook, all of it or nothing; the same file twice changes nothing."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession

from bot.workbook.absences import absences, fill_absences
from bot.workbook.cautions import cautions
from bot.workbook.cells import Problems, Row, WorkbookError
from bot.workbook.gifts import abilities, fill_abilities, fill_free_times, free_times
from bot.workbook.offices import fill_offices, offices
from bot.workbook.people import fill_members, newcomers
from bot.workbook.places import fill_places, place_rows
from bot.workbook.roster import Calendar, fill_roster, turns
from bot.workbook.rotations import fill_orders, orders
from bot.workbook.sheets import (
    DUTY,
    HOURS,
    LEAVE,
    MEMBERS,
    PLACES,
    ROLES,
    ROTATIONS,
    SKILLS,
    STEPS,
    read_sheets,
)
from bot.workbook.steps import climbs, fill_climbs
from bot.workbook.template import write_template
from bot.workbook.town import Town, load
from handlers.house import HouseRules
from handlers.moment import Moment

__all__ = ["Report", "WorkbookError", "import_workbook", "write_template"]


@dataclass(frozen=True, slots=True)
class Report:
    """What an import added, and what the admin should know. What was there already is not counted."""

    places: int
    members: int
    roles: int
    shifts: int
    rotations: int = 0  #: places at which people take turns otherwise than before
    leave: int = 0
    hours: int = 0  #: people whose free time is another one
    skills: int = 0  #: people who can do more
    ladders: int = 0  #: places at which a ticket goes up other steps than before
    warnings: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The report in Chinese."""
        usual = f"地点 {self.places} 处、成员 {self.members} 人、角色 {self.roles} 个、值班 {self.shifts} 行"
        more = {"轮班 {} 处": self.rotations, "请假 {} 段": self.leave, "有空时间 {} 人": self.hours}
        more |= {"专长 {} 人": self.skills, "往上叫 {} 处": self.ladders}
        others = "".join(f"、{said.format(count)}" for said, count in more.items() if count)
        if not others and not any((self.places, self.members, self.roles, self.shifts)):
            head = "导入完成：和系统里的一样，没有新增。"
        else:
            head = f"导入完成：新增{usual}{others}。"
        return "\n".join([head, *self.warnings])


async def import_workbook(session: AsyncSession, path: Path, now: datetime, house: HouseRules) -> Report:
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
        moment = Moment(session=session, now=now, house=house, reach={})
        return await _fill_duty(town, sheets, moment, problems)


async def _fill_duty(town: Town, sheets: Mapping[str, Sequence[Row]], moment: Moment, problems: Problems) -> Report:
    """Enter who does what and when, once nothing is wrong any more."""
    calendar = Calendar(moment.now, moment.house.zone)
    held = offices(town, sheets.get(ROLES, []), problems)
    rostered = turns(town, sheets.get(DUTY, []), calendar, problems)
    taken = orders(town, sheets.get(ROTATIONS, []), calendar, problems)
    away = absences(town, sheets.get(LEAVE, []), calendar, problems)
    free = free_times(town, sheets.get(HOURS, []), problems)
    able = abilities(town, sheets.get(SKILLS, []), moment.house.skills, problems)
    climbed = climbs(town, sheets.get(STEPS, []), problems)
    problems.check()  # raised out of the savepoint: whatever was filled in is undone
    return Report(
        len(town.new_places),
        len(town.new_people),
        await fill_offices(town, held),
        await fill_roster(town, rostered),
        await fill_orders(moment, taken),
        await fill_absences(moment, away),
        await fill_free_times(moment, free),
        await fill_abilities(moment, able),
        await fill_climbs(moment, climbed),
        tuple(await cautions(town, rostered, taken, calendar)),
    )
