"""What a fresh process pays for understanding: `python -m bench.loading` prints seconds and megabytes.

From a bare interpreter, numpy included, to the first answer. Memory is read where Linux shows it; elsewhere it is null.
"""

import json
import sys
import time
from pathlib import Path
from typing import Final

STATUS: Final = Path("/proc/self/status")


def megabytes(field: str) -> float | None:
    """VmRSS or VmHWM of this process."""
    if not STATUS.exists():
        return None
    line = next(line for line in STATUS.read_text("ascii").splitlines() if line.startswith(field))
    return int(line.split()[1]) / 1024


def grown(before: float | None, after: float | None) -> float | None:
    """By how much, where it is known."""
    return None if before is None or after is None else round(after - before, 1)


def main() -> None:
    empty, began, busy = megabytes("VmRSS"), time.perf_counter(), time.process_time()
    from bot.reader import make_reader  # noqa: PLC0415 -- this is what is measured
    from handlers.understanding.group import Group  # noqa: PLC0415
    from handlers.understanding.types import Scene  # noqa: PLC0415

    imported, libraries = time.perf_counter(), megabytes("VmRSS")
    reader = make_reader()
    loaded = time.perf_counter()
    said = {"id": "m", "ts": "2026-01-01T12:00:00+08:00", "sender": {"id": "u", "role": "resident"}, "text": "停水了"}
    Group(Scene()).hear(reader, said)
    answered = time.perf_counter()
    found = {
        "load_s": answered - began,
        "load_cpu_s": time.process_time() - busy,
        "libraries_s": imported - began,
        "weights_s": loaded - imported,
        "added_mb": grown(empty, megabytes("VmRSS")),
        "libraries_mb": grown(empty, libraries),
        "peak_mb": megabytes("VmHWM"),
    }
    sys.stdout.write(json.dumps(found) + "\n")


if __name__ == "__main__":
    main()
