"""The proofs run: a bench that nobody starts between two releases would prove nothing at the next."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_a_kill_loses_nothing_and_doubles_nothing() -> None:
    command = [sys.executable, "bench/crash.py", "--kills", "1", "--json"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, timeout=240, check=False)
    assert ran.returncode == 0, ran.stderr.decode()[-2000:]
    found = json.loads(ran.stdout)
    assert (found["kills"], found["lost"], found["doubled"], found["clean_stop"]) == (1, 0, 0, True)
