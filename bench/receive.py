"""Durable messages a second of the whole way in, beside one committed insert a message on the same machine.

`python bench/receive.py [--json]`. A number of groups with one message in flight in each, one process; slices of our own
way in and of raw inserts take turns, so that a machine that is busy elsewhere slows both.
"""

import argparse
import asyncio
import json
import resource
import sys
import tempfile
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any, Final, cast
from zoneinfo import ZoneInfo

sys.path.insert(0, str(Path(__file__).parent.parent))  # it may be started as a file as well

import sqlalchemy as sa

from bench.databases import create_tables, postgres
from bench.raw import Raw, RawPostgres, raw_sqlite
from bench.talk import Group, groups
from bench.town import settle
from bot.receive import Receiver
from handlers.house import HouseRules
from handlers.moment import Reach
from handlers.rules.escalations import Policy
from handlers.understanding.decide import Reader
from handlers.understanding.model import load_reader
from handlers.understanding.types import SILENCE, Heard, Item, Judgement, Question, Scene, Spot
from storage.database import Sessions, open_database
from storage.tickets import Ticket, TicketEvent
from storage.types import Act, Category, Urgency

BETWEEN: Final = timedelta(minutes=9)  #: two messages of a group, on the bench's clock: a hundred on a waking day
LEFT: Final = timedelta(days=1)  #: what nobody has ended by then is taken off the board between two slices
RAW_SHARE: Final = 0.3  #: of a slice's time


class Deaf:
    """Stands in for the parser: everything is small talk, and what is reported by a command is of no special kind."""

    def weigh(self, questions: Sequence[Question]) -> list[None]:
        return [None for _ in questions]

    def decide(self, _weighed: None, _question: Question) -> Judgement:
        return SILENCE

    def report(self, _heard: Heard, _scene: Scene) -> Item:
        return Item(Act.OPEN, None, Category.FACILITY, Urgency.NORMAL, Spot())


@dataclass(slots=True)
class Street:
    """All groups, talking to one receiver, with the clock of their talk."""

    sessions: Sessions
    groups: list[Group]
    reader: Reader
    now: datetime = datetime(2026, 5, 11, 1, 0, tzinfo=UTC)
    heard: int = 0
    changes: int = 0
    waits: list[float] = field(default_factory=list)
    receiver: Receiver = field(init=False)

    def __post_init__(self) -> None:
        self.receiver = Receiver(
            sessions=self.sessions,
            clock=lambda: self.now,
            house=HouseRules(Policy(ZoneInfo("Asia/Shanghai"))),
            reach={"bench": Reach(mentions=True, one_to_one=True)},
            reader=self.reader,
        )

    async def rate(self, seconds: float) -> float:
        """Messages a second, for about so long."""
        began, before = perf_counter(), self.heard
        async with asyncio.TaskGroup() as people:
            for group in self.groups:
                people.create_task(self._talk(group, began + seconds))
        return (self.heard - before) / (perf_counter() - began)

    async def _talk(self, group: Group, until: float) -> None:
        while (began := perf_counter()) < until:
            inbound, changes = group.next(self.now)
            await self.receiver.receive(inbound)
            self.waits.append(perf_counter() - began)
            self.heard += 1
            self.changes += changes
            self.now += BETWEEN / len(self.groups)

    async def tidy(self) -> None:
        """Cancel what has been open for long: tickets that the talk does not know of."""
        by_chat = {group.chat: group for group in self.groups}
        left = sa.select(Ticket.chat, Ticket.number).where(
            Ticket.closed_at.is_(None), Ticket.opened_at < self.now - LEFT
        )
        async with self.sessions() as session:
            found = (await session.execute(left)).all()
        for chat, number in found:
            await self.receiver.receive(by_chat[chat].cancel(number, self.now))

    async def counts(self) -> dict[str, Any]:
        """What there is in the database now."""
        async with self.sessions() as session:
            tickets = await session.scalar(sa.select(sa.func.count()).select_from(Ticket)) or 0
            still = await session.scalar(sa.select(sa.func.count()).where(Ticket.closed_at.is_(None))) or 0
            events = await session.scalar(sa.select(sa.func.count()).select_from(TicketEvent)) or 0
        return {
            "messages": self.heard,
            "changing": round(self.changes / max(self.heard, 1), 3),
            "tickets": tickets,
            "ticket_events": events,
            "open_per_chat": round(still / len(self.groups), 1),
        }


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how wide."""

    chats: int
    rounds: int
    seconds: float


async def measure(url: str, raw: Raw, plan: Plan, reader: Reader | None) -> dict[str, Any]:
    """Take turns between our way in and raw inserts; medians of the rounds."""
    await create_tables(url)
    async with open_database(url) as sessions:
        talking = groups(plan.chats, plain=reader is None)
        street = Street(sessions, talking, reader or cast(Reader, Deaf()))
        await settle(sessions, {group.chat: group.people for group in talking}, street.now)
        await street.rate(plan.seconds)
        street.waits.clear()
        rates, raws = [], []
        for _ in range(plan.rounds):
            await street.tidy()
            raws.append(await raw.rate(plan.seconds * RAW_SHARE / 2))
            rates.append(await street.rate(plan.seconds))
            raws[-1] = (raws[-1] + await raw.rate(plan.seconds * RAW_SHARE / 2)) / 2
        return {
            "ratio": round(median(ours / theirs for ours, theirs in zip(rates, raws, strict=True)), 2),
            "messages_per_s": round(median(rates)),
            "raw_inserts_per_s": round(median(raws)),
            "latency_ms_p50": round(median(street.waits) * 1000, 1),
            "latency_ms_p99": round(sorted(street.waits)[int(len(street.waits) * 0.99)] * 1000, 1),
            **await street.counts(),
        }


async def everything(plan: Plan, folder: Path, only: str) -> dict[str, Any]:
    """All figures: both databases, with the parser and without it."""
    reader = load_reader()
    found: dict[str, Any] = {}
    async with AsyncExitStack() as stack:
        if only != "postgresql":
            raw = stack.enter_context(raw_sqlite(folder / "raw.db"))
            for name, kind in (("sqlite_with_parser", reader), ("sqlite_without_parser", None)):
                found[name] = await measure(f"sqlite+aiosqlite:///{folder / name}.db", raw, plan, kind)
        if only != "sqlite":
            for name, kind in (("postgresql_with_parser", reader), ("postgresql_without_parser", None)):
                async with postgres(name) as url:
                    found[name] = url and await measure(url, RawPostgres(url), plan, kind)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    ratio = (found.get("sqlite_with_parser") or {}).get("ratio")
    return {"ratio": ratio, "chats": plan.chats, "peak_rss_mb": round(peak), **found}


def shown(found: dict[str, Any]) -> str:
    """The figures for a reader."""
    lines = [f"peak RSS {found['peak_rss_mb']} MB, {found['chats']} chats with one message in flight in each"]
    for name, figures in found.items():
        if isinstance(figures, dict):
            lines.append(
                f"{name:26} {figures['messages_per_s']:6} messages/s beside {figures['raw_inserts_per_s']:6} inserts/s: "
                f"ratio {figures['ratio']:.2f}; p50 {figures['latency_ms_p50']} ms, p99 {figures['latency_ms_p99']} ms; "
                f"{figures['tickets']} tickets"
            )
        elif figures is None and name != "ratio":
            lines.append(f"{name:26} not measured: no PostgreSQL")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--chats", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3.0, help="of each round")
    parser.add_argument("--only", choices=("sqlite", "postgresql", ""), default="")
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="on whose disk the databases are made")
    args = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-", dir=args.folder) as folder:
        found = asyncio.run(everything(Plan(args.chats, args.rounds, args.seconds), Path(folder), args.only))
    sys.stdout.write((json.dumps(found, ensure_ascii=False, indent=2) if args.json else shown(found)) + "\n")


if __name__ == "__main__":
    main()
