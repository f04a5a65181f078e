"""What there is to learn from and to be measured by: who wrote how much."""

from collections.abc import Iterable
from itertools import groupby
from pathlib import Path
from typing import Any

from bench.judged import ALARMS, CASUAL, DEV, EVAL, FRESH, GROUPS, HELD, LETTERS, lines_of


def material() -> list[dict[str, Any]]:
    """A row for every author of groups, one letter each, and for every file of messages that stand alone."""
    train = sorted(GROUPS.glob("*.jsonl"))
    authors = (_talk("train", author, paths) for author, paths in groupby(train, lambda path: path.name[0]))
    singles = (_alone("train", path) for path in sorted((EVAL / "train").glob("*.jsonl")))
    after = (_after(path) for path in sorted((EVAL / "train" / "followups").glob("*.jsonl")))
    apart = (("dev", "dev", DEV), ("held", "s", HELD), *(("held", author, paths) for author, paths in FRESH.items()))
    return [
        *authors,
        *singles,
        *after,
        *(_talk(*row) for row in apart),
        _alone("held", CASUAL),
        _alone("held", LETTERS),
        _alone("held", ALARMS),
    ]


def _talk(where: str, author: str, paths: Iterable[Path]) -> dict[str, Any]:
    groups = [lines_of(path)[1:] for path in paths]
    return {
        "where": where,
        "what": author,
        "groups": len(groups),
        "messages": sum(map(len, groups)),
        "tickets": sum(sum(_opens(line) for line in lines) for lines in groups),
    }


def _opens(line: dict[str, Any]) -> int:
    return sum(item["act"] == "open" for item in line["gold"]["items"])


def _after(path: Path) -> dict[str, Any]:
    return {
        "where": "train",
        "what": f"followups/{path.name}",
        "groups": None,
        "messages": len(lines_of(path)),
        "tickets": 0,
    }


def _alone(where: str, path: Path) -> dict[str, Any]:
    lines = lines_of(path)
    asked = sum(line["intent"] == "request" for line in lines)
    return {"where": where, "what": path.name, "groups": None, "messages": len(lines), "tickets": asked}
