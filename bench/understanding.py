"""How well and how fast messages are understood, beside what is wanted: `python bench/understanding.py [--json]`.

Nothing that is scored here was trained on: neither the development groups nor what lies in tests/eval/held. Speed and
loading are medians of rounds that take turns with a bare segmentation of the same texts (rjieba) on the same machine.
`--without nq` trains a model without two authors and scores it on their groups, which takes minutes.
`--write` puts the tables into docs/understanding.md. It reports and asserts nothing.
"""

import argparse
import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).parent.parent))  # it may be started as a file as well

from bench.effort import effort
from bench.judged import DEV, FRESH, HELD, alarms, casual, left_out, letters, manners, scored
from bench.material import material
from bench.parts import parts
from bench.tables import author_row, parts_of
from bot.reader import make_reader

#: What the figures do not say.
LIMITS: Final = (
    "dev 不参加训练，但规则和门槛改的时候看过它的分数，偏乐观；没学过的作者写的（held、--without）更像真的。",
    "紧急的单很少，两套题都不到十张，差一张就是十几二十个百分点。全是写出来的群，不是真群。",
    "速度按占用的处理器时间算；旁边有别的程序抢同一个核时两边都慢，所以看比值。从零到答出第一条按墙上的钟算。",
)
PAPER: Final = Path(__file__).parent.parent / "docs" / "understanding.md"


def everything(rounds: int) -> dict[str, Any]:
    """All figures but those that need a training."""
    reader = make_reader()
    return {
        "dev": scored(reader, DEV),
        "held": scored(reader, HELD),
        **{author: scored(reader, paths) for author, paths in FRESH.items()},
        "casual": casual(reader),
        "letters": letters(reader),
        "alarms": alarms(reader),
        "manners": manners(),
        "parts": parts(reader),
        "effort": effort(reader, rounds),
        "material": material(),
        "limits": LIMITS,
    }


def table_in(paper: str, part: str) -> str:
    """The table that stands in the paper between the marks of its part."""
    return paper.partition(f"<!-- {part}:")[2].partition("-->\n")[2].partition(f"<!-- /{part} -->")[0]


def write(part: str, table: str) -> None:
    """Put a table into the paper, between the marks of its part."""
    paper = PAPER.read_text(encoding="utf-8")
    between = re.compile(rf"(<!-- {part}:[^>]*-->\n).*?(<!-- /{part} -->)", re.DOTALL)
    PAPER.write_text(between.sub(lambda found: found[1] + table + found[2], paper), encoding="utf-8")


def write_row(row: Sequence[str]) -> None:
    """Put a row into the paper's table by author, in the place of the one before or at its end."""
    table = table_in(PAPER.read_text(encoding="utf-8"), "authors")
    line, old = f"| {' | '.join(row)} |\n", re.compile(rf"^\| {re.escape(row[0])} \|.*\n", re.MULTILINE)
    write("authors", old.sub(lambda _: line, table) if old.search(table) else table + line)


def measure(rounds: int, *, as_json: bool, into_paper: bool) -> None:
    """The tables, or everything as JSON."""
    found = everything(rounds)
    tables = parts_of(found)
    print(json.dumps(found, ensure_ascii=False, indent=2) if as_json else "\n".join((*tables.values(), *LIMITS)))
    if into_paper:
        for part, text in tables.items():
            write(part, text)
        for name in ("dev", "held", *FRESH):
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
