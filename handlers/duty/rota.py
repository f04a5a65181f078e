"""The rota as everything else asks for it: who is on duty, who is away, and what the coming turns are."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final

from handlers.duty.lines import free_span, own_days_of, own_days_of_each, span_of
from handlers.moment import Moment
from handlers.rules.duty import DAY, INSTANT, NO_OWN_DAYS, OwnDays, Span
from handlers.rules.rota import Block, Override, Stretch, final_rota, joined, on_duty
from storage import duty, hours, overrides
from storage.hours import Hours
from storage.members import Person
from storage.turns import Days, TurnSource
from storage.types import MemberId, PlaceId

LONG: Final = 7 * DAY  #: a turn that goes on for longer neither begins nor ends for anybody who asks
FREE_WITHIN: Final = 14 * DAY  #: how far ahead is looked for somebody's own hours


@dataclass(frozen=True, slots=True)
class Turn(Stretch):
    """A turn of duty with the names of its people: `replaced` is what he is called who was to have it."""

    name: str = ""
    replaced: str | None = None


@dataclass(frozen=True, slots=True)
class Away:
    """Why somebody does not count just now: he is on leave, or it is outside the hours that he gave."""

    on_leave: bool
    until: datetime | None  #: None: nobody knows


@dataclass(slots=True)
class Rota:
    """All that says who is on duty for a place."""

    lines: list[Span] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    changes: list[Override] = field(default_factory=list)
    names: dict[MemberId, str] = field(default_factory=dict)

    def people(self, here: datetime) -> tuple[Person, ...]:
        """Who is on duty at `here`, in the community's zone."""
        return tuple(Person(m, self.names[m]) for m in on_duty(self.lines, self.changes, here, self.blocks))

    def between(self, starts: datetime, ends: datetime, zone: Any) -> list[Stretch]:
        """Its turns of that time."""
        return final_rota(self.lines, self.blocks, self.changes, starts, ends, zone)

    def is_in_force(self, here: datetime) -> bool:
        """Whether it says anything about that day, be it that nobody is on duty just then."""
        lasting = (line.last_day is None or here.date() <= line.last_day for line in self.lines)
        return bool(self.blocks) or any(lasting) or bool(self.people(here))


async def rotas(
    moment: Moment, places: Collection[PlaceId] | None, starts: datetime, ends: datetime
) -> dict[PlaceId, Rota]:
    """What each of `places` itself (None: every place) has for that time.

    Two statements, and one more for each place where it matters what kind of day it is.
    """
    zone, found = moment.house.zone, dict[PlaceId, Rota]()
    first, last = starts.astimezone(zone).date(), ends.astimezone(zone).date()
    lines = await duty.in_force(moment.session, first, last, places)
    own = await _own_days(moment, lines, first)
    for line in lines:
        rota = found.setdefault(line.place_id, Rota())
        rota.lines.append(span_of(line, own.get(line.place_id, NO_OWN_DAYS)))
        rota.names[line.member_id] = line.name
    changed = await overrides.in_force(moment.session, starts, ends, places)
    for place in (row.place_id for row in changed if row.place_id is not None):
        found.setdefault(place, Rota())
    for row in changed:
        for rota in found.values() if row.place_id is None else (found[row.place_id],):
            _change(rota, row, changed)
    return found


async def _own_days(moment: Moment, lines: Sequence[Any], first: date) -> dict[PlaceId, OwnDays]:
    """The communities' own days, for the places where the kind of a day matters, since turns are counted there."""
    since: dict[PlaceId, date] = {}
    for line in (line for line in lines if line.days is not Days.ANY):
        counted = line.since.date() if line.since is not None else first
        since[line.place_id] = min(counted - DAY, first - DAY, since.get(line.place_id, date.max))
    return {place: await own_days_of(moment, place, day) for place, day in since.items()}


def _change(rota: Rota, row: Any, among: Sequence[Any]) -> None:
    """Enter a change of the roster, and what belongs to it."""
    names = ((row.comes_id, row.comes_name), (row.goes_id, row.goes_name))
    rota.names.update({member: name for member, name in names if member is not None})
    if row.source is not TurnSource.TEMPORARY:
        rota.changes.append(Override(row.starts, row.ends, row.comes_id, row.goes_id, row.source))
    elif row.block_id is None:
        own = (other for other in among if other.block_id == row.id)
        turns = tuple(Stretch(turn.comes_id, turn.starts, turn.ends, turn.source) for turn in own)
        rota.blocks.append(Block(row.starts, row.ends, turns))


async def on_duty_at(moment: Moment, places: Collection[PlaceId]) -> dict[PlaceId, tuple[Person, ...]]:
    """Who is on duty now for each of `places` itself that has a roster, not for one above it; two statements.

    A place is missing that has nothing in force today; one with a roster but a gap in it just now has nobody.
    """
    here = moment.now.astimezone(moment.house.zone)
    found = await rotas(moment, places, moment.now, moment.now + INSTANT)
    return {place: rota.people(here) for place, rota in found.items() if rota.is_in_force(here)}


async def timeline(moment: Moment, place: PlaceId, starts: datetime, ends: datetime) -> list[Turn]:
    """The turns of `place` itself from `starts` to `ends`, whole at both edges; where nobody is on duty is none."""
    found = await rotas(moment, [place], starts - DAY, ends + DAY)
    rota = found.get(place, Rota())
    return named(rota, rota.between(starts, ends, moment.house.zone))


def named(rota: Rota, stretches: Iterable[Stretch]) -> list[Turn]:
    """The same with what people are called."""
    return [
        Turn(
            one.member,
            one.starts,
            one.ends,
            one.source,
            one.instead_of,
            rota.names[one.member],
            rota.names[one.instead_of] if one.instead_of is not None else None,
        )
        for one in stretches
    ]


async def away(moment: Moment, members: Collection[MemberId], at: datetime | None = None) -> dict[MemberId, Away]:
    """Those of `members` who do not count `at` that time (None: now), because of leave or of the hours that they gave.

    Two statements, and two more where somebody gave hours of working days or days off.
    """
    at = at or moment.now
    here = at.astimezone(moment.house.zone)
    free = await hours.given_by(moment.session, members)
    by_kind = [member for member, given in free.items() if any(own.days is not Days.ANY for own in given)]
    days = await own_days_of_each(moment, by_kind, here.date() - DAY) if by_kind else {}
    whose = {member: tuple((own, days.get(member, NO_OWN_DAYS)) for own in given) for member, given in free.items()}
    outside = {given: _next_start(given, here) for given in set(whose.values()) if not _is_free(given, here)}
    found = {m: Away(on_leave=False, until=outside[given]) for m, given in whose.items() if given in outside}
    for leave in await overrides.leave_of(moment.session, members, at):
        if leave.starts <= at:
            found[leave.goes_id] = Away(on_leave=True, until=leave.ends)
    return found


def _is_free(given: Sequence[tuple[Hours, OwnDays]], here: datetime) -> bool:
    return any(free_span(*own).covers(here) for own in given)


def _next_start(given: Sequence[tuple[Hours, OwnDays]], here: datetime) -> datetime | None:
    ahead = (free_span(*own).turns(here, here + FREE_WITHIN, here.tzinfo) for own in given)
    return min((begins for turns in ahead for begins, _ in turns), default=None)


def until(turns: Iterable[Stretch], member: MemberId, at: datetime) -> datetime | None:
    """When `member` goes off duty, turns back to back being one; None where he is not on, or that is a long way off."""
    end = next((t.ends for t in joined(turns) if t.member == member and t.covers(at)), at)
    return end if at < end < at + LONG else None
