"""How people answer: looked up before somebody is called, and how often each was called today."""

from collections.abc import Collection
from datetime import date

from handlers.moment import Moment
from handlers.rules.habits import Habit, band_of
from storage import habits
from storage.bands import Band
from storage.tickets import Ticket
from storage.types import MemberId, Urgency


def here_and_now(moment: Moment) -> tuple[Band, date]:
    """The part of the day that it is, and the day."""
    local = moment.now.astimezone(moment.house.zone)
    return band_of(local.time()), local.date()


async def known(moment: Moment, members: Collection[MemberId]) -> dict[MemberId, tuple[Habit, int]]:
    """How each of `members` answers at this time of day, and how often he was called today; who is new is missing."""
    band, today = here_and_now(moment)
    found: dict[MemberId, tuple[Habit, int]] = {}
    for row in await habits.of_members(moment.session, members):
        habit, calls = found.get(row.member_id, (Habit(), 0))
        if row.band is band:
            habit = Habit(row.asked, row.answered, row.minutes, row.silent, row.at)
        found[row.member_id] = habit, calls + (row.calls if row.day == today else 0)
    return found


async def note_called(moment: Moment, ticket: Ticket, members: Collection[MemberId]) -> None:
    """They are called just now. An emergency counts for nothing: everybody is called, as often as need be."""
    if ticket.urgency is not Urgency.EMERGENCY:
        await habits.called(moment.session, members, *here_and_now(moment))
