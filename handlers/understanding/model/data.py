"""What there is to learn from: groups followed for days, messages that stand alone, and what is said afterwards."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from handlers.understanding.classify import grams, marks
from handlers.understanding.sound import understood
from handlers.understanding.types import Item, Judgement, Spot
from storage.types import Act, Category, Intent, Role, Urgency

DEALT: Final = 3  #: authors that the messages that stand alone are dealt to, so that some can be kept back
NAMES: Final = ("", "2-1203")  #: of who says them, in turn: some are called by their home
HOUSE: Final = {"building": "3", "units": ["1", "2", "3"], "floors": 18}
#: What a message with several items is taught as.
ORDER: Final = {Act.OPEN: 0, Act.RESOLVED: 1, Act.ME_TOO: 2, Act.DETAIL: 3}

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Transcript:
    """A group's lines and the letter of who wrote them."""

    author: str
    lines: tuple[Line, ...]

    @property
    def alone(self) -> bool:
        """It is but one message."""
        return len(self.lines) == 2


@dataclass(frozen=True, slots=True)
class Sample:
    """A message for the linear table."""

    author: str
    features: tuple[str, ...]
    act: str
    category: str | None
    urgency: str | None


def talking(data: Path) -> list[Transcript]:
    """Every group of `data`, in order of name."""
    return [transcript(path) for path in sorted((data / "groups").glob("*.jsonl"))]


def transcript(path: Path) -> Transcript:
    """The group in that file."""
    return Transcript(path.name[0], tuple(_lines(path)))


def quiet(data: Path) -> list[Transcript]:
    """Every message that stands alone, as the first that is ever said in a group."""
    return alone(sorted(data.glob("*.jsonl")))


def alone(paths: Iterable[Path]) -> list[Transcript]:
    """Every message of these files, each in a group of its own."""
    said = (line for path in paths for line in _lines(path))
    return [
        Transcript(f"*{number % DEALT}", ({"chat": HOUSE}, _first_words(line, NAMES[number % len(NAMES)])))
        for number, line in enumerate(said)
    ]


def _lines(path: Path) -> Iterator[Line]:
    return (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())


def _first_words(line: Line, name: str) -> Line:
    opened = {name: line[name] for name in ("category", "urgency", "location")} | {"act": Act.OPEN, "ticket": "new"}
    return {
        "id": line["id"],
        "ts": "2026-01-01T12:00:00+08:00",
        "sender": {"id": "u1", "name": name, "role": Role.RESIDENT},
        "text": line["text"],
        "attachments": [],
        "gold": {"intent": line["intent"], "items": [opened] if line["intent"] == Intent.REQUEST else []},
    }


def followed(data: Path) -> list[Sample]:
    """What is said of something reported before, without saying which: for the table alone, which reads but words."""
    said = [line for path in sorted((data / "followups").glob("*.jsonl")) for line in _lines(path)]
    return [
        Sample(
            f"*{number % DEALT}", _features(line["text"], Role(line["role"]), ()), line["act"], line["category"], None
        )
        for number, line in enumerate(said)
    ]


def samples(transcripts: Iterable[Transcript]) -> Iterator[Sample]:
    """Every message that a person wrote."""
    for transcript in transcripts:
        for message in transcript.lines[1:]:
            if message["sender"]["role"] != "bot":
                yield _said(transcript.author, message)


def _said(author: str, message: Line) -> Sample:
    seen = _features(message["text"], Role(message["sender"]["role"]), message["attachments"])
    items = sorted(message["gold"]["items"], key=lambda item: ORDER[item["act"]])
    if not items:
        return Sample(author, seen, message["gold"]["intent"], None, None)
    return Sample(author, seen, items[0]["act"], items[0]["category"], items[0]["urgency"])


def _features(text: str, role: Role, attachments: Sequence[str]) -> tuple[str, ...]:
    short = understood(text)
    return tuple(dict.fromkeys((*grams(short), *marks(short, role, attachments))))


def gold_of(message: Line) -> Judgement:
    """The judgement that the transcript gives."""
    items = tuple(
        Item(Act(i["act"]), i["ticket"], Category(i["category"]), Urgency(i["urgency"]), Spot(**i["location"]))
        for i in message["gold"]["items"]
    )
    return Judgement(Intent(message["gold"]["intent"]), items)
