"""The training transcripts as what the table and the networks learn from."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from handlers.understanding.classify import ACTS, Scores, grams, marks
from handlers.understanding.decide import Reader
from handlers.understanding.group import Group, scene_of
from handlers.understanding.normalise import plain
from handlers.understanding.types import Item, Judgement, Spot
from storage.types import Act, Category, Intent, Role, Urgency

SINGLES: Final = "messages.jsonl"
TIES: Final = ("none", Act.DETAIL, Act.ME_TOO, Act.RESOLVED)
#: What a message with several items is taught as.
ORDER: Final = {Act.OPEN: 0, Act.RESOLVED: 1, Act.ME_TOO: 2, Act.DETAIL: 3}

Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Transcript:
    """A group's lines and the letter of who wrote them."""

    author: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Sample:
    """A message for the linear table."""

    author: str
    features: tuple[str, ...]
    act: str
    category: str | None
    urgency: str | None


@dataclass(frozen=True, slots=True)
class Lesson:
    """A message for the networks: its surroundings, a row of evidence a ticket, the true ties, the true act."""

    surroundings: Scores
    ties: Scores
    tied: tuple[int, ...]
    act: int


def transcripts(data: Path) -> list[Transcript]:
    """Every group of `data`, in order of name."""
    return [
        Transcript(
            path.name[0], tuple(json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip())
        )
        for path in sorted((data / "groups").glob("*.jsonl"))
    ]


def samples(data: Path) -> Iterator[Sample]:
    """Every message that a person wrote."""
    for transcript in transcripts(data):
        for message in transcript.lines[1:]:
            if message["sender"]["role"] != "bot":
                yield _said(transcript.author, message)
    for line in (data / SINGLES).read_text("utf-8").splitlines():
        message = json.loads(line)
        act = Act.OPEN if message["intent"] == Intent.REQUEST else message["intent"]
        yield Sample("*", _features(message["text"], Role.RESIDENT, ()), act, message["category"], message["urgency"])


def _said(author: str, message: Line) -> Sample:
    seen = _features(message["text"], Role(message["sender"]["role"]), message["attachments"])
    items = sorted(message["gold"]["items"], key=lambda item: ORDER[item["act"]])
    if not items:
        return Sample(author, seen, message["gold"]["intent"], None, None)
    return Sample(author, seen, items[0]["act"], items[0]["category"], items[0]["urgency"])


def _features(text: str, role: Role, attachments: Sequence[str]) -> tuple[str, ...]:
    short = plain(text)
    return tuple(dict.fromkeys((*grams(short), *marks(short, role, attachments))))


def gold_of(message: Line) -> Judgement:
    """The judgement that the transcript gives."""
    items = tuple(
        Item(Act(i["act"]), i["ticket"], Category(i["category"]), Urgency(i["urgency"]), Spot(**i["location"]))
        for i in message["gold"]["items"]
    )
    return Judgement(Intent(message["gold"]["intent"]), items)


@dataclass(slots=True)
class Matching:
    """Which of the reader's own tickets is which of the transcript's, as score.py matches them."""

    lines: Sequence[Line]
    gold: dict[str, str] = field(default_factory=dict)  #: own ticket → the transcript's
    taken: set[str] = field(default_factory=set)

    def learn(self, message: Line, prediction: Mapping[str, Any]) -> None:
        """Match the tickets that a prediction opened."""
        for item in prediction["items"]:
            if item["act"] == Act.OPEN:
                held = [i["ticket"] for i in message["gold"]["items"] if i["ticket"] not in self.taken]
                if held:
                    self.gold[item["ticket"]] = held[0]
                    self.taken.add(held[0])


def taught_by_gold(reader: Reader, transcript: Transcript) -> Iterator[Lesson]:
    """A group lived through with the right answers."""
    group = Group(scene_of(transcript.lines[0]["chat"]))
    for message in transcript.lines[1:]:
        gold = gold_of(message)
        yield from _lesson(reader, group, message, None)
        group.note(group.heard(message), gold)


def taught_by_mistakes(reader: Reader, transcript: Transcript) -> Iterator[Lesson]:
    """A group lived through with the reader's own answers: what is right where it has gone wrong before."""
    group, matching = Group(scene_of(transcript.lines[0]["chat"])), Matching(transcript.lines)
    for message in transcript.lines[1:]:
        yield from _lesson(reader, group, message, matching.gold)
        matching.learn(message, group.hear(reader, message))


def _lesson(reader: Reader, group: Group, message: Line, gold: Mapping[str, str] | None) -> Iterator[Lesson]:
    heard = group.heard(message)
    if heard.from_bot:
        return
    tickets = group.near(heard.at)
    view = reader.view(heard, group.scene, group.memory, tickets)
    true = {item["ticket"]: Act(item["act"]) for item in message["gold"]["items"]}
    names = [ticket.id if gold is None else gold.get(ticket.id, "") for ticket in tickets]
    ties = tuple(TIES.index("none" if true.get(n, Act.OPEN) is Act.OPEN else true[n]) for n in names)
    yield Lesson(view.around, view.ties, ties, _act(message, true, ties))


def _act(message: Line, true: Mapping[str, Act], ties: tuple[int, ...]) -> int:
    """The act to learn; who says more of a ticket that was missed at first had better open it now."""
    first = min(true.values(), key=ORDER.__getitem__, default=None)
    missed = first in (Act.DETAIL, Act.ME_TOO) and not any(ties) and message["sender"]["role"] == Role.RESIDENT
    name = Act.OPEN if missed else first or message["gold"]["intent"]
    return [str(act) for act in ACTS].index(str(name))
