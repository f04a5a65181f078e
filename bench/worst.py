"""The slowest of 100,000 characters: `python -m bench.worst` prints the seconds that the worst of many texts takes.

Repeats that make a careless regular expression go back and forth for ever, and heaps of what the rules look for, in
every order that a seed gives. Who starts this sets a limit: an expression that runs away does not come back.
"""

import json
import random
import re
import sys
from collections.abc import Iterator
from datetime import datetime
from itertools import cycle, islice
from time import perf_counter
from typing import Final

from bot.reader import make_reader
from handlers.understanding import danger, masks, names, own_home, place, several, turns, whereabouts
from handlers.understanding.group import Group, scene_of
from handlers.understanding.types import Scene

LENGTH: Final = 100_000
HEAPS: Final = 120
REPEATS: Final = (
    "3-1-502漏水", "ﷺ", "一", "\u202e\u200b", "@1 ", "@", "1-", "1 ", "有人", "我家", "水电", "闻到煤气", "倒在", "一二", "3栋1单元和",
    ",", ";还有", "?", "1.", "a.", "a@a.", "0" * 7 + " ", "[人1]", "[", "老王", "我是", "\n", " ", "Z\u0301\u0308", "😀", "\ud800",
    "困在电梯里面", "拿着", "打", "烟", "味", "负", "到", "楼", "百", "13A02", "张三李四", "+1", "A", "-", "不是是", "喂", "@物业 ", "有人", "请问",
)  # fmt: skip


def patterns() -> Iterator[str]:
    """The source of every regular expression that a message meets."""
    for module in (danger, masks, names, own_home, place, several, turns, whereabouts):
        for value in vars(module).values():
            if isinstance(value, re.Pattern):
                yield value.pattern
    yield from (pattern.pattern for _, pattern in (*danger.RULES, *masks.NUMBERS))
    yield from (pattern.pattern for pattern in names.SAID)


def texts() -> Iterator[tuple[str, str]]:
    """Texts of LENGTH characters, each with what it is made of."""
    for repeat in REPEATS:
        yield repeat, "".join(islice(cycle(repeat), LENGTH))
    draw = random.Random(5)
    for source in sorted(set(patterns())):
        pieces = sorted({*re.findall(r"[一-鿿]+|\w", source), *"0 ,-"})
        for number in range(max(HEAPS // len(set(patterns())), 1)):
            heap = "".join(draw.choices(pieces, k=1500))
            yield f"heap {number} of {source[:20]}", "".join(islice(cycle(heap), LENGTH))


def main() -> None:
    reader, scene = make_reader(), scene_of({"building": "3", "units": ["1", "2"], "floors": 18})
    at = datetime.fromisoformat("2026-01-01T12:00:00+08:00").isoformat()
    spent: list[tuple[float, str]] = []
    for label, text in texts():
        group, began = Group(scene), perf_counter()
        for role in ("resident", "property"):
            group.hear(reader, {"id": role, "ts": at, "sender": {"id": role, "name": text, "role": role}, "text": text})
        masks.Masks(Scene("3")).hide(text)
        spent.append((perf_counter() - began, label))
    slowest, label = max(spent)
    sys.stdout.write(json.dumps({"texts": len(spent), "characters": LENGTH, "slowest_s": slowest, "of": label}) + "\n")


if __name__ == "__main__":
    main()
