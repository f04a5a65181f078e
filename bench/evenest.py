"""How evenly the year of `bench/dispatch.py` could be shared at the very best, by somebody who knows what nobody can know.

He gives each report, as it comes, to whoever has had the fewest of those who are free and would accept it, without asking
anybody. What is uneven even then comes from people's hours, from what they can do and from where they live, and from no way of asking.
"""

from collections import Counter
from collections.abc import Sequence
from random import Random
from typing import Final

from bench.answering import Answering
from bench.parish import Parish, Person
from bench.season import ZONE, Report
from handlers.rules.dispatch import NEEDED
from handlers.rules.escalations import DAY_AND_NIGHT
from handlers.rules.quiet import NIGHT, quiet_until

#: By name: whether those next door are among them, and whether whoever can do it goes before whoever cannot.
WAYS: Final = {
    "building": (False, False),
    "building, able first": (False, True),
    "near": (True, False),
    "near, able first": (True, True),
}


def evenest(
    parish: Parish, reports: Sequence[Report], model: Answering, seed: int, *, near: bool, able: bool
) -> Counter[int]:
    """How many each would have had; what nobody would have accepted goes to nobody."""
    had, rng = Counter[int](), Random(seed)
    for report in reports:
        there = parish.near(report.building) if near else parish.ladders[report.building][0]
        willing = [person for person in there if _would_accept(model, seed, report, person)]
        fit = [
            person for person in willing if able and not set(NEEDED.get(report.category, ())).isdisjoint(person.skills)
        ]
        if chosen := min(fit or willing, key=lambda person: (had[person.number], rng.random()), default=None):
            had[chosen.number] += 1
    return had


def _would_accept(model: Answering, seed: int, report: Report, person: Person) -> bool:
    at = report.at if report.urgency in DAY_AND_NIGHT else quiet_until(report.at, NIGHT, ZONE)
    return person.is_free(at.astimezone(ZONE)) and bool(model.answer(seed, report, person.number, at, 1, 0)[0])
