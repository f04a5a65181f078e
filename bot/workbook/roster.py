"""The sheet 值班: who is on duty where, on which days and at which hours."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from bot.workbook.cells import Cell, Problems, Row
from bot.workbook.offices import people_meant, places_meant
from bot.workbook.town import Town
from handlers.duty.lines import line_of
from handlers.reading.days import day_at
from handlers.reading.times import Past, span
from handlers.reading.values import Unclear, folded
from handlers.rules.duty import Span
from handlers.rules.wall import moment_of
from storage import duty
from storage.members import Member
from storage.places import Place
from storage.types import MemberId

NOBODY: Final = MemberId(0)


@dataclass(frozen=True, slots=True)
class Calendar:
    """What today is, where the community is."""

    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        """The community's own day."""
        return self.now.astimezone(self.zone).date()

    def moment(self, day: date) -> datetime:
        """When `day` begins there."""
        return moment_of(datetime.combine(day, time()), self.zone)


@dataclass(frozen=True, slots=True)
class Turns:
    """A row as it was meant."""

    row: Row
    places: Sequence[Place]
    members: Sequence[Member]
    span: Span | None  #: None: it is over


def turns(town: Town, rows: Sequence[Row], calendar: Calendar, problems: Problems) -> list[Turns]:
    """What the sheet says; each wrong cell is a problem."""
    gazetteer, found = town.gazetteer(), []
    for row in rows:
        where = places_meant(row["地点"], problems, gazetteer) if row.needs("地点", problems) else []
        row.needs("姓名", problems)
        people = people_meant(town, row, problems, gazetteer)
        found.append(Turns(row, where, people, _span(row, calendar, problems)))
    return found


def _span(row: Row, calendar: Calendar, problems: Problems) -> Span | None:
    days = _read(row["哪几天"], calendar, problems, "每天、周一到周五、周六日")
    hours = _read(row["时段"], calendar, problems, "20:00-8:00")
    first, last = day_meant(row["从"], calendar, problems), day_meant(row["到"], calendar, problems)
    if days is None or hours is None:
        return None
    first, last = first or days.first_day, last or days.last_day
    if last is not None and last < first:
        problems.add(row["到"].at, f"{row['到'].quoted}比开始的那天还早，请对一下两个日期。")
    if last is not None and last < calendar.today:
        return None
    return replace(days, first_day=first, last_day=last, starts=hours.starts, ends=hours.ends)


def _read(cell: Cell, calendar: Calendar, problems: Problems, example: str) -> Span | None:
    """The days or the hours that the cell says; a blank one is every day and the whole day."""
    if not cell.text:
        return Span(NOBODY, calendar.today)
    try:
        found, after = span(cell.text, calendar.now, calendar.zone, NOBODY)
    except Past:
        problems.add(cell.at, f"{cell.quoted}已经过去了，请改成以后的日子，或者删掉这一行。")
        return None
    except Unclear:
        found, after = Span(NOBODY, calendar.today), cell.text
    if after:
        problems.add(cell.at, f"{cell.quoted}看不懂，请写成 {example}。")
        return None
    return found


def day_meant(cell: Cell, calendar: Calendar, problems: Problems) -> date | None:
    """The day that a cell names; None where it is blank or wrong."""
    if not cell.text or cell.day is not None:
        return cell.day
    try:
        found = day_at(folded(cell.text), 0, calendar.today)
        if found is not None and not cell.text[found[1] :].strip():
            return found[0]
    except (ValueError, OverflowError):  # Unclear among them; 2月30日
        pass
    problems.add(cell.at, f"{cell.quoted}看不懂，请写日期，比如 2026-05-11 或 5月11日。")
    return None


async def fill_roster(town: Town, found: Sequence[Turns]) -> int:
    """Enter the lines that are not entered yet; how many those were. What is over is left out."""
    new = 0
    for one in found:
        if one.span is None:
            continue
        for place in one.places:
            for member in one.members:
                new += await duty.enter(town.session, line_of(place.id, member.id, one.span))
    return new
