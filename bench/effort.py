"""How fast messages are judged beside plain segmentation, what a fresh process pays, and the worst that may come."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any, Final

import rjieba

from bench.judged import DEV, lines_of
from handlers.understanding.decide import Reader
from handlers.understanding.group import Group, scene_of

WAIT: Final = 120  #: seconds for the worst texts; a regular expression that runs away does not come back
OFTEN: Final = 20  #: times that the texts are segmented in a round: it is too fast to measure once


def judging(reader: Reader, talks: Sequence[Sequence[dict[str, Any]]]) -> float:
    """Messages a second of processor time, each group followed from its first message on."""
    began = process_time()
    for lines in talks:
        group = Group(scene_of(lines[0]["chat"]))
        for line in lines[1:]:
            group.hear(reader, line)
    return sum(len(lines) - 1 for lines in talks) / (process_time() - began)


def segmenting(texts: Sequence[str]) -> float:
    """Texts a second of processor time."""
    began = process_time()
    for _ in range(OFTEN):
        for text in texts:
            rjieba.cut(text)
    return OFTEN * len(texts) / (process_time() - began)


def effort(reader: Reader, rounds: int) -> dict[str, Any]:
    """Speed beside segmentation, and what a fresh process pays; medians of rounds in which they take turns."""
    talks = [lines_of(path) for path in DEV]
    texts = [line["text"] for lines in talks for line in lines[1:]]
    judging(reader, talks)
    segmenting(texts)
    found = [(judging(reader, talks), segmenting(texts), fresh("bench.loading")) for _ in range(rounds)]
    paid = {key: [load[key] for _, _, load in found if load[key] is not None] for key in found[0][2]}
    return {
        "rounds": rounds,
        "messages_per_s": median(ours for ours, _, _ in found),
        "segmented_per_s": median(theirs for _, theirs, _ in found),
        "ratio": median(ours / theirs for ours, theirs, _ in found),
        **{key: median(values) if values else None for key, values in paid.items()},
        **worst(),
    }


def fresh(module: str) -> dict[str, Any]:
    """What a program of the bench prints in a process of its own."""
    root = Path(__file__).parent.parent
    ran = subprocess.run([sys.executable, "-m", module], cwd=root, capture_output=True, check=True, timeout=WAIT)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def worst() -> dict[str, Any]:
    """The slowest of the longest texts; infinite where one does not come back in time."""
    try:
        return fresh("bench.worst")
    except subprocess.TimeoutExpired:
        return {"texts": 0, "characters": 0, "slowest_s": float("inf"), "of": f"did not end within {WAIT} s"}
