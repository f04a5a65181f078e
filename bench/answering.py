"""How people answer in the year of `bench/dispatch.py`: three models, in all of which people differ from each other.

Everything is drawn from a seed and from who and what it is about, so that whatever is compared meets the same answers.
Where the numbers come from is said in `docs/figures.md`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from math import exp, sqrt
from random import Random
from typing import Final

from bench.season import ZONE, Report
from handlers.rules.quiet import NIGHT, quiet_until
from storage.types import Urgency

#: The median of the minutes after which somebody who looks has answered. An emergency rings.
LOOKS_AFTER: Final = {Urgency.EMERGENCY: 0.5, Urgency.URGENT: 3.0, Urgency.NORMAL: 6.0, Urgency.LOW: 6.0}
#: Nobody takes out his phone, reads four lines and presses a button in less, in minutes.
AT_LEAST: Final = {Urgency.EMERGENCY: 0.25, Urgency.URGENT: 0.5, Urgency.NORMAL: 0.5, Urgency.LOW: 0.5}
SPREAD: Final = 1.0  #: of the logarithm of the time, of all answers together
BETWEEN: Final = 0.7  #: … and of that between people: some are quick, some are slow, and they stay so
ALIKE: Final = 5.0  #: how alike people's willingness is: the sum of the two numbers of a beta distribution
REFUSES: Final = 0.1  #: says at once that he cannot go
LOOKS: Final = {**dict.fromkeys(range(24), 0.15), **dict.fromkeys(range(7, 22), 0.8), 6: 0.5, 22: 0.5, 23: 0.5}
RINGS: Final = 0.5  #: the least share that hears an emergency
LATER: Final = timedelta(hours=1)  #: after which who has not looked does, on the average; in the morning half of it
TOGETHER: Final = timedelta(minutes=10)  #: whoever was asked within is one of several


@dataclass(frozen=True, slots=True)
class Nature:
    """What somebody is like."""

    willing: float
    slowness: float  #: by how much his times differ from the usual ones
    never: bool  #: he does not answer at all


@dataclass(frozen=True, slots=True)
class Answering:
    """How people answer when they are asked, free as they have said they are.

    `willing`: the share that accepts when one is asked alone; with `shy` it falls with the square root of how many were
    asked within ten minutes; `never`: the share of people who never answer at all.
    """

    name: str
    willing: float
    shy: bool = False
    never: float = 0.0

    def nature(self, seed: int, person: int) -> Nature:
        """What a person is like, all year."""
        return _nature(self.willing, self.never, seed, person)

    def answer(
        self, seed: int, report: Report, person: int, at: datetime, asked: int, again: int
    ) -> tuple[bool | None, timedelta]:
        """Whether he accepts (None: no word), and after what time.

        Args:
            at: When he is asked.
            asked: How many are within ten minutes, he among them.
            again: How often he was before.
        """
        nature = self.nature(seed, person)
        if nature.never:
            return None, timedelta(0)
        rng = Random(f"{seed}:{report.number}:{person}:{again}")
        lot, within = rng.random(), rng.lognormvariate(0, sqrt(SPREAD**2 - BETWEEN**2))
        rings = report.urgency is Urgency.EMERGENCY
        minutes = LOOKS_AFTER[report.urgency] * within * (1 if rings else nature.slowness)
        delay = timedelta(minutes=AT_LEAST[report.urgency] + minutes) + _not_looking(rng, at, rings=rings)
        willing = nature.willing / (sqrt(asked) if self.shy else 1)
        return True if lot < willing else False if lot < willing + REFUSES else None, delay


@cache
def _nature(willing: float, never: float, seed: int, person: int) -> Nature:
    is_never = Random(f"{seed}:{person}").random() < never
    rng = Random(f"{seed}:{person}:nature")
    slowness = exp(rng.gauss(0, BETWEEN))
    return Nature(rng.betavariate(ALIKE * willing, ALIKE * (1 - willing)), slowness, is_never)


def _not_looking(rng: Random, at: datetime, *, rings: bool) -> timedelta:
    """How much later he looks at all: not at once, or only in the morning."""
    hour = at.astimezone(ZONE).hour
    looks = max(LOOKS[hour], RINGS) if rings else LOOKS[hour]
    misses, late = rng.random() >= looks, rng.expovariate(1)
    if not misses:
        return timedelta(0)
    morning = quiet_until(at, NIGHT, ZONE)
    return morning - at + late * LATER / 2 if morning > at else late * LATER


MODELS: Final = (
    Answering("各答各的", 0.6),
    Answering("问的人越多越没人应", 0.8, shy=True),
    Answering("三成的人从不应", 0.7, never=0.3),
)
