"""What is kept of a person about his duty, beside the lines of the roster: changes of it, his own hours, how he answers."""

from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession

from storage import habits
from storage.checkups import ToldFlaw
from storage.desks import NoticeDesk
from storage.duty import ToldTurn
from storage.feeds import CalendarFeed
from storage.hours import FreeHours
from storage.overrides import DutyOverride
from storage.sights import NoticeSight
from storage.swaps import DutySwap
from storage.types import MemberId


class OfDuty(NamedTuple):
    """How much there is."""

    changes: int  #: of the rosters that concern him: swaps asked for and made, leave, temporary turns
    hours: int  #: times at which he said that he can be asked
    calendars: int  #: addresses at which his turns are fetched: one or none
    calls: int  #: calls to him of which it is remembered how he answered


async def of_duty(session: AsyncSession, member: MemberId) -> OfDuty:
    """What is kept of `member` about his duty."""
    return OfDuty(
        sum([await _count(session, table, mine) for table, mine in _changes(member)]),
        await _count(session, FreeHours, FreeHours.member_id == member),
        await _count(session, CalendarFeed, CalendarFeed.member_id == member),
        await habits.count_of(session, member),
    )


async def erase(session: AsyncSession, member: MemberId) -> None:
    """Drop all of it."""
    for table, mine in _changes(member):
        await session.execute(sa.delete(table).where(mine))
    for own in (ToldTurn, ToldFlaw, CalendarFeed, FreeHours, NoticeSight, NoticeDesk, habits.AnswerHabit):
        await session.execute(sa.delete(own).where(own.member_id == member))


def _changes(member: MemberId) -> list[tuple[Any, Any]]:
    return [
        (DutyOverride, sa.or_(DutyOverride.comes_id == member, DutyOverride.goes_id == member)),
        (DutySwap, sa.or_(DutySwap.giver_id == member, DutySwap.taker_id == member)),
    ]


async def _count(session: AsyncSession, table: Any, mine: Any) -> int:
    return (await session.scalar(sa.select(sa.func.count()).select_from(table).where(mine))) or 0
