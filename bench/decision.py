"""How long it takes to decide whom to ask: 300 people on duty at one building, and a year of tickets behind them.

`python bench/decision.py [--json] [--people N] [--tickets N]`. The decision is all of it: who answers for the place, who
is away, a party, able and free, in which order, and writing down why. Beside it one indexed scan of the same table by the
bare driver: what the database alone would need to tell how much each of them has in hand.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from random import Random
from statistics import median
from time import perf_counter, process_time
from typing import Any, Final
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parent.parent))  # it may be started as a file as well

import asyncpg
import sqlalchemy as sa

import storage.tables  # noqa: F401 -- every table is there
from bench.databases import create_tables, postgres
from handlers.dispatch.choosing import Step, choose, keep
from handlers.dispatch.levels import ladder
from handlers.house import HouseRules
from handlers.moment import Moment
from handlers.rules.escalations import Policy
from storage import places
from storage.database import Sessions, open_database
from storage.duty import DutyShift
from storage.hours import FreeHours
from storage.members import Member
from storage.skills import MemberSkill
from storage.tickets import Ticket, TicketEvent
from storage.turns import Days
from storage.types import Category, PlaceKind, TicketAction, TicketStatus, Urgency

NOW: Final = datetime(2026, 5, 11, 4, 0, tzinfo=UTC)
ZONE: Final = ZoneInfo("Asia/Shanghai")
LIMIT_MS: Final = 10.0
ROUNDS: Final = 200
SCAN: Final = (
    "SELECT assignee_id, count(*), max(accepted_at) FROM ticket WHERE assignee_id IN ({}) AND accepted_at > {} "
    "GROUP BY assignee_id"
)
Scan = Callable[[], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Size:
    """How many people are on duty, and how many tickets there have been."""

    people: int
    tickets: int


async def settle(sessions: Sessions, size: Size) -> None:
    """Enter the people, what they can do, their hours, and a year of what they did."""
    rng = Random(7)
    async with sessions.begin() as session:
        community = await places.add(session, PlaceKind.COMMUNITY, "石龙社区")
        building = await places.add(session, PlaceKind.BUILDING, "3", community)
        people = [Member(name=f"员{n}", created_at=NOW, home_id=building.id, room=str(n)) for n in range(size.people)]
        session.add_all(people)
        await session.flush()
        for person in people:
            session.add(DutyShift(place_id=building.id, member_id=person.id, first_day=NOW.date() - timedelta(days=9)))
            session.add(
                FreeHours(member_id=person.id, weekdays="1234567", days=Days.ANY, starts=time(7), ends=time(23))
            )
            if rng.random() < 0.3:
                session.add(MemberSkill(member_id=person.id, skill="电工"))
        for number in range(size.tickets):
            session.add(_ticket(rng, number, community.id, building.id, rng.choice(people).id))
        await session.flush()
        for number in range(size.tickets // 10):
            about, by = number + 1, rng.choice(people).id
            event = dict(at=NOW - timedelta(hours=number), before=None, after=TicketStatus.DISPATCHED, member_id=by)
            session.add(TicketEvent(ticket_id=about, action=TicketAction.NO_ANSWER, **event))  # type: ignore[arg-type]


def _ticket(rng: Random, number: int, community: Any, building: Any, by: Any) -> Ticket:
    at = NOW - timedelta(hours=rng.uniform(0, 365 * 24))
    is_open = at > NOW - timedelta(days=3)
    return Ticket(
        community_id=community,
        number=number + 1,
        scope_id=building,
        place_id=building,
        category=Category.LIGHTING,
        urgency=Urgency.NORMAL,
        opened_at=at,
        waiting_since=at,
        channel="bench",
        account="bot",
        chat="g",
        in_group=True,
        room="7",
        status=TicketStatus.ACCEPTED if is_open else TicketStatus.VERIFIED,
        assignee_id=by,
        accepted_at=at,
        closed_at=None if is_open else at + timedelta(hours=3),
    )


async def decide(sessions: Sessions) -> float:
    """One decision in a transaction that has looked at nothing yet, in milliseconds."""
    async with sessions.begin() as session:
        ticket = await session.scalar(sa.select(Ticket).order_by(Ticket.id.desc()).limit(1))
        if ticket is None:
            raise RuntimeError("there is no ticket")
        moment = Moment(session=session, now=NOW, house=HouseRules(Policy(ZONE)), reach={})
        began = perf_counter()
        place = await places.by_id(session, ticket.place_id)
        (rung, *_) = await ladder(moment, place)
        step = Step(0, rung.place.id, rung.people, at_once=1)
        chosen = await choose(moment, ticket, step)
        keep(moment, ticket, step, chosen, chosen.people[:1])
        await session.flush()
        return (perf_counter() - began) * 1000


@asynccontextmanager
async def scanning(url: str, people: int) -> AsyncIterator[Scan]:
    """The same table asked by the bare driver, once."""
    since, ids = NOW - timedelta(days=90), list(range(1, people + 1))
    if url.startswith("sqlite"):
        bare = sqlite3.connect(str(sa.make_url(url).database))
        asked = SCAN.format(",".join("?" * people), "?")

        async def of_file() -> None:
            bare.execute(asked, [*ids, since.strftime("%Y-%m-%d %H:%M:%S.%f")]).fetchall()

        yield of_file
        bare.close()
        return
    address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    line = await asyncpg.connect(address)
    asked = SCAN.format(",".join(f"${n + 2}" for n in range(people)), "$1")

    async def of_server() -> None:
        await line.fetch(asked, since, *ids)

    yield of_server
    await line.close()


async def measure(url: str, size: Size) -> dict[str, Any]:
    """Milliseconds of a decision and of a scan."""
    await create_tables(url)
    async with open_database(url) as sessions:
        await settle(sessions, size)
        async with sessions.begin() as session:
            await session.execute(sa.text("ANALYZE"))
        await decide(sessions)
        busy = process_time()
        decisions = sorted([await decide(sessions) for _ in range(ROUNDS)])
        busy = process_time() - busy
    async with scanning(url, size.people) as scan:
        await scan()
        scans = sorted([await _timed(scan) for _ in range(ROUNDS)])
    return {
        "decision_ms": round(median(decisions), 2),
        "decision_p95_ms": round(decisions[int(ROUNDS * 0.95)], 2),
        "cpu_ms": round(busy / ROUNDS * 1000, 2),
        "scan_ms": round(median(scans), 2),
        "times_scan": round(median(decisions) / median(scans), 1),
        "limit_ms": LIMIT_MS,
    }


async def _timed(scan: Scan) -> float:
    began = perf_counter()
    await scan()
    return (perf_counter() - began) * 1000


async def everywhere(size: Size) -> dict[str, Any]:
    """On SQLite, and on PostgreSQL where it runs."""
    found: dict[str, Any] = {}
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        found["sqlite"] = await measure(f"sqlite+aiosqlite:///{folder}/decision.db", size)
    async with postgres("decision") as url:
        if url is not None:
            found["postgresql"] = await measure(url, size)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--people", type=int, default=300)
    parser.add_argument("--tickets", type=int, default=10_000)
    args = parser.parse_args()
    found = asyncio.run(everywhere(Size(args.people, args.tickets)))
    if args.json:
        sys.stdout.write(json.dumps(found) + "\n")
        return
    for kind, figures in found.items():
        sys.stdout.write(
            f"{kind}: a decision {figures['decision_ms']} ms, p95 {figures['decision_p95_ms']} ms (limit {LIMIT_MS:.0f}), "
            f"{figures['cpu_ms']} ms of the processor with its transaction; "
            f"one indexed scan {figures['scan_ms']} ms; {os.cpu_count()} cores\n"
        )


if __name__ == "__main__":
    main()
