"""The proofs run: a bench that nobody starts between two releases would prove nothing at the next."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent


def figures_of(*command: str, timeout: float) -> Any:
    """What a bench prints with --json."""
    ran = subprocess.run(
        [sys.executable, *command, "--json"], cwd=ROOT, capture_output=True, timeout=timeout, check=False
    )
    assert ran.returncode == 0, ran.stderr.decode()[-2000:]
    return json.loads(ran.stdout)


def test_a_kill_loses_nothing_and_doubles_nothing() -> None:
    found = figures_of("bench/crash.py", "--kills", "1", timeout=240)
    assert (found["kills"], found["lost"], found["doubled"], found["clean_stop"]) == (1, 0, 0, True)


def test_messages_are_measured_beside_a_bot_by_other_hands() -> None:
    found = figures_of("bench/receive.py", "--rounds", "1", "--seconds", "0.5", timeout=120)
    heard, on_server = found["sqlite_with_parser"], found["postgresql_with_parser"]
    assert on_server is None or on_server["messages_per_s"] > 0
    assert min(heard["messages_per_s"], heard["raw_inserts_per_s"]) > 0
    if importlib.util.find_spec("nonebot"):
        assert min(heard["nonebot_per_s"], heard["beside_nonebot"]) > 0


def test_in_a_year_of_a_community_everything_is_accepted_by_somebody() -> None:
    found = figures_of("bench/dispatch.py", "--days", "1", timeout=240)
    assert [row["ours"]["never_accepted"] for row in found.values()] == [0, 0, 0]


def test_a_decision_is_measured_beside_a_scan() -> None:
    found = figures_of("bench/decision.py", "--people", "20", "--tickets", "100", timeout=120)
    assert {"decision_ms", "cpu_ms", "scan_ms"} <= set(found["sqlite"])


def test_a_notice_reaches_every_group_once_within_the_limits() -> None:
    command = [sys.executable, "bench/broadcast.py", "--only", "pace,expansion", "--groups", "200", "--json"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=240, check=False)
    found = json.loads(ran.stdout)
    assert (found["pace"]["sent"], found["pace"]["twice"]) == (200, 0)
    assert found["pace"]["seconds"]["onebot"] >= found["pace"]["limits_need_s"]["onebot"]
    assert found["expansion"]["sqlite_s"] > 0
