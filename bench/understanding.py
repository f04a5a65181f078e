"""How well and how fast messages are understood, beside what is wanted: `python bench/understanding.py [--json]`.

Nothing that is scored here was trained on: neither the development groups nor what lies in tests/eval/held. Speed and
loading are medians of rounds that take turns with a bare segmentation of the same texts (rjieba) on the same machine.
`--without nq` trains a model without two authors and scores it on their groups, which takes minutes.
`--write` puts the tables into docs/understanding.md. It reports and asserts nothing.
"""

import argparse
import json
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import process_time
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent.parent))  # it may be started as a file as well

import rjieba

from bench.judged import DEV, HELD, casual, left_out, letters, lines_of, manners, scored
from bench.parts import parts
from bot.reader import make_reader
from handlers.understanding.decide import Reader
from handlers.understanding.group import Group, scene_of

PAPER: Final = Path(__file__).parent.parent / "docs" / "understanding.md"
WAIT: Final = 120  #: seconds for the worst texts; a regular expression that runs away does not come back
OFTEN: Final = 20  #: times that the texts are segmented in a round: it is too fast to measure once
NONE: Final = "—"


@dataclass(frozen=True, slots=True)
class Aim:
    """What a figure should be: not below these, or not above them where less is better."""

    figure: str
    name: str
    least: float
    best: float
    less: bool = False

    def shown(self, value: float | None) -> str:
        """The value and a mark: ● reaches the aim, ○ what is wanted at the least, ✗ neither."""
        if value is None:
            return NONE
        sign = -1 if self.less else 1
        mark = "●" if sign * value >= sign * self.best else "○" if sign * value >= sign * self.least else "✗"
        return f"{_short(value)} {mark}"


AIMS: Final = (
    Aim("ticket_f1", "开没开单（F1）", 0.84, 0.93),
    Aim("actionable_f1", "开得能直接去办（F1）", 0.65, 0.80),
    Aim("category_accuracy", "类别对", 0.87, 0.93),
    Aim("location_exact", "地点全对", 0.86, 0.94),
    Aim("urgency_accuracy", "急不急对", 0.80, 0.88),
    Aim("emergency_recall", "紧急的找到了", 0.95, 1.0),
    Aim("emergency_precision", "说紧急的真紧急", 0.6, 0.6),
    Aim("link_f1", "归到哪张单（F1）", 0.75, 0.88),
    Aim("resolved_precision", "说办好了的真办好了", 0.85, 0.95),
    Aim("resolved_recall", "办好了的听出来了", 0.75, 0.90),
    Aim("intent_macro_f1", "四种意思（F1 平均）", 0.78, 0.88),
    Aim("false_tickets_per_1000_non_requests", "一千条没事的话里误开", 20, 8, less=True),
)
CASUAL_AIM: Final = Aim("false_per_1000", "一千条闲谈里误开（短信、微博、台词）", 5, 2, less=True)
LETTERS_AIM: Final = Aim("recall", "正式来信、热线记录里的诉求找到了", 0.90, 0.95)
COSTS: Final = (
    Aim("messages_per_s", "一个核每秒判断的消息", 2000, 5000),
    Aim("load_s", "新进程里从零到答出第一条，秒", 1.5, 0.7, less=True),
    Aim("load_cpu_s", "……其中占着处理器，秒", 1.5, 0.7, less=True),
    Aim("added_mb", "为此多占的内存，MB", 200, 120, less=True),
    Aim("slowest_s", "十万字的一条，最慢的，秒", 1.0, 1.0, less=True),
)
BY_AUTHOR: Final = ("ticket_f1", "actionable_f1", "category_accuracy", "location_exact", "urgency_accuracy", "link_f1")


def _short(value: float) -> str:
    """Three digits after the point, cut off so that nothing looks as if it reached what it has not; fewer above 1."""
    return f"{int(value * 1000 + 1e-9) / 1000:.3f}" if value <= 1 else f"{value:.1f}" if value < 100 else f"{value:.0f}"


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


def everything(rounds: int) -> dict[str, Any]:
    """All figures but those that need a training."""
    reader = make_reader()
    return {
        "dev": scored(reader, DEV),
        "held": scored(reader, HELD),
        "casual": casual(reader),
        "letters": letters(reader),
        "manners": manners(),
        "parts": parts(reader),
        "effort": effort(reader, rounds),
    }


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table in Markdown."""
    return "\n".join(f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)) + "\n"


def figures(found: Mapping[str, Any]) -> str:
    """How well: both sets of groups, casual talk and letters."""
    rows = [
        [a.name, *map(_short, (a.least, a.best)), *(a.shown(found[k][a.figure]) for k in ("dev", "held"))] for a in AIMS
    ]
    for aim, which in ((CASUAL_AIM, "casual"), (LETTERS_AIM, "letters")):
        rows.append([aim.name, *map(_short, (aim.least, aim.best)), NONE, aim.shown(found[which][aim.figure])])
    sorted_right = _short(found["letters"]["category_accuracy"])
    rows.append(["……找到的里面类别对", NONE, NONE, NONE, sorted_right])
    sizes = [f"{found[k]['messages']} 条、{found[k]['gold_tickets']} 张单" for k in ("dev", "held")]
    head = ["没见过的话", "至少", "目标", f"dev（{sizes[0]}）", f"held（{sizes[1]}）"]
    return table(head, rows)


def bold(found: Mapping[str, Any]) -> str:
    """What a bolder or a shyer manner finds and opens in error."""
    rows = [
        [
            f"`{name}`",
            *(_short(sets[which][figure]) for which in ("dev", "held") for figure in sets[which]),
            _short(sets["casual"]["false_per_1000"]),
        ]
        for name, sets in found["manners"].items()
    ]
    each = [f"{name} {kind}" for name in ("dev", "held") for kind in ("精确率", "召回率", "千条误开")]
    return table(["`manner`", *each, "闲谈千条误开"], rows)


def missed(found: Mapping[str, Any]) -> str:
    """What is missed without a part."""
    wanted = ("ticket_f1", "actionable_f1", "location_exact", "emergency_recall", "link_f1")
    names = {aim.figure: aim.name for aim in AIMS}
    rows = [
        [name, *(" / ".join(_short(sets[which][figure]) for which in ("dev", "held")) for figure in wanted)]
        for name, sets in found["parts"].items()
    ]
    return table(["dev / held", *(names[figure] for figure in wanted)], rows)


def costs(found: Mapping[str, Any]) -> str:
    """How fast, how soon, how big."""
    paid = found["effort"]
    rows = [[a.name, *map(_short, (a.least, a.best)), a.shown(paid[a.figure])] for a in COSTS]
    rows.append(["同一轮里 rjieba 只分词，每秒", NONE, NONE, _short(paid["segmented_per_s"])])
    rows.append(["两者之比", NONE, NONE, f"{paid['ratio']:.4f}"])
    return table(["花费", "至少", "目标", "量得"], rows)


def author_row(authors: str, found: Mapping[str, Any]) -> list[str]:
    """A row of the table by left-out author."""
    names = {aim.figure: aim for aim in AIMS}
    said = [str(found["messages"]), str(found["gold_tickets"])]
    wanted = (*BY_AUTHOR, "false_tickets_per_1000_non_requests")
    return [authors, *said, *(names[figure].shown(found[figure]) for figure in wanted)]


def write(part: str, text: str) -> None:
    """Put a table into the paper, between the marks of its part."""
    paper = PAPER.read_text(encoding="utf-8")
    between = re.compile(rf"(<!-- {part}:[^>]*-->\n).*?(<!-- /{part} -->)", re.DOTALL)
    PAPER.write_text(between.sub(lambda found: found[1] + text + found[2], paper), encoding="utf-8")


def write_row(row: Sequence[str]) -> None:
    """Put a row into the paper's table by author, in the place of the one before or at its end."""
    paper = PAPER.read_text(encoding="utf-8")
    line = f"| {' | '.join(row)} |\n"
    old = re.compile(rf"^\| {re.escape(row[0])} \|.*\n", re.MULTILINE)
    found, count = old.subn(lambda _: line, paper, count=1)
    PAPER.write_text(found if count else paper.replace("<!-- /authors -->", f"{line}<!-- /authors -->"), "utf-8")


def measure(rounds: int, *, as_json: bool, into_paper: bool) -> None:
    """The tables, or everything as JSON."""
    found = everything(rounds)
    parts = {"figures": figures(found), "manners": bold(found), "parts": missed(found), "costs": costs(found)}
    print(json.dumps(found, ensure_ascii=False, indent=2) if as_json else "\n".join(parts.values()))
    if into_paper:
        for part, text in parts.items():
            write(part, text)
        for name in ("dev", "held"):
            write_row(author_row(name, found[name]))


def measure_without(authors: str, *, as_json: bool, into_paper: bool) -> None:
    """The row of some authors."""
    found = left_out(authors)
    row = author_row("、".join(authors), found)
    print(json.dumps(found, ensure_ascii=False, indent=2) if as_json else f"| {' | '.join(row)} |")
    if into_paper:
        write_row(row)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="print everything as JSON")
    parser.add_argument("--rounds", type=int, default=5, help="of speed and loading")
    parser.add_argument("--without", metavar="AUTHORS", default="", help="letters of authors to train without")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/understanding.md as well")
    args = parser.parse_args()
    if args.without:
        measure_without(args.without, as_json=args.json, into_paper=args.write)
    else:
        measure(args.rounds, as_json=args.json, into_paper=args.write)


if __name__ == "__main__":
    main()
