"""What notices have reached in a month: notice by notice, place by place, hour by hour."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from handlers.community.gazetteer import title
from handlers.moment import Moment
from handlers.phrases.previews import gist
from handlers.readbacks.tallies import tally_of
from handlers.reading.values import Unclear, numeral, words
from handlers.rules.wall import moment_of, wall_of
from storage import reach
from storage.broadcasts import Broadcast
from storage.reach import Reached
from storage.types import BroadcastId, OutboxStatus, PlaceId

_MONTH: Final = re.compile(r"(?:(?P<year>20[0-9]{2})[年.\-/])?(?P<month>[0-9]{1,2}|[一二三四五六七八九十]{1,2})月?份?")
_THIS: Final = frozenset({"", "本月", "这个月", "当月"})
_LAST: Final = frozenset({"上月", "上个月"})


@dataclass(frozen=True, slots=True)
class OfNotice:
    """What one notice has reached in all its rounds of the month. `doors` is 0 where nobody was to answer."""

    number: BroadcastId
    gist: str
    at: datetime
    groups: int
    people: int
    failed: int  #: groups and people that it surely did not reach
    unsure: int
    answered: int
    doors: int
    nameless: int
    rounds: int = 1


@dataclass(frozen=True, slots=True)
class OfPlace:
    """What the households of a building were asked and have answered, over all notices of the month."""

    where: str
    asked: int
    answered: int


@dataclass(frozen=True, slots=True)
class Figures:
    """A month. `hours`: how many answers came in each hour of the day, by the community's clock."""

    month: date
    notices: Sequence[OfNotice]
    places: Sequence[OfPlace]
    hours: Mapping[int, int]


def month_in(text: str, today: date) -> date:
    """The first day of the month that is said: 11月, 2026年11月, 上个月; of months without a year the last one.

    Raises:
        Unclear: It is no month, or one to come.
    """
    said = words(text, 20).replace(" ", "")
    if said in _THIS:
        return today.replace(day=1)
    if said in _LAST:
        return _before(today.replace(day=1))
    found = _MONTH.fullmatch(said)
    number = numeral(found["month"]) if found else None
    if found is None or number is None or not 1 <= number <= 12:
        raise Unclear("no month")
    year = int(found["year"]) if found["year"] else today.year - (number > today.month)
    month = date(year, number, 1)
    if month > today:
        raise Unclear("a month to come")
    return month


def _before(month: date) -> date:
    return date(month.year - (month.month == 1), (month.month - 2) % 12 + 1, 1)


def _after(month: date) -> date:
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


async def figures_of(moment: Moment, community: PlaceId, month: date) -> Figures:
    """Count the month."""
    zone = moment.house.zone
    since, until = (moment_of(datetime.combine(day, time()), zone) for day in (month, _after(month)))
    found, counts = await reach.sent_between(moment.session, community, since, until)
    at_places: dict[PlaceId, tuple[int, int]] = {}
    notices = []
    for one in found:
        rounds = await reach.rounds_between(moment.session, one, since, until)
        mine = [count for count in counts if count.broadcast == one.id]
        notices.append(await _of_notice(moment, one, rounds, mine, at_places))
    rows = [OfPlace(await title(moment.session, place), *both) for place, both in sorted(at_places.items())]
    hours = Counter(wall_of(at, zone).hour for at in await reach.read_at(moment.session, community, since, until))
    return Figures(month, notices, rows, hours)


async def _of_notice(
    moment: Moment,
    found: Broadcast,
    rounds: Sequence[int],
    counts: Sequence[Reached],
    at_places: dict[PlaceId, tuple[int, int]],
) -> OfNotice:
    answered = doors = nameless = 0
    for round_ in rounds if found.asks_back else ():
        tally = await tally_of(moment, found, round_)
        answered, doors, nameless = answered + tally.answered, doors + tally.doors, nameless + tally.nameless
        for one in tally.buildings:
            asked, done = at_places.get(one.place.id, (0, 0))
            at_places[one.place.id] = asked + len(one.doors), done + len(one.answered)
    return OfNotice(
        found.id,
        gist(found),
        found.due_at,
        sum(one.messages for one in counts if one.is_group and one.status is OutboxStatus.SENT),
        sum(one.messages for one in counts if not one.is_group and one.status is OutboxStatus.SENT),
        sum(one.messages for one in counts if one.status is OutboxStatus.DEAD),
        sum(one.messages for one in counts if one.status is OutboxStatus.UNSURE),
        answered,
        doors,
        nameless,
        len(rounds),
    )
