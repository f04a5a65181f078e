"""The dates of a notice that comes again: the next one, whether the stored one is still meant, and whose days count."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Final

from handlers.clocks.openings import own_kinds
from handlers.moment import Moment
from handlers.rules.holidays import NONE, DayKind
from handlers.rules.repeats import Repeat
from storage.broadcasts import Broadcast
from storage.types import PlaceId

MINUTE: Final = timedelta(minutes=1)
AROUND: Final = timedelta(days=40)  #: a holiday that goes on now may have begun so long ago

OwnDays = Mapping[date, DayKind]


async def own_days(moment: Moment, community: PlaceId) -> OwnDays:
    """The days that the community knows better than the yearly notice."""
    return await own_kinds(moment, [community], (moment.now - AROUND).date())


async def next_round(moment: Moment, broadcast: Broadcast) -> datetime | None:
    """When it comes again, before the quiet hours have their say; None when it does not."""
    if broadcast.repeat is None:
        return None
    repeat = Repeat.of(broadcast.repeat)
    return repeat.next_time(moment.now, moment.house.zone, await _own(moment, broadcast, repeat))


async def still_meant(moment: Moment, broadcast: Broadcast) -> bool:
    """Whether the stored time is one still: the yearly notice may have come out since, and made it a day off."""
    repeat = Repeat.of(broadcast.repeat) if broadcast.repeat else None
    if repeat is None or not repeat.by_notice:
        return True
    quiet = moment.house.escalation.quiet
    postponed = broadcast.due_at.astimezone(moment.house.zone).time() == quiet.end
    since = broadcast.due_at - (quiet.length if postponed else timedelta()) - MINUTE
    due_at = repeat.next_time(since, moment.house.zone, await _own(moment, broadcast, repeat))
    return due_at is None or due_at <= broadcast.due_at


async def _own(moment: Moment, broadcast: Broadcast, repeat: Repeat) -> OwnDays:
    return await own_days(moment, broadcast.community_id) if repeat.by_notice else NONE
