"""The rota of the coming weeks, looked at with all that has to be known to judge it."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from handlers.community.gazetteer import title
from handlers.duty.ahead import WEEK, turns_between
from handlers.duty.rota import Rota, rotas
from handlers.moment import Moment
from handlers.phrases import checkup as phrases
from handlers.rules.duty import DAY
from handlers.rules.flaws import Finding, Flaw, Sight, Watched, stays
from handlers.rules.roles import may
from handlers.rules.roster_quality import Quality, quality
from handlers.rules.usual import habit, held_to, odd_times, without
from handlers.rules.wall import moment_of
from storage import identities, members, places
from storage.types import MemberId, PlaceId, PlaceKind, Role

MANY: Final = 3  #: people of whom the same is said in one line
LEARNED_FROM: Final = 4 * WEEK  #: how far back is looked for when somebody usually is on duty

Mine = Callable[[Watched], bool]


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found, and what the people and places in it are called."""

    quality: Quality
    watched: Mapping[PlaceId, Watched]
    titles: Mapping[PlaceId, str]
    names: Mapping[MemberId, str]
    until: datetime  #: how far ahead was looked

    def told(self, findings: Iterable[Finding], moment: Moment) -> list[str]:
        """Findings in words, in order; what is so of many people is said once."""
        by_flaw: dict[Flaw, list[Finding]] = {}
        for finding in findings:
            by_flaw.setdefault(finding.flaw, []).append(finding)
        return [line for flaw, alike in by_flaw.items() for line in self._lines(flaw, alike, moment)]

    def _lines(self, flaw: Flaw, alike: Sequence[Finding], moment: Moment) -> list[str]:
        people = dict.fromkeys(self.names[one.member] for one in alike if one.member is not None)
        together = phrases.of_many(flaw, list(people), moment.house.roster.rest_within)
        if together is not None and len(people) >= MANY:
            return [together]
        return [self._told(one, moment) for one in alike]

    def _told(self, finding: Finding, moment: Moment) -> str:
        where = [self.titles[place] for place in finding.places]
        name = self.names[finding.member] if finding.member is not None else ""
        return phrases.flaw(finding, where, name, moment.now, moment.house.zone)


async def inspected(moment: Moment, mine: Mine = lambda _: True) -> Inspection:
    """Look at the rota of the coming weeks, of those places that are `mine`."""
    zone, rules = moment.house.zone, moment.house.roster
    today = moment.now.astimezone(zone).date()
    last, night = today + rules.ahead, moment.house.escalation.quiet
    found = await rotas(moment, None, _midnight(moment, today) - LEARNED_FROM, _midnight(moment, last) + DAY)
    paths = await _paths(moment, found)
    looked = [_watched(moment, place, paths[place], rota, today) for place, rota in sorted(found.items())]
    watched = [one for one in looked if mine(one) and (one.turns or one.needed)]
    odd = odd_times(today - DAY, last, (night.start, night.end), zone)
    sight = Sight(_midnight(moment, today), _midnight(moment, last), zone, odd, rules.rest_within)
    judged = quality(watched, sight, await _deaf(moment, watched), await _idle(moment, watched))
    return Inspection(
        judged,
        {one.place: one for one in watched},
        {one.place: await title(moment.session, one.place) for one in watched},
        {member: name for rota in found.values() for member, name in rota.names.items()},
        sight.ends,
    )


async def _paths(moment: Moment, found: Collection[PlaceId]) -> dict[PlaceId, tuple[str, ...]]:
    """What these places cover, their own path first."""
    known = await places.by_ids(moment.session, list(found))
    covered: dict[PlaceId, tuple[str, ...]] = {place: (known[place].path,) for place in found}
    if any(known[place].kind is PlaceKind.GRID for place in found):
        for building in await places.all_of(moment.session, PlaceKind.BUILDING):
            if building.grid_id in covered:
                covered[building.grid_id] += (building.path,)
    return covered


def _watched(moment: Moment, place: PlaceId, paths: tuple[str, ...], rota: Rota, today: date) -> Watched:
    """The coming turns of a place, and when somebody ought to be on duty: as a rule, or by its own lines."""
    zone, last = moment.house.zone, today + moment.house.roster.ahead
    starts, ends = _midnight(moment, today), _midnight(moment, last + DAY)
    turns = turns_between(rota, starts - DAY, ends, zone)
    if moment.house.roster.always:
        return Watched(place, paths, turns, [(starts, _midnight(moment, last))])
    planned = turns_between(Rota(rota.lines, rota.blocks), starts - DAY, ends, zone)
    own = frozenset(day for line in rota.lines for day in line.own_days)
    known = habit(stays(turns_between(rota, starts - LEARNED_FROM, starts, zone)), today, zone, own)
    # What a temporary roster leaves empty is empty on purpose.
    expected = without(
        held_to(known, today - DAY, last, zone, own), ((block.starts, block.ends) for block in rota.blocks)
    )
    return Watched(place, paths, turns, [*expected, *stays(planned)])


async def _deaf(moment: Moment, watched: Sequence[Watched]) -> set[MemberId]:
    """Who of those on duty cannot be written to."""
    people = {turn.member for one in watched for turn in one.turns}
    for way in await identities.ways_to(moment.session, sorted(people)) if people else ():
        reach = moment.reach.get(way.channel)
        if reach is not None and reach.one_to_one:
            people.discard(way.member_id)
    return people


async def _idle(moment: Moment, watched: Sequence[Watched]) -> set[tuple[PlaceId, MemberId]]:
    """Who is on duty where he has no office, so that he cannot accept a ticket there."""
    posts = {(one.paths[0], one.place, turn.member) for one in watched for turn in one.turns}
    grants = await members.grants_of(moment.session, sorted({member for _, _, member in posts}))
    return {
        (place, member)
        for path, place, member in posts
        if not may((g.role for g in grants.get(member, ()) if path.startswith(g.path)), Role.STEWARD)
    }


def _midnight(moment: Moment, day: date) -> datetime:
    return moment_of(datetime.combine(day, time()), moment.house.zone)
