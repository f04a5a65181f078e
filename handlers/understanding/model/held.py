"""Groups and single messages from which nothing is learned: what learned weights must not do worse on.

They are shipped with the weights, because a community has no training files. `python -m handlers.understanding.model.held`
makes the file anew from tests/eval; the same data gives the same file.
"""

import gzip
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from handlers.understanding.model.data import Transcript, alone, transcript

HELD: Final = Path(__file__).with_name("held.jsonl.gz")
DATA: Final = Path("tests/eval")
GROUPS: Final = ("dev/*.jsonl", "held/s*.jsonl")
ALONE: Final = ("held/casual.jsonl", "held/letters.jsonl", "held/alarms.jsonl")


def held(path: Path = HELD) -> list[Transcript]:
    """The shipped groups, and the messages that stand alone."""
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    return [Transcript(author, tuple(rest)) for author, *rest in map(json.loads, lines)]


def chosen(data: Path) -> Sequence[Transcript]:
    """The same, from the files that they are made from."""
    groups = [transcript(path) for pattern in GROUPS for path in sorted(data.glob(pattern))]
    return [*groups, *alone([data / name for name in ALONE])]


def write(data: Path, path: Path) -> None:
    """Make the shipped file."""
    lines = (json.dumps([one.author, *one.lines], ensure_ascii=False) for one in chosen(data))
    path.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))


if __name__ == "__main__":
    write(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA, HELD)
