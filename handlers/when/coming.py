"""A time that comes again and again, put together: its rhythm, its hours, where it begins and where it ends."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from itertools import islice

from handlers.reading.times import Past
from handlers.rules.moon import DAY
from handlers.rules.repeats import Repeat
from handlers.rules.rhythms import Days, EveryDays, Weekly
from handlers.when.again import Bounds, ended_at
from handlers.when.clock import Clock, clocks_at
from handlers.when.ends import ended
from handlers.when.once import MORNING, VAGUE_HOUR
from handlers.when.understood import Again, Here, Unsure, Why


def repetition(text: str, begun: Bounds, rhythm: tuple[Days, int, int | None], here: Here) -> tuple[Again, int]:
    """The repetition of that rhythm, and where its words end.

    Raises:
        Past: It is over.
        Unsure: It may be another one, or never comes.
    """
    days, end, count = rhythm
    if vague := VAGUE_HOUR.match(text, end):
        raise Unsure(Why.WHICH_HOUR, 0, vague.end())
    clocks = clocks_at(text, end)
    times = _times(days, clocks)
    bounds = ended_at(text, clocks[-1].end if clocks else end, here)
    end = ended(text, bounds.end)
    first = begun.first or _first(days, times, here)
    try:
        repeat = Repeat(days, times, first, bounds.until or begun.until)
    except ValueError:
        raise Past("it ends before it begins") from None
    if most := bounds.count or (bounds.days or count or 0) * len(times):
        repeat = _so_often(repeat, most, here)
    if repeat.next_time(here.now, here.zone, here.own) is None:
        if repeat.until:
            raise Past("it is over")
        raise Unsure(Why.NO_DAY, 0, end)
    if not repeat.shown(here.now, here.zone, here.own)[0]:
        raise Unsure(Why.UNKNOWN_YEAR, 0, end)
    return Again(repeat), end


def _times(days: Days, clocks: Sequence[Clock]) -> tuple[time, ...]:
    for clock in clocks:
        if clock.at >= DAY and days != Weekly():
            raise Unsure(Why.NO_HOUR, clock.start, clock.end)
    ats = {clock.at for clock in clocks} or {MORNING}
    return tuple(sorted({_time(at) for at in ats}))


def _time(at: timedelta) -> time:
    return (datetime.min + at % DAY).time()


def _first(days: Days, times: Sequence[time], here: Here) -> date | None:
    """The day from which on it is counted, where only every few count: the first that can be one."""
    first = here.today if times[-1] > here.local.time() else here.today + DAY
    if isinstance(days, EveryDays):
        return first
    if not isinstance(days, Weekly) or days.weeks == 1:
        return None
    while first.isoweekday() not in days.weekdays:
        first += DAY
    return first


def _so_often(repeat: Repeat, most: int, here: Here) -> Repeat:
    """It, until it has come so often."""
    found = list(islice(repeat.all_times(here.now, here.zone, here.own), most))
    if not found:
        return repeat
    until = found[-1].astimezone(here.zone).replace(tzinfo=None)
    return Repeat(repeat.days, repeat.times, repeat.first, until)
