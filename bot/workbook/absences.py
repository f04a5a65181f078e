"""The sheet 请假: who is away, from which day to which."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from bot.workbook.cells import Problems, Row
from bot.workbook.offices import people_meant
from bot.workbook.roster import Calendar, day_meant
from bot.workbook.town import Town
from handlers.duty.whose import turns_of
from handlers.moment import Moment
from handlers.rules.duty import DAY
from handlers.rules.wall import moment_of
from storage import overrides
from storage.members import Member
from storage.turns import TurnSource
from storage.types import MemberId


@dataclass(frozen=True, slots=True)
class Absence:
    """A row as it was meant: both days included."""

    members: Sequence[Member]
    first: date
    last: date


def absences(town: Town, rows: Sequence[Row], calendar: Calendar, problems: Problems) -> list[Absence]:
    """What the sheet says; each wrong cell is a problem. What is over by now is left out."""
    gazetteer, found = town.gazetteer(), []
    for row in rows:
        row.needs("姓名", problems)
        row.needs("从", problems)
        people = people_meant(town, row, problems, gazetteer)
        first, last = day_meant(row["从"], calendar, problems), day_meant(row["到"], calendar, problems)
        if first is None:
            continue
        last = first if not row.text("到") else last
        if last is not None and last < first:
            problems.add(row["到"].at, f"{row['到'].quoted}比开始的那天还早，请对一下两个日期。")
        elif last is not None and last - first > 366 * DAY:
            problems.add(row["到"].at, "请假超过一年了，请对一下两个日期；不再来的人，请用“撤班”。")
        elif last is not None and last >= calendar.today:
            found.append(Absence(people, first, last))
    return found


async def fill_absences(moment: Moment, found: Sequence[Absence]) -> int:
    """Enter leave that is not entered yet, here or in chat; how many of them that were."""
    new = 0
    for one in found:
        for member in one.members:
            starts, ends = await _bounds(moment, member.id, one)
            known = await overrides.leave_of(moment.session, [member.id], moment.now)
            if any(leave.starts <= starts and ends <= leave.ends for leave in known):
                continue
            cause = f"leave:{member.id}:{starts.timestamp():.0f}:{ends.timestamp():.0f}"
            entered = await overrides.enter(moment.session, cause, TurnSource.LEAVE, None, starts, ends, goes=member.id)
            new += entered is not None
    return new


async def _bounds(moment: Moment, member: MemberId, one: Absence) -> tuple[datetime, datetime]:
    """From when to when he is away: a night belongs to the day on which it begins, and what is over is over."""
    zone = moment.house.zone
    starts = moment_of(datetime.combine(one.first, time()), zone)
    ends = moment_of(datetime.combine(one.last + DAY, time()), zone)
    around = await turns_of(moment, member, starts - DAY, ends, despite_leave=True)
    starts = max([starts, *(p.ends for p in around if p.starts < starts < p.ends < starts + DAY)])
    ends = max([ends, *(p.ends for p in around if p.starts < ends < p.ends < ends + DAY)])
    return max(starts, moment.now), ends
