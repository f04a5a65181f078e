"""What is opened for texts from elsewhere, a line each: `python -m bench.outside FILE… [--json]`.

For people's own texts, which nobody who built this has written: private messages, posts and film lines, for which
nothing is to be opened, or letters to the authorities, for which a ticket is. Each is the first that is ever said in a
group. Nothing of a text is kept or shown but how many of each length opened a ticket.
"""

import argparse
import json
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from bench.judged import CHAT, RESIDENT, predicted
from bot.reader import make_reader
from handlers.understanding.decide import Reader

LENGTHS: Final = (1, 15, 40, 100, 250, 10_000)  #: characters at which another row begins


def opened(reader: Reader, text: str) -> str | None:
    """How urgent the ticket is that the text opens, None for none."""
    said = {"id": "m", "ts": "2026-01-01T12:00:00+08:00", "sender": RESIDENT, "text": text}
    items = next(predicted(reader, (CHAT, said)))["items"]
    return str(items[0]["urgency"]) if items else None


def measured(reader: Reader, texts: Iterable[str]) -> dict[str, Any]:
    """How many texts there are, how many open a ticket and how many of those an emergency, by length."""
    found = [(len(text), opened(reader, text)) for text in texts]
    by_length = {
        f"{least}-{below - 1}": share([urgency for length, urgency in found if least <= length < below])
        for least, below in pairwise(LENGTHS)
    }
    return {**share([urgency for _, urgency in found]), "by_length": by_length}


def share(urgencies: list[str | None]) -> dict[str, Any]:
    """Texts, the share that opened a ticket and how many were called an emergency."""
    tickets = [urgency for urgency in urgencies if urgency is not None]
    return {
        "texts": len(urgencies),
        "opened": round(len(tickets) / max(len(urgencies), 1), 4),
        "emergencies": tickets.count("emergency"),
    }


def main() -> None:
    """Print what each file opens."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="+", type=Path, help="UTF-8, a text a line")
    parser.add_argument("--json", action="store_true")
    asked, reader = parser.parse_args(), make_reader()
    for path in asked.files:
        texts = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
        figures = {"file": path.name, **measured(reader, texts)}
        print(json.dumps(figures, ensure_ascii=False, indent=2 if asked.json else None))


if __name__ == "__main__":
    main()
