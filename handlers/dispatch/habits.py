"""How people answer: looked up before somebody is called, and how often each was called today."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime

from handlers.moment import Moment
from handlers.rules.habits import Habit, band_of, expected_of, gives_no_word
from storage import habits
from storage.bands import Band
from storage.tickets import Ticket
from storage.types import MemberId, Urgency


def here_and_now(moment: Moment) -> tuple[Band, date]:
    """The part of the day that it is, and the day."""
    local = moment.now.astimezone(moment.house.zone)
    return band_of(local.time()), local.date()


@dataclass(slots=True)
class Known:
    """What is known of one member."""

    habit: Habit = field(default_factory=Habit)  #: at this time of day
    calls: int = 0  #: how often he was called today
    elsewhen: list[Habit] = field(default_factory=list)  #: at other times of day

    @property
    def expected(self) -> float:
        """The minutes after which he answers now."""
        return expected_of(self.habit, (self.habit, *self.elsewhen))

    def is_silent(self, now: datetime) -> bool:
        """Whether others are asked before him."""
        return gives_no_word(self.habit, self.elsewhen, now)


async def known(moment: Moment, members: Collection[MemberId]) -> dict[MemberId, Known]:
    """How each of `members` answers, and how often he was called today; who is new is missing."""
    band, today = here_and_now(moment)
    found: dict[MemberId, Known] = {}
    for row in await habits.of_members(moment.session, members):
        one = found.setdefault(row.member_id, Known())
        one.calls += row.calls if row.day == today else 0
        habit = Habit(row.asked, row.answered, row.minutes, row.silent, row.at)
        if row.band is band:
            one.habit = habit
        else:
            one.elsewhen.append(habit)
    return found


async def note_called(moment: Moment, ticket: Ticket, members: Collection[MemberId]) -> None:
    """They are called just now. An emergency counts for nothing: everybody is called, as often as need be."""
    if ticket.urgency is not Urgency.EMERGENCY:
        await habits.called(moment.session, members, *here_and_now(moment))
