"""How long a tick takes over the clocks of many open tickets, beside one indexed scan of the same table.

    .venv/bin/python bench/escalation.py [--json] [--tickets 10000]

`idle`: nothing is due. `some`: a hundred have to be called one step up, each of them a decision whom to ask. `all`: after
an outage of two days every one of them is due, is taken, and everybody concerned is told. On SQLite, and on PostgreSQL
where it runs. `all_cpu` is what a machine on which much else runs can be held to.
"""

import argparse
import asyncio
import json
import sys
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent.parent))  # it may be started as a file as well

from bench.databases import create_tables, postgres
from bench.town import ACCOUNT, CHANNEL, Neighbour, settle
from bot.clock import Clock
from handlers.clocks.escalations import escalate_waiting
from handlers.clocks.winding import wind
from handlers.house import HouseRules
from handlers.moment import Moment, Reach
from handlers.rules.escalations import Policy
from handlers.rules.plans import Plan
from storage import choices
from storage.base import table_of
from storage.database import Sessions, open_database
from storage.members import Member
from storage.outbox import OutboxMessage
from storage.places import Place
from storage.tickets import Ticket
from storage.types import Category, PlaceId, PlaceKind, TicketStatus, Urgency

SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
MONDAY_10: Final = datetime(2026, 5, 11, 10, 0, tzinfo=SHANGHAI)
BUILDINGS: Final = 60
SOME: Final = 100
LIMIT_SECONDS: Final = 2.0


@dataclass(frozen=True, slots=True)
class Figures:
    """Seconds by the clock; `all_cpu`: of the processor, for the same; `told`: messages after the outage."""

    database: str
    tickets: int
    idle: float
    some: float
    all: float
    all_cpu: float
    scan: float
    told: int


async def measure(url: str, number: int) -> Figures:
    """The figures on the empty database at `url`."""
    await create_tables(url)
    async with open_database(url) as sessions:
        house = HouseRules(Policy(SHANGHAI))
        reach = {CHANNEL: Reach(mentions=True, one_to_one=True)}
        await settle(sessions, {f"g{n}": [Neighbour(f"n{n}", "住户", "resident")] for n in range(BUILDINGS)}, MONDAY_10)
        await _fill(sessions, Moment(session=None, now=MONDAY_10, house=house, reach=reach), number)  # type: ignore[arg-type]
        later = {"now": MONDAY_10}
        clock = Clock(
            sessions=sessions, clock=lambda: later["now"], house=house, reach=reach, ticks=(escalate_waiting,)
        )
        await clock.ring()  # connections and statements
        idle = await _timed(clock)
        later["now"] += timedelta(hours=3, minutes=55)
        some = await _timed(clock)
        later["now"] += timedelta(days=2)
        scan = min([await _scan(sessions, later["now"]) for _ in range(5)])
        before = await _messages(sessions)
        busy = process_time()
        everything = await _timed(clock)
        busy = process_time() - busy
        told = await _messages(sessions) - before
        if clock.failed:
            raise SystemExit("the tick failed")
        return Figures(sa.make_url(url).get_backend_name(), number, idle, some, everything, busy, scan, told)


async def _fill(sessions: Sessions, moment: Moment, number: int) -> None:
    async with sessions.begin() as session:
        found = await session.scalars(sa.select(Place).where(Place.kind == PlaceKind.BUILDING).order_by(Place.id))
        buildings = list(found)
        rows = [_row(moment, buildings[n % len(buildings)], n, number) for n in range(number)]
        for start in range(0, number, 1000):
            await session.execute(sa.insert(table_of(Ticket)), rows[start : start + 1000])
        called = await session.scalar(sa.select(sa.func.max(Member.id)))
        for ticket in await session.scalars(sa.select(Ticket).where(Ticket.number > SOME)):
            codes = dict(called=[called], passed=[], needed=[], able=True, by="alone", at_most=True, one=True)
            choices.enter(session, ticket, moment.now, 0, ticket.place_id, dict(codes, company=False, instead=False))
    async with sessions.begin() as session:
        await session.execute(sa.text("ANALYZE"))


def _row(moment: Moment, building: Place, number: int, of: int) -> dict[str, Any]:
    """A ticket that was called out a while ago; the first hundred a little earlier than the others."""
    since = moment.now - timedelta(minutes=10 if number < SOME else 0, milliseconds=number % of)
    ticket = Ticket(
        community_id=PlaceId(building.above_ids[2]), number=number + 1, scope_id=building.id, place_id=building.id,
        category=Category.LIGHTING, urgency=Urgency.NORMAL, opened_at=since, waiting_since=since, called_at=since,
        channel=CHANNEL, account=ACCOUNT, chat="g", in_group=True, status=TicketStatus.DISPATCHED,
        plan=Plan.by(moment.house.escalation).kept(), last_at=since,
    )  # fmt: skip
    wind(moment, ticket)
    return {column.key: getattr(ticket, column.key) for column in table_of(Ticket).c if column.key != "id"}


async def _timed(clock: Clock) -> float:
    started = perf_counter()
    await clock.ring()
    return perf_counter() - started


async def _scan(sessions: Sessions, now: datetime) -> float:
    """One look at the index: what is due, and when."""
    async with sessions() as session:
        started = perf_counter()
        query = sa.select(Ticket.id, Ticket.next_at).where(Ticket.closed_at.is_(None), Ticket.next_at <= now)
        (await session.execute(query.order_by(Ticket.next_at))).all()
        return perf_counter() - started


async def _messages(sessions: Sessions) -> int:
    async with sessions() as session:
        return await session.scalar(sa.select(sa.func.count()).select_from(OutboxMessage)) or 0


async def figures(number: int) -> list[Figures]:
    """On every database there is."""
    with TemporaryDirectory(prefix="guanjia-bench-") as folder:
        found = [await measure(f"sqlite+aiosqlite:///{Path(folder) / 'bench.db'}", number)]
    async with postgres("escalation") as url:
        return found if url is None else [*found, await measure(url, number)]


def shown(found: Figures) -> str:
    """One line."""
    parts = (f"{name} {getattr(found, name) * 1000:.1f} ms" for name in ("idle", "some", "all", "all_cpu", "scan"))
    within = "within" if found.all < LIMIT_SECONDS else "OVER"
    return f"{found.database}: {found.tickets} open tickets, {', '.join(parts)} ({within} {LIMIT_SECONDS:.0f} s), {found.told} told"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--tickets", type=int, default=10_000)
    asked = parser.parse_args()
    found = asyncio.run(figures(asked.tickets))
    print(json.dumps([asdict(one) for one in found]) if asked.json else "\n".join(map(shown, found)))


if __name__ == "__main__":
    main()
