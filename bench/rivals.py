"""What dispatch is compared with: everybody is asked at once, one after another in a circle, one after another by lot.

… the last of these also among those next door, whom our dispatch asks, too, and there twelve at once; and, as a bound, the
six of the whole ladder who answer soonest, asked by somebody who knows what each of them is like.

They meet the same reports, the same people with their hours and leave, and the same answers, and have nothing else to
do: no storage, no rules. Whoever can do it is asked before whoever cannot: else they would be even at the cost of the matter. Whoever is asked in turn has the same time before the next one is asked.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import count
from random import Random
from typing import Final

from bench.answering import TOGETHER, Answering
from bench.parish import Parish, Person
from bench.season import ZONE, Report
from handlers.rules.dispatch import NEEDED
from handlers.rules.escalations import ACCEPT_WITHIN, AT_ONCE, DAY_AND_NIGHT, after
from handlers.rules.plans import ASK
from handlers.rules.quiet import NIGHT, quiet_until
from storage.types import Urgency

TOP: Final = 3
REPEAT: Final = timedelta(minutes=2)
Pick = Callable[[Report, int, Sequence[Person]], list[Person]]


@dataclass(slots=True)
class Outcome:
    """What became of a year: when each report was taken by whom, and how many messages went out."""

    taken: dict[int, tuple[datetime, int]] = field(default_factory=dict)
    messages: int = 0


@dataclass(slots=True)
class Rival:
    """One way of asking."""

    name: str
    at_once: int | None  #: so many; None: everybody on the whole ladder
    pick: Pick
    whole: bool = False  #: the whole ladder is one step
    near: bool = False  #: those of the neighbouring buildings are asked as well

    def play(self, parish: Parish, reports: Sequence[Report], model: Answering, seed: int) -> Outcome:
        """The whole year."""
        outcome = Outcome()
        for report in reports:
            self._one(parish, report, model, seed, outcome)
        return outcome

    def _one(self, parish: Parish, report: Report, model: Answering, seed: int, outcome: Outcome) -> None:
        """Ask until somebody accepts: the earliest word counts, and nobody is asked after it."""
        answers: list[tuple[datetime, int]] = []
        times: dict[int, int] = {}
        before: list[tuple[datetime, int]] = []
        for at, people in self._rounds(parish, report):
            if answers and answers[0][0] <= at:
                break
            before.append((at, len(people)))
            asked = sum(count for when, count in before if when >= at - TOGETHER)
            for person in people:
                outcome.messages += 1
                again = times.get(person.number, 0)
                times[person.number] = again + 1
                says, delay = model.answer(seed, report, person.number, at, asked, again)
                if says:
                    heappush(answers, (at + delay, person.number))
        outcome.taken[report.number] = heappop(answers)

    def _rounds(self, parish: Parish, report: Report) -> Iterator[tuple[datetime, list[Person]]]:
        """Who is asked when, for ever."""
        at, ladder, limit = _may_call(report, report.at), parish.ladders[report.building], ACCEPT_WITHIN[report.urgency]
        rings = report.urgency is Urgency.EMERGENCY
        for times in count(1):
            level = min(times - 1, TOP)
            together = self.whole or self.at_once is None
            rungs = ladder if rings or together else ladder[level : level + 1]
            if self.near and level == 0 and not rings:
                rungs = [parish.near(report.building)]
            free = [person for rung in rungs for person in rung if person.is_free(at.astimezone(ZONE))]
            if rings:
                yield at, free
                at += REPEAT
                continue
            climbs = after(report.urgency, report.at, limit, NIGHT, ZONE, times)
            for asked in self._waves(report, level, free):
                if at >= climbs and level < TOP and not together:
                    break
                yield at, asked
                at = _may_call(report, at + ASK)
            at = max(at, climbs) if level < TOP or together else at + ASK

    def _waves(self, report: Report, level: int, free: list[Person]) -> list[list[Person]]:
        if self.at_once is None:
            return [free]
        needed = NEEDED.get(report.category, ())
        order = sorted(self.pick(report, level, free), key=lambda person: set(needed).isdisjoint(person.skills))
        return [order[start : start + self.at_once] for start in range(0, len(order), self.at_once)]


def _may_call(report: Report, at: datetime) -> datetime:
    return at if report.urgency in DAY_AND_NIGHT else quiet_until(at, NIGHT, ZONE)


def in_a_circle() -> Pick:
    """One after another, going on where the last report ended."""
    last: dict[tuple[int, int], int] = {}

    def pick(report: Report, level: int, free: Sequence[Person]) -> list[Person]:
        rung = (report.building if level == 0 else -1, level)
        start = next((n for n, person in enumerate(free) if person.number > last.get(rung, -1)), 0)
        if free:
            last[rung] = free[start].number
        return [*free[start:], *free[:start]]

    return pick


def by_lot(seed: int) -> Pick:
    """One after another, in any order."""
    rng = Random(seed)
    return lambda _report, _level, free: rng.sample(free, len(free))


def by_nature(seed: int, model: Answering) -> Pick:
    """Who accepts soonest on the average goes first, and always: nobody can know that, and nobody would bear it."""

    def soonest(person: Person) -> float:
        nature = model.nature(seed, person.number)
        return -1.0 if nature.never else nature.willing / nature.slowness

    return lambda _report, _level, free: sorted(free, key=soonest, reverse=True)


def rivals(seed: int, model: Answering) -> list[Rival]:
    """All of them."""
    return [
        Rival("everybody", at_once=None, pick=by_lot(seed)),
        Rival("round robin", at_once=1, pick=in_a_circle()),
        Rival("random", at_once=1, pick=by_lot(seed)),
        Rival("random near", at_once=1, pick=by_lot(seed), near=True),
        Rival("twelve near", at_once=12, pick=by_lot(seed), near=True),
        Rival("knows all", at_once=AT_ONCE[Urgency.URGENT], pick=by_nature(seed, model), whole=True),
    ]
