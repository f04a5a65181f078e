"""How well messages are understood: the figures of tests/eval/score.py, casual talk, letters, alarms, and the three manners."""

import json
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from bot.reader import make_reader
from handlers.house import MANNERS
from handlers.understanding.decide import Reader
from handlers.understanding.group import Judge
from handlers.understanding.parse import predictions
from tests.eval import score

EVAL: Final = Path(__file__).parent.parent / "tests" / "eval"
DEV: Final = tuple(sorted((EVAL / "dev").glob("*.jsonl")))
HELD: Final = tuple(sorted((EVAL / "held").glob("s*.jsonl")))
#: By author; nobody has looked at what goes wrong in these.
FRESH: Final = {author: tuple(sorted((EVAL / "held").glob(f"{author}*.jsonl"))) for author in "z37"}
CASUAL: Final = EVAL / "held" / "casual.jsonl"
LETTERS: Final = EVAL / "held" / "letters.jsonl"
ALARMS: Final = EVAL / "held" / "alarms.jsonl"
GROUPS: Final = EVAL / "train" / "groups"

#: The group in which something is said that stands alone, and who says it.
CHAT: Final = {"chat": {"id": "g", "building": "3", "units": ["1", "2", "3"], "floors": 18}}
RESIDENT: Final = {"id": "u1", "name": "", "role": "resident"}

Line = dict[str, Any]


def lines_of(path: Path) -> list[Line]:
    """The objects of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def predicted(reader: Judge, lines: Iterable[Line]) -> Iterator[Line]:
    """What `guanjia parse` answers to these lines, none of which shows what is right."""
    bare = (json.dumps({name: value for name, value in line.items() if name != "gold"}) for line in lines)
    return map(json.loads, predictions(reader, bare, lambda complaint: print(complaint, file=sys.stderr)))


def scored(reader: Judge, paths: Sequence[Path]) -> dict[str, float]:
    """The figures of score.py for these groups."""
    counts: Counter[str] = Counter()
    for path in paths:
        lines = lines_of(path)
        score.score_group(lines, {answer["id"]: answer for answer in predicted(reader, lines)}, counts, [])
    found: dict[str, float] = score.summary(counts)
    return found


def alone(reader: Reader, path: Path) -> Iterator[tuple[Line, Line]]:
    """Every message of a file of single messages, each the first ever said in a group, with what is made of it."""
    for line in lines_of(path):
        said = {"id": line["id"], "ts": "2026-01-01T12:00:00+08:00", "sender": RESIDENT, "text": line["text"]}
        yield line, next(predicted(reader, (CHAT, said)))


def casual(reader: Reader) -> dict[str, float]:
    """False tickets among messages that have nothing to do with a compound."""
    opened = [bool(answer["items"]) for line, answer in alone(reader, CASUAL) if line["intent"] != "request"]
    return {"messages": len(opened), "false": sum(opened), "false_per_1000": 1000 * sum(opened) / len(opened)}


def letters(reader: Reader) -> dict[str, float]:
    """Requests in the formal style of hotlines and letters: how many are found, and how many of those are sorted right."""
    requests = [pair for pair in alone(reader, LETTERS) if pair[0]["intent"] == "request"]
    found = [(line, answer["items"][0]) for line, answer in requests if answer["items"]]
    right = sum(line["category"] == item["category"] for line, item in found)
    return {
        "requests": len(requests),
        "recall": len(found) / len(requests),
        "category_accuracy": right / max(len(found), 1),
    }


def alarms(reader: Reader) -> dict[str, float]:
    """Emergencies of every kind as first words in a group, and what only sounds like one: who calls out for which."""
    called: dict[bool, list[bool]] = {True: [], False: []}
    for line, answer in alone(reader, ALARMS):
        called[line["urgency"] == "emergency"].append(any(one["urgency"] == "emergency" for one in answer["items"]))
    return {
        "emergencies": len(called[True]),
        "recall": sum(called[True]) / len(called[True]),
        "others": len(called[False]),
        "false": sum(called[False]) / len(called[False]),
    }


def manners() -> dict[str, dict[str, dict[str, float]]]:
    """What each manner finds and what it opens in error, by set of groups."""
    wanted = ("ticket_precision", "ticket_recall", "false_tickets_per_1000_non_requests")
    found: dict[str, dict[str, dict[str, float]]] = {}
    for name, manner in MANNERS.items():
        reader = make_reader(manner)
        sets = {"dev": scored(reader, DEV), "held": scored(reader, HELD)}
        found[name] = {which: {figure: figures[figure] for figure in wanted} for which, figures in sets.items()}
        found[name]["casual"] = casual(reader)
    return found


def left_out(authors: str) -> dict[str, Any]:
    """The figures of a model that has read nothing by these authors, one letter each, on their groups."""
    from handlers.understanding.model.train import learn  # noqa: PLC0415 -- needs scikit-learn, and a second to load

    paths = [path for path in sorted(GROUPS.glob("*.jsonl")) if path.name[0] in authors]
    return {"authors": authors, "groups": len(paths), **scored(learn(without=tuple(authors)), paths)}
