"""The turns of one person, and which of them he means: 周五, 今晚, 5月15日8点."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final

from handlers.community.gazetteer import title
from handlers.duty.rota import Rota, Turn, named, rotas
from handlers.messages import Refusal
from handlers.moment import Moment
from handlers.phrases import swaps as phrases
from handlers.reading.days import DAY, HOUR, Clock, clock_at, day_at
from handlers.reading.values import Unclear, folded
from handlers.rules.rota import joined
from storage import duty, overrides
from storage.members import Member
from storage.turns import TurnSource
from storage.types import MemberId, PlaceId

AHEAD: Final = 60 * DAY  #: how far ahead turns are looked for
SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Placed:
    """A turn and where it is."""

    place: PlaceId
    turn: Turn

    @property
    def starts(self) -> datetime:
        """When it begins."""
        return self.turn.starts

    @property
    def ends(self) -> datetime:
        """When it is over."""
        return self.turn.ends


@dataclass(frozen=True, slots=True)
class When:
    """The day of a turn, and perhaps its hour."""

    day: date
    clock: Clock | None


async def turns_of(
    moment: Moment, member: MemberId, starts: datetime, ends: datetime, *, despite_leave: bool = False
) -> list[Placed]:
    """The turns of `member` at all places in that time, by their beginning.

    Args:
        despite_leave: Also those that he would have if he were not on leave and nobody stood in for him.
    """
    where = {line.place_id for line in await duty.of_member(moment.session, member)}
    where |= await overrides.places_of(moment.session, member, starts)
    found: list[Placed] = []
    for place, rota in (await rotas(moment, sorted(where), starts - DAY, ends + DAY)).items():
        if despite_leave:
            _unleave(rota, member)
        turns = named(rota, rota.between(starts, ends, moment.house.zone))
        found += [Placed(place, turn) for turn in turns if turn.member == member]
    return sorted(found, key=lambda placed: (placed.starts, placed.place))


def _unleave(rota: Rota, member: MemberId) -> None:
    away = (TurnSource.LEAVE, TurnSource.COVER)
    rota.changes = [change for change in rota.changes if change.goes != member or change.source not in away]


def one_turn_each(placed: Sequence[Placed]) -> list[Placed]:
    """The same, with turns at one place that touch as one."""
    found: list[Placed] = []
    for place in dict.fromkeys(one.place for one in placed):
        found += [Placed(place, turn) for turn in joined(one.turn for one in placed if one.place == place)]
    return sorted(found, key=lambda one: (one.starts, one.place))


def when_at(text: str, start: int, today: date) -> tuple[When, int] | None:
    """The day, and perhaps the hour, of a turn that stands at `start`, and where it ends; `text` is folded."""
    found = day_at(text, start, today)
    if found is None:
        return None
    clock = clock_at(text, found[1])
    return When(found[0], clock), clock.end if clock else found[1]


def first_when(text: str, today: date) -> tuple[str, When, int] | None:
    """What stands before the first day that is named, the day, and where it ends; at least a letter stands before it."""
    plain = folded(text)
    for start in range(1, len(plain)):
        try:
            found = when_at(plain, start, today)
        except Unclear:
            continue
        if found:
            return text[:start], *found
    return None


async def turn_meant(moment: Moment, member: Member, when: When, *, own: bool, despite_leave: bool = False) -> Placed:
    """The turn of `member` on that day that is not over.

    Args:
        own: He says so himself.
        despite_leave: He may be on leave then.

    Raises:
        Refusal: He has none then, or several.
    """
    zone = moment.house.zone
    midnight = datetime.combine(when.day, time(), tzinfo=zone)
    asked = (midnight - DAY, midnight + 2 * DAY)
    placed = await turns_of(moment, member.id, *asked, despite_leave=despite_leave)
    on_day = [p for p in placed if p.starts.astimezone(zone).date() == when.day]
    found = on_day or [p for p in placed if p.starts <= midnight and midnight + DAY <= p.ends]
    if when.clock is not None:
        found = _at_clock(found, midnight, when.clock)
    left = [p for p in found if p.ends > moment.now]
    if found and not left:
        raise Refusal(phrases.turn_is_over(), alone=True)
    if len(left) == 1:
        return left[0]
    today = moment.now.astimezone(zone).date()
    name = None if own else member.name
    if left:
        raise Refusal(phrases.which_turn(name, await said_turns(moment, left)), alone=True)
    coming = await turns_of(moment, member.id, moment.now, moment.now + AHEAD, despite_leave=despite_leave)
    said = await said_turns(moment, one_turn_each(coming)[:SHOWN])
    raise Refusal(phrases.no_turn_then(name, when.day, today, said), alone=True)


def _at_clock(found: Sequence[Placed], midnight: datetime, clock: Clock) -> list[Placed]:
    """Those that begin then, or else run then; 8点 may be in the evening."""
    asked = [midnight + clock.at] + ([midnight + clock.at + 12 * HOUR] if clock.either else [])
    begin = [one for one in found if any(one.starts == at for at in asked)]
    return begin or [one for one in found if one.starts <= asked[0] + timedelta(hours=1) and asked[0] < one.ends]


async def said_turns(moment: Moment, placed: Sequence[Placed]) -> list[str]:
    """Turns in words: “锦绣小区3栋 明天（5月12日 周二）20:00 到次日 8:00”."""
    return [await said_turn(moment, one.place, one.starts, one.ends) for one in placed]


async def said_turn(moment: Moment, place: PlaceId, starts: datetime, ends: datetime) -> str:
    """One of them."""
    zone = moment.house.zone
    today = moment.now.astimezone(zone).date()
    where = await title(moment.session, place)
    return phrases.turn(where, starts.astimezone(zone), ends.astimezone(zone), today)
