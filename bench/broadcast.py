"""One notice to ten thousand groups: how long, at what cost, and what is left of it after kills.

`python bench/broadcast.py [--json] [--only pace,expansion,memory,kills,workers,sockets]`.

pace       five channels with the limits that they really have, simulated platforms, a clock that skips what would be
           waited for: seconds to the last receipt over those that the limits alone ask for. The work is in them
expansion  seconds from a notice that is due to a receipt a group on disk, on both databases
memory     what all this takes more than the same for a hundred groups, in processes of their own
kills      the service is killed twenty times while it expands and sends; no group may hear it twice
workers    three services on one PostgreSQL, of which one after the other is killed
sockets    messages a second to a platform in a process of its own, beside a bare aiohttp client, slices in turn
"""

import argparse
import asyncio
import gc
import json
import logging
import sys
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent.parent))  # it may be started as a file as well

import sqlalchemy as sa

import storage.tables  # noqa: F401 -- every table is there
from bench.databases import create_tables, postgres
from bench.district import CANS, Platform, moment, settle
from bench.hurry import run_hurried
from bench.sockets import sockets
from bench.toppling import kills, workers
from bench.town import ACCOUNT
from bot.sender import Sender
from handlers.notices import rounds
from storage.database import Sessions, open_database
from storage.outbox import WAITING, OutboxMessage

ROOT: Final = Path(__file__).parent.parent
TEN: Final = datetime(2026, 5, 11, 2, 0, tzinfo=UTC)  #: in the morning, in Shanghai
FEW: Final = 100
PARTS: Final = ("pace", "expansion", "memory", "kills", "workers", "sockets")


async def expanded(sessions: Sessions, now: datetime) -> float:
    """Seconds until a receipt a group is on disk."""
    gc.freeze()  # as the service does when it starts
    began = perf_counter()
    async with sessions.begin() as session:
        await rounds.start_due(moment(session, now))
    return perf_counter() - began


async def _expansion(url: str, groups: int) -> float:
    await create_tables(url)
    async with open_database(url) as sessions:
        await settle(sessions, groups, TEN, list(CANS))
        return await expanded(sessions, TEN)


def expansion(groups: int, folder: Path) -> dict[str, Any]:
    """The same on both databases; None where there is no PostgreSQL."""

    async def on_postgres() -> float | None:
        async with postgres("expansion") as url:
            return None if url is None else await _expansion(url, groups)

    on_sqlite = asyncio.run(_expansion(f"sqlite+aiosqlite:///{folder / 'expansion.db'}", groups))
    there = asyncio.run(on_postgres())
    return {"groups": groups, "sqlite_s": round(on_sqlite, 3), "postgresql_s": there and round(there, 3)}


async def _pace(groups: int, folder: Path) -> dict[str, Any]:
    loop, url = asyncio.get_running_loop(), f"sqlite+aiosqlite:///{folder / 'pace.db'}"
    start, random = loop.time(), Random(1)

    def clock() -> datetime:
        return TEN + timedelta(seconds=loop.time() - start)

    platforms = {(name, ACCOUNT): Platform(name, can, clock, random) for name, can in CANS.items()}
    await create_tables(url)
    async with open_database(url) as sessions:
        await settle(sessions, groups, clock(), list(CANS))
        sender, stop = Sender(sessions=sessions, channels=platforms, clock=clock), asyncio.Event()
        sending = asyncio.create_task(sender.run(stop))
        began, work = clock(), perf_counter()
        await expanded(sessions, began)
        sender.mail.set()
        await _drained(sessions)
        work = perf_counter() - work
        stop.set()
        await sending
        return await _paced(sessions, platforms, began, work)


async def _paced(sessions: Sessions, platforms: Any, began: datetime, work: float) -> dict[str, Any]:
    last = sa.select(OutboxMessage.channel, sa.func.max(OutboxMessage.sent_at), sa.func.count())
    async with sessions() as session:
        found = await session.execute(last.where(OutboxMessage.status == "sent").group_by(OutboxMessage.channel))
        took = {channel: ((at - began).total_seconds(), count) for channel, at, count in found if at is not None}
    needs = {name: platform.needs for (name, _), platform in platforms.items()}
    return {
        "ratio": round(max(seconds for seconds, _ in took.values()) / max(needs.values()), 4),
        "ratios": {name: round(took[name][0] / needs[name], 4) for name in needs if needs[name]},
        "seconds": {name: round(seconds, 1) for name, (seconds, _) in took.items()},
        "limits_need_s": {name: round(seconds, 1) for name, seconds in needs.items()},
        "sent": sum(count for _, count in took.values()),
        "twice": sum(len(p.said) - len({chat for _, chat in p.said}) for p in platforms.values()),
        "too_soon": sum(platform.hastened for platform in platforms.values()),
        "work_s": round(work, 1),
    }


async def _drained(sessions: Sessions) -> None:
    left = sa.select(sa.func.count()).where(OutboxMessage.status.in_(WAITING))
    while True:
        await asyncio.sleep(5)
        async with sessions() as session:
            if not await session.scalar(left):
                return


def pace(groups: int, folder: Path) -> dict[str, Any]:
    """Without the time that would be waited."""
    found = run_hurried(_pace(groups, folder))
    return {**found, "peak_rss_mb": _peak()}


def _peak() -> float:
    """The most memory that this process had, in MB. What `getrusage` tells is that of whoever started it, if he had more."""
    told = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return round(int(told["VmHWM"].split()[0]) / 1024, 1)


async def _memory_of(groups: int) -> float:
    command = [sys.executable, "bench/broadcast.py", "--only", "pace", "--groups", str(groups), "--json"]
    process = await asyncio.create_subprocess_exec(*command, cwd=ROOT, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    return float(json.loads(out)["pace"]["peak_rss_mb"])


def memory(groups: int, _: Path) -> dict[str, Any]:
    """Two processes, one after the other."""
    few, many = asyncio.run(_memory_of(FEW)), asyncio.run(_memory_of(groups))
    return {"few_mb": few, "many_mb": many, "more_mb": round(many - few, 1)}


MEASURED: Final[dict[str, Callable[[int, Path], dict[str, Any] | None]]] = {
    "pace": pace,
    "expansion": expansion,
    "memory": memory,
    "kills": kills,
    "workers": workers,
    "sockets": sockets,
}


def missed(found: dict[str, Any]) -> list[str]:
    """The figures that are not what they should be; `sockets` is left to the reader: other machines, other rates."""
    wrong = []
    if (paced := found.get("pace")) and (paced["ratio"] > 1.05 or paced["twice"]):
        wrong.append("pace")
    if (spread := found.get("expansion")) and max(spread["sqlite_s"], spread["postgresql_s"] or 0) >= 2:
        wrong.append("expansion")
    if (held := found.get("memory")) and held["more_mb"] > 50:
        wrong.append("memory")
    killed = {name: left for name in ("kills", "workers") if (left := found.get(name))}
    must_not = ("twice", "unaccounted", "unsure_unexplained", "sent_unheard")
    return [*wrong, *(name for name, left in killed.items() if any(left[what] for what in must_not))]


def shown(found: dict[str, Any]) -> str:
    """The figures for a reader."""
    return "\n".join(
        f"{part:10} " + ("没有 PostgreSQL" if figures is None else ", ".join(f"{k} {v}" for k, v in figures.items()))
        for part, figures in found.items()
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--groups", type=int, default=10_000)
    args = parser.parse_args()
    logging.disable(logging.WARNING)
    found = {}
    for part in args.only.split(","):
        with tempfile.TemporaryDirectory(prefix="bench-", dir=Path.cwd()) as folder:
            found[part] = MEASURED[part](args.groups, Path(folder))
    sys.stdout.write((json.dumps(found, ensure_ascii=False, indent=2) if args.json else shown(found)) + "\n")
    if missed(found):
        sys.exit(1)


if __name__ == "__main__":
    main()
