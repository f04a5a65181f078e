"""The training messages as the two networks meet them: with what was said before, with less of it, and with none.

A group begins anew after every restart and after two quiet hours, and a resident who has a problem does not wait until
others have talked. So the same message is met in several surroundings, that none of them alone gives the answer away.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from handlers.understanding.classify import ACTS, Scores
from handlers.understanding.decide import Reader
from handlers.understanding.group import Group, scene_of
from handlers.understanding.model.data import ORDER, Line, Transcript, gold_of
from handlers.understanding.types import Memory, Question
from storage.types import Act, Role

TIES: Final = ("none", Act.DETAIL, Act.ME_TOO, Act.RESOLVED)
LEFT: Final = 4  #: messages, less one, that are left at most to who has forgotten


@dataclass(frozen=True, slots=True)
class Lesson:
    """A message for the networks: its surroundings, a row of evidence a ticket, the true ties, the true act."""

    surroundings: Scores
    ties: Scores
    tied: tuple[int, ...]
    act: int


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
    for group, message in _lived(transcript):
        yield from _lesson(reader, group, message)


def taught_by_forgetting(reader: Reader, transcript: Transcript) -> Iterator[Lesson]:
    """The same after a restart: few messages are remembered, or none, or the group is quite new."""
    for number, (group, message) in enumerate(_lived(transcript)):
        recent = group.memory.recent
        left = Memory(recent[max(len(recent) - number % LEFT, 0) :])
        yield from _lesson(reader, replace(group, memory=left), message)
        if all(item["act"] == Act.OPEN for item in message["gold"]["items"]):
            yield from _lesson(reader, Group(group.scene), message)


def taught_by_surprise(reader: Reader, transcript: Transcript, surprises: Iterator[Line]) -> Iterator[Lesson]:
    """What a resident might have said instead, had he come with something else than all the open tickets."""
    for (group, message), surprise in zip(_lived(transcript), surprises, strict=False):
        if message["sender"]["role"] == Role.RESIDENT:
            said = surprise | {name: message[name] for name in ("ts", "sender")}
            heard = group.heard(said)
            about = {reader.report(heard, group.scene).category, *(item["category"] for item in said["gold"]["items"])}
            if about.isdisjoint(ticket.category for ticket in group.near(heard.at)):
                yield from _lesson(reader, group, said)


def taught_by_mistakes(reader: Reader, transcript: Transcript) -> Iterator[Lesson]:
    """A group lived through with the reader's own answers: what is right where it has gone wrong before."""
    group, matching = Group(scene_of(transcript.lines[0]["chat"])), Matching(transcript.lines)
    for message in transcript.lines[1:]:
        yield from _lesson(reader, group, message, matching.gold)
        matching.learn(message, group.hear(reader, message))


def _lived(transcript: Transcript) -> Iterator[tuple[Group, Line]]:
    """A group before each of its messages, where everything until then was understood."""
    group = Group(scene_of(transcript.lines[0]["chat"]))
    for message in transcript.lines[1:]:
        yield group, message
        group.note(group.heard(message), gold_of(message))


def _lesson(reader: Reader, group: Group, message: Line, gold: Mapping[str, str] | None = None) -> Iterator[Lesson]:
    heard = group.heard(message)
    if heard.from_bot:
        return
    tickets = group.near(heard.at)
    (view,) = reader.views((Question(heard, group.scene, group.memory, tickets),))
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
