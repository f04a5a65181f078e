"""A year of a community: how fast somebody accepts, how many are disturbed, and how evenly the work is shared.

`python bench/dispatch.py [--json] [--days N] [--seed N] [--model NAME]`. Sixty buildings and three hundred people with hours, skills and leave; the
same reports and the same answers for our dispatch, which runs on the real rules and storage with a clock that jumps, and
for everybody asked at once, round robin and random, for three stated ways in which people answer; and how evenly it could
be shared at the very best. It asserts nothing.
"""

import argparse
import asyncio
import json
import sqlite3
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from statistics import median
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent.parent))  # it may be started as a file as well

from bench.answering import MODELS, Answering
from bench.databases import create_tables
from bench.evenest import WAYS, evenest
from bench.parish import Parish, parish, settle_parish
from bench.rivals import Outcome, rivals
from bench.season import BEGINS, ZONE, Report, year
from bench.year import Year
from handlers.rules.dispatch import NEEDED
from handlers.rules.escalations import ACCEPT_WITHIN, DAY_AND_NIGHT
from handlers.rules.quiet import NIGHT, quiet_until
from storage.database import open_database
from storage.types import Urgency

OURS: Final = "ours"
MEMORY: Final = Path("/dev/shm")  # noqa: S108 -- where a disk would only cost time: what it keeps is not measured here
#: What is aimed at: median beside asking everybody, messages beside it, Gini beside random.
AIMS: Final = {"median": 1.5, "messages": 0.2, "gini": 0.5}


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of a year, from which seed."""

    days: int
    seed: int
    models: tuple[Answering, ...] = MODELS


async def ours(found: Parish, reports: Sequence[Report], model: Answering, plan: Plan) -> Outcome:
    """The year on the real rules and storage."""
    with tempfile.TemporaryDirectory(prefix="bench-", dir=MEMORY if MEMORY.is_dir() else Path.cwd()) as folder:
        url = f"sqlite+aiosqlite:///{folder}/year.db"
        await create_tables(url)
        async with open_database(url) as sessions:
            await settle_parish(sessions, found, BEGINS)
            with closing(sqlite3.connect(f"{folder}/year.db", isolation_level=None)) as beside:
                played = Year(
                    sessions,
                    lambda sql, *given: beside.execute(sql, given).fetchall(),
                    found,
                    reports,
                    model,
                    plan.seed,
                )
                return await played.play()


def figures(found: Parish, reports: Sequence[Report], outcome: Outcome, model: Answering, seed: int) -> dict[str, Any]:
    """What the outcome was like; minutes are those of the clock that the limit runs on.

    `gini` is that of the stewards who answer at all: nobody can give work to the others, and no way of asking should look
    better or worse for them. `gini_of_all` counts them, too.
    """
    waits: dict[Urgency, list[float]] = {urgency: [] for urgency in Urgency}
    late = 0
    for report in reports:
        if report.number in outcome.taken:
            waited = _waited(report, outcome.taken[report.number][0])
            waits[report.urgency].append(waited / timedelta(minutes=1))
            late += waited > ACCEPT_WITHIN[report.urgency]
    every = sorted(wait for some in waits.values() for wait in some)
    work = Counter(person for _, person in outcome.taken.values())
    able = [person for person in found.stewards if not model.nature(seed, person.number).never]
    return {
        "reports": len(reports),
        "never_accepted": len(reports) - len(outcome.taken),
        "median_min": round(median(every), 1),
        "p95_min": round(_p95(every), 1),
        "p95_of_limit": {
            urgency.value: round(_p95(sorted(some)) / (ACCEPT_WITHIN[urgency] / timedelta(minutes=1)), 2)
            for urgency, some in waits.items()
            if some
        },
        "in_time": round(1 - late / len(reports), 3),
        "messages_per_report": round(outcome.messages / len(reports), 2),
        "gini": round(gini([work[person.number] for person in able]), 3),
        "gini_of_all": round(gini([work[person.number] for person in found.stewards]), 3),
        "by_stewards": round(sum(work[person.number] for person in able) / len(reports), 2),
        "by_able": round(_by_able(found, reports, outcome), 2),
    }


def _by_able(found: Parish, reports: Sequence[Report], outcome: Outcome) -> float:
    """Of what needs a skill that somebody in the community has: the share that somebody took who has it."""
    known = {skill for person in found.people for skill in person.skills}
    asked = [(report, NEEDED.get(report.category, ())) for report in reports if report.number in outcome.taken]
    took = [
        not set(needed).isdisjoint(found.people[outcome.taken[report.number][1]].skills)
        for report, needed in asked
        if not known.isdisjoint(needed)
    ]
    return sum(took) / len(took) if took else 0.0


def _waited(report: Report, until: datetime) -> timedelta:
    """The time until then, without the nights in which nobody is called about it."""
    at, waited = report.at, timedelta(0)
    if report.urgency in DAY_AND_NIGHT:
        return until - at
    while at < until:
        awake = quiet_until(at, NIGHT, ZONE)
        local = awake.astimezone(ZONE)
        evening = datetime.combine(local.date(), NIGHT.start, tzinfo=ZONE)
        waited += max(min(until, evening) - awake, timedelta(0))
        at = max(evening, awake)
    return waited


def _p95(ordered: Sequence[float]) -> float:
    return ordered[min(int(len(ordered) * 0.95), len(ordered) - 1)]


def gini(shares: Iterable[int]) -> float:
    """How unevenly something is shared: 0 is evenly, 1 is all to one."""
    ordered = sorted(shares)
    total, count = sum(ordered), len(ordered)
    weighted = sum(rank * share for rank, share in enumerate(ordered, 1))
    return 2 * weighted / (count * total) - (count + 1) / count if total else 0.0


async def measure(plan: Plan) -> dict[str, Any]:
    """Everything, by model of answering and by way of asking."""
    reports = year(plan.seed, plan.days)
    found: dict[str, Any] = {}
    for model in plan.models:
        people = parish(Random(plan.seed), BEGINS)
        row = {OURS: figures(people, reports, await ours(people, reports, model, plan), model, plan.seed)}
        for rival in rivals(plan.seed, model):
            outcome = rival.play(people, reports, model, plan.seed)
            row[rival.name] = figures(people, reports, outcome, model, plan.seed)
        found[model.name] = {**row, "ratios": _ratios(row), "evenest": _evenest(people, reports, model, plan.seed)}
    return found


def _evenest(found: Parish, reports: Sequence[Report], model: Answering, seed: int) -> dict[str, float]:
    """The Gini that nobody can do better than, by whom it may be given to."""
    able = [person for person in found.stewards if not model.nature(seed, person.number).never]
    had = {
        name: evenest(found, reports, model, seed, near=near, able=fit_first)
        for name, (near, fit_first) in WAYS.items()
    }
    return {name: round(gini([work[person.number] for person in able]), 3) for name, work in had.items()}


def _ratios(row: dict[str, Any]) -> dict[str, float]:
    mine, everybody, random = row[OURS], row["everybody"], row["random"]
    return {
        "median": round(mine["median_min"] / everybody["median_min"], 2),
        "messages": round(mine["messages_per_report"] / everybody["messages_per_report"], 2),
        "gini": round(mine["gini"] / random["gini"], 2),
    }


def shown(found: dict[str, Any]) -> str:
    """The figures for a reader."""
    lines = []
    for name, row in found.items():
        lines.append(name)
        for way, figures in row.items():
            if way not in ("ratios", "evenest"):
                lines.append(
                    f"  {way:12} median {figures['median_min']:6} min, p95 {figures['p95_min']:7} min, in time "
                    f"{figures['in_time']:.3f}, messages {figures['messages_per_report']:5}, Gini {figures['gini']:.3f}, by able {figures['by_able']:.2f}, "
                    f"never {figures['never_accepted']}; p95 of the limit {figures['p95_of_limit']}"
                )
        aims = ", ".join(f"{name} {row['ratios'][name]} (aim {aim})" for name, aim in AIMS.items())
        lines.append(f"  ours beside the others: {aims}")
        bounds = ", ".join(f"{way} {figure:.3f}" for way, figure in row["evenest"].items())
        lines.append(f"  Gini at the very best: {bounds}")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--model", choices=[model.name for model in MODELS], help="this one alone")
    args = parser.parse_args()
    models = tuple(model for model in MODELS if args.model in (None, model.name))
    found = asyncio.run(measure(Plan(args.days, args.seed, models)))
    sys.stdout.write((json.dumps(found, ensure_ascii=False, indent=2) if args.json else shown(found)) + "\n")


if __name__ == "__main__":
    main()
