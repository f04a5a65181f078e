"""What happens in the year of `bench/dispatch.py`: reports by hour and season, bursts in storms.

Everything is drawn from a seed and from who and what it is about, so that whatever is compared meets the same days.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final
from zoneinfo import ZoneInfo

from bench.parish import BUILDINGS
from storage.types import Category, Urgency

ZONE: Final = ZoneInfo("Asia/Shanghai")
BEGINS: Final = datetime(2026, 1, 1, tzinfo=ZONE)
A_DAY: Final = 7.0  #: reports on an ordinary day
BY_HOUR: Final = (1, 0.5, 0.4, 0.3, 0.4, 1, 3, 6, 7, 6, 5, 5, 5, 4, 4, 4, 4, 5, 7, 8, 8, 6, 4, 2)
BY_MONTH: Final = (1.3, 1.2, 0.9, 0.8, 0.9, 1.1, 1.3, 1.2, 0.9, 0.8, 0.9, 1.2)
STORMS: Final = 6
IN_A_STORM: Final = 60  #: reports within eight hours
SHARES: Final[Mapping[tuple[Category, Urgency], float]] = {
    (Category.LIGHTING, Urgency.NORMAL): 0.2,
    (Category.SANITATION, Urgency.NORMAL): 0.14,
    (Category.ELEVATOR, Urgency.NORMAL): 0.12,
    (Category.NOISE, Urgency.NORMAL): 0.12,
    (Category.LEAK, Urgency.URGENT): 0.1,
    (Category.WATER, Urgency.URGENT): 0.08,
    (Category.ACCESS, Urgency.NORMAL): 0.08,
    (Category.PROPOSAL, Urgency.LOW): 0.08,
    (Category.CARE, Urgency.URGENT): 0.06,
    (Category.GAS, Urgency.EMERGENCY): 0.02,
}
STORMY: Final[Mapping[tuple[Category, Urgency], float]] = {
    (Category.LEAK, Urgency.URGENT): 0.5,
    (Category.SEWER, Urgency.URGENT): 0.3,
    (Category.FALLING, Urgency.URGENT): 0.15,
    (Category.POWER, Urgency.EMERGENCY): 0.05,
}


@dataclass(frozen=True, slots=True)
class Report:
    """Something that is reported."""

    number: int
    at: datetime
    building: int
    category: Category
    urgency: Urgency


def year(seed: int, days: int) -> list[Report]:
    """The reports of so many days, in order."""
    rng, found = Random(seed), []
    for day in range(days):
        morning = BEGINS + timedelta(days=day)
        for hour, weight in enumerate(BY_HOUR):
            expected = A_DAY * BY_MONTH[morning.month - 1] * weight / sum(BY_HOUR)
            found += [_report(rng, morning + timedelta(hours=hour), 1, SHARES) for _ in range(_poisson(rng, expected))]
    for _ in range(round(STORMS * days / 365)):
        begins = BEGINS + timedelta(days=rng.uniform(0, days))
        found += [_report(rng, begins, 8, STORMY) for _ in range(IN_A_STORM)]
    found.sort()
    return [Report(number, at.astimezone(UTC), *rest) for number, (at, rest) in enumerate(found)]


def _report(
    rng: Random, begins: datetime, hours: float, shares: Mapping[tuple[Category, Urgency], float]
) -> tuple[datetime, tuple[int, Category, Urgency]]:
    ((category, urgency),) = rng.choices(list(shares), list(shares.values()))
    return begins + timedelta(hours=rng.uniform(0, hours)), (rng.randrange(BUILDINGS), category, urgency)


def _poisson(rng: Random, expected: float) -> int:
    count, left = 0, rng.expovariate(1)
    while left < expected:
        count, left = count + 1, left + rng.expovariate(1)
    return count
