"""Durable messages a second of the whole way in, beside one committed insert a message on the same machine.

`python bench/receive.py [--json]`. A number of groups with one message in flight in each, one process. Slices of our own
way in, of raw inserts and, on SQLite, of a NoneBot plug-in that does nothing but store and commit what it hears take turns,
so that a machine that is busy elsewhere slows all of them.
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
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any, Final, cast

sys.path.insert(0, str(Path(__file__).parent.parent))  # it may be started as a file as well

from bench.beside import Plugin, plugin
from bench.databases import create_tables, postgres
from bench.raw import Raw, RawPostgres, raw_sqlite
from bench.street import Deaf, Street
from bench.talk import groups
from bench.town import settle
from handlers.understanding.decide import Reader
from handlers.understanding.model import load_reader
from storage.database import open_database

RAW_SHARE: Final = 0.3  #: of a slice's time


@dataclass(frozen=True, slots=True)
class Plan:
    """How long and how wide."""

    chats: int
    rounds: int
    seconds: float


@dataclass(slots=True)
class Rates:
    """What was done a second in each round, and the processor time that ours took."""

    ours: list[float] = field(default_factory=list)
    raw: list[float] = field(default_factory=list)
    plugin: list[float] = field(default_factory=list)
    busy: float = 0.0
    plugin_busy: float = 0.0
    plugin_heard: int = 0

    async def round(self, street: Street, raw: Raw, other: Plugin | None, seconds: float) -> None:
        """Let everybody have a turn."""
        slow = await raw.rate(seconds * RAW_SHARE / 2)
        began = process_time()
        self.ours.append(await street.rate(seconds))
        self.busy += process_time() - began
        self.raw.append((slow + await raw.rate(seconds * RAW_SHARE / 2)) / 2)
        if other is not None:
            busy, heard = other.busy, other.heard
            self.plugin.append(await other.rate(seconds))
            self.plugin_busy += other.busy - busy
            self.plugin_heard += other.heard - heard

    def figures(self, messages: int) -> dict[str, Any]:
        """Medians of the rounds, in which we took so many messages."""
        return {
            "ratio": _times(self.ours, self.raw),
            "messages_per_s": round(median(self.ours)),
            "raw_inserts_per_s": round(median(self.raw)),
            "cpu_ms": round(self.busy / messages * 1000, 2),
            **(self._beside() if self.plugin else {}),
        }

    def _beside(self) -> dict[str, Any]:
        return {
            "nonebot_per_s": round(median(self.plugin)),
            "nonebot_ratio": _times(self.plugin, self.raw),
            "nonebot_cpu_ms": round(self.plugin_busy / self.plugin_heard * 1000, 2),
            "beside_nonebot": _times(self.ours, self.plugin),
        }


def _times(ours: Sequence[float], theirs: Sequence[float]) -> float:
    return round(median(mine / yours for mine, yours in zip(ours, theirs, strict=True)), 2)


async def measure(url: str, raw: Raw, plan: Plan, reader: Reader | None, other: Plugin | None = None) -> dict[str, Any]:
    """Take turns between our way in and the others'."""
    await create_tables(url)
    async with open_database(url) as sessions:
        talking = groups(plan.chats, plain=reader is None)
        street = Street(sessions, talking, reader or cast(Reader, Deaf()))
        await settle(sessions, {group.chat: group.people for group in talking}, street.now)
        await street.rate(plan.seconds)
        street.waits.clear()
        rates = Rates()
        for _ in range(plan.rounds):
            await street.tidy()
            await rates.round(street, raw, other, plan.seconds)
        return {
            **rates.figures(len(street.waits)),
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
            said = [line.text for group in groups(plan.chats, plain=False) for line in group.chatter]
            other = await stack.enter_async_context(plugin(folder / "plugin.db", plan.chats, said))
            for name, kind in (("sqlite_with_parser", reader), ("sqlite_without_parser", None)):
                found[name] = await measure(f"sqlite+aiosqlite:///{folder / name}.db", raw, plan, kind, other)
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
                f"ratio {figures['ratio']:.2f}; {figures['cpu_ms']} ms of the processor a message; "
                f"p50 {figures['latency_ms_p50']} ms, p99 {figures['latency_ms_p99']} ms; {figures['tickets']} tickets"
            )
            if "nonebot_per_s" in figures:
                lines.append(
                    f"{'':26} NoneBot that stores them {figures['nonebot_per_s']} a second: "
                    f"ratio {figures['nonebot_ratio']:.2f}, {figures['nonebot_cpu_ms']} ms of the processor a message; "
                    f"we do {figures['beside_nonebot']:.1f} times as many"
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
