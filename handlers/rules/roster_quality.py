"""How good the rota of the coming weeks is: what is wrong with it, and a score that says where its points went.

Half of the points are for times that are covered, half for work that is shared evenly, as other rotas are scored; more
is taken off for people: who cannot be called, who is asked for at two places at once, who is never free.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate, combinations, pairwise
from types import MappingProxyType
from typing import Final

from handlers.rules.duty import DAY, INSTANT
from handlers.rules.flaws import Finding, Flaw, Sight, Watched, stays
from handlers.rules.shares import balance, overloaded
from handlers.rules.usual import Stay, length, merged, within, without
from handlers.rules.wall import wall_of
from storage.types import MemberId, PlaceId

SHORTEST_GAP: Final = timedelta(minutes=30)  #: what is shorter is a pause between two turns
NEXT_TIME: Final = 8 * DAY  #: within which the same hours are one gap that comes again
HALF: Final = 50.0  #: points

#: How many points each of these costs, and how many they cost together at most.
COSTS: Final[Mapping[Flaw, tuple[float, float]]] = MappingProxyType(
    {Flaw.DEAF: (5, 20), Flaw.IDLE: (5, 20), Flaw.DOUBLE: (5, 15), Flaw.NEVER_FREE: (3, 15)}
)


@dataclass(frozen=True, slots=True)
class Quality:
    """What was found. `covered` and `balance` are shares of 1; `is_empty`: nobody is on duty at all."""

    findings: tuple[Finding, ...]
    covered: float = 0.0
    balance: float = 1.0
    is_empty: bool = True

    @property
    def costs(self) -> dict[Flaw, int]:
        """The points that each kind of flaw costs, rounded so that their sum is right; what costs none is missing."""
        found = {Flaw.GAP: HALF * (1 - self.covered), Flaw.UNFAIR: HALF * (1 - self.balance)}
        for flaw, (each, most) in COSTS.items():
            found[flaw] = min(most, each * sum(one.flaw is flaw for one in self.findings))
        sums = [int(so_far + 0.5) for so_far in accumulate(found.values(), initial=0.0)]
        points = (after - before for before, after in pairwise(sums))
        return {flaw: cost for flaw, cost in zip(found, points, strict=True) if cost}

    @property
    def score(self) -> int:
        """From 0 to 100, and what is missing is what the flaws cost; an empty rota has no points."""
        return 0 if self.is_empty else max(0, 100 - sum(self.costs.values()))


def quality(
    watched: Sequence[Watched],
    sight: Sight,
    deaf: Collection[MemberId] = (),
    idle: Collection[tuple[PlaceId, MemberId]] = (),
) -> Quality:
    """Judge the rota of these places.

    Args:
        watched: Their turns reach beyond the time that is looked at, whole at both edges.
        deaf: Who of them cannot be written to.
        idle: Who is on duty where he cannot accept a ticket.
    """
    if not any(within(stays(one.turns), sight.starts, sight.ends) for one in watched):
        return Quality(tuple(gap for one in watched for gap in _gaps(one, sight)))
    found = [finding for one in watched for finding in (*_gaps(one, sight), *overloaded(one, sight))]
    found += [*_blocked(watched, sight, deaf, idle), *_doubles(watched, sight), *_never_free(watched, sight)]
    return Quality(tuple(found), _covered(watched, sight), balance(watched, sight), is_empty=False)


def _covered(watched: Iterable[Watched], sight: Sight) -> float:
    """The share of the time in which somebody ought to be on duty, and is."""
    needed = missing = timedelta()
    for one in watched:
        asked = within(merged(one.needed), sight.starts, sight.ends)
        needed += length(asked)
        missing += length(without(asked, stays(one.turns)))
    return 1 - missing / needed if needed else 1.0


def _gaps(one: Watched, sight: Sight) -> Iterable[Finding]:
    """Where nobody is on duty; the same hours day after day, or week after week, are one."""
    alike: dict[str, list[Stay]] = {}
    for starts, ends in without(one.needed, stays(one.turns)):
        if starts < sight.ends and sight.starts < ends and ends - starts >= SHORTEST_GAP:
            hours = f"{wall_of(starts, sight.zone):%H%M}-{wall_of(ends, sight.zone):%H%M}"
            alike.setdefault(hours, []).append((starts, ends))
    for hours, times in alike.items():
        breaks = [at for at, (a, b) in enumerate(pairwise(times), 1) if b[0] - a[0] >= NEXT_TIME]
        for low, high in pairwise((0, *breaks, len(times))):
            subject, run = f"{Flaw.GAP}:{one.place}:{hours[:4]}", times[low:high]
            yield Finding(
                Flaw.GAP, subject, run[0][0], run[-1][1], (one.place,), None, tuple(begin for begin, _ in run)
            )


def _blocked(
    watched: Iterable[Watched], sight: Sight, deaf: Collection[MemberId], idle: Collection[tuple[PlaceId, MemberId]]
) -> Iterable[Finding]:
    """Who is on duty in vain, from his first turn on."""
    found: dict[str, Finding] = {}
    for one in watched:
        for turn in one.turns:
            if turn.starts >= sight.ends or turn.ends <= sight.starts:
                continue
            if turn.member in deaf:
                flaw, subject = Flaw.DEAF, f"{Flaw.DEAF}:{turn.member}"
            elif (one.place, turn.member) in idle:
                flaw, subject = Flaw.IDLE, f"{Flaw.IDLE}:{one.place}:{turn.member}"
            else:
                continue
            found.setdefault(subject, Finding(flaw, subject, turn.starts, sight.ends, (one.place,), turn.member))
    return found.values()


def _doubles(watched: Sequence[Watched], sight: Sight) -> Iterable[Finding]:
    """Who is on duty at several places at once of which none is a part of another."""
    found: dict[MemberId, list[tuple[Stay, tuple[PlaceId, PlaceId]]]] = {}
    by_member = [_by_member(one) for one in watched]
    for (one, mine), (other, theirs) in combinations(zip(watched, by_member, strict=True), 2):
        if one.has(other) or other.has(one):
            continue
        for member in mine.keys() & theirs.keys():
            both = [both for starts, ends in mine[member] for both in within(theirs[member], starts, ends)]
            both = within(both, sight.starts, sight.ends)
            found.setdefault(member, []).extend((stay, (one.place, other.place)) for stay in both)
    for member, times in sorted(found.items()):
        if times:
            where = tuple(dict.fromkeys(place for _, pair in sorted(times) for place in pair))
            first, last = min(times)[0][0], max(stay[1] for stay, _ in times)
            occurs = tuple(sorted({begin for (begin, _), _ in times}))
            yield Finding(Flaw.DOUBLE, f"{Flaw.DOUBLE}:{member}", first, last, where, member, occurs)


def _by_member(one: Watched) -> dict[MemberId, list[Stay]]:
    found: dict[MemberId, list[Stay]] = {}
    for turn in one.turns:
        found.setdefault(turn.member, []).append((turn.starts, turn.ends))
    return {member: merged(times) for member, times in found.items()}


def _never_free(watched: Iterable[Watched], sight: Sight) -> Iterable[Finding]:
    """Who has duty on each of so many days in a row, be it for an hour; a night is of the day on which it begins."""
    days: dict[MemberId, set[date]] = {}
    where: dict[MemberId, dict[PlaceId, None]] = {}
    for one in watched:
        for turn in one.turns:
            for _, ends in within([(turn.starts, turn.ends)], sight.starts, sight.ends):
                first, last = wall_of(turn.starts, sight.zone).date(), wall_of(ends - INSTANT, sight.zone).date()
                if turn.ends - turn.starts <= DAY:
                    last = first
                first = max(first, wall_of(sight.starts, sight.zone).date())
                days.setdefault(turn.member, set()).update(first + n * DAY for n in range((last - first).days + 1))
                where.setdefault(turn.member, {})[one.place] = None
    for member, busy in sorted(days.items()):
        if (row := _longest_row(sorted(busy))) >= sight.rest_within:
            subject = f"{Flaw.NEVER_FREE}:{member}"
            yield Finding(Flaw.NEVER_FREE, subject, sight.starts, sight.ends, tuple(where[member]), member, days=row)


def _longest_row(days: Sequence[date]) -> int:
    """How many of these days follow one another, at most."""
    longest = row = 1
    for before, day in pairwise(days):
        row = row + 1 if day - before == DAY else 1
        longest = max(longest, row)
    return longest
