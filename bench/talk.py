"""What people say in the benches: the groups of tests/eval/train, their small talk and their problems, for ever.

Nine messages of ten are small talk. The tenth opens a ticket or changes one: told, told again by a neighbour, taken by
the steward on duty, told more of, done. Two tickets of a group are under way at a time.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import cycle
from pathlib import Path
from typing import Any, Final

from bench.town import ACCOUNT, ADMIN, CHANNEL, STEWARD, Neighbour
from handlers.messages import Inbound

TRAIN: Final = Path(__file__).parent.parent / "tests" / "eval" / "train" / "groups"
EVERY: Final = 10


@dataclass(frozen=True, slots=True)
class Line:
    """Something to be said. `about`: the story whose first line it quotes."""

    sender: Neighbour
    text: str
    about: int | None = None
    opens: int | None = None


@dataclass(slots=True)
class Group:
    """One group of the evaluation files, and what is said in it from now on."""

    chat: str
    people: list[Neighbour]
    chatter: list[Line]
    stories: list[list[tuple[str, Line]]]  #: each a ticket: its acts in order
    plain: bool = False  #: tell and end tickets by commands alone
    said: int = 0
    first: dict[int, str] = field(default_factory=dict)  #: story → the id of its first message
    every: int = EVERY  #: one message of so many changes something
    at: int = 0  #: where between two changes the group begins, so that groups do not change tickets all at once
    _small: Iterator[Line] = field(init=False)
    _changes: Iterator[Line] = field(init=False)

    def __post_init__(self) -> None:
        self._small = cycle(self.chatter)
        self._changes = self._told()

    def next(self, now: datetime) -> tuple[Inbound, bool]:
        """The next message, and whether it is meant to change a ticket."""
        self.said += 1
        changes = (self.said + self.at) % self.every == 0
        line = next(self._changes if changes else self._small)
        return self.inbound(line, now), changes

    def inbound(self, line: Line, now: datetime) -> Inbound:
        """`line` as a channel hands it over."""
        message_id = f"{self.chat}-{self.said}"
        if line.opens is not None:
            self.first[line.opens] = message_id
        return Inbound(
            channel=CHANNEL,
            account=ACCOUNT,
            chat=self.chat,
            message_id=message_id,
            sender=line.sender.id,
            sender_name=line.sender.name,
            text=line.text,
            at=now,
            reply_to=self.first.get(line.about) if line.about is not None else None,
        )

    def cancel(self, number: int, now: datetime) -> Inbound:
        """The community takes a ticket off the board that nobody ended."""
        self.said += self.every
        return self.inbound(Line(Neighbour(ADMIN, "陈书记", "admin"), f"撤销 {number}"), now)

    def _told(self) -> Iterator[Line]:
        """The stories, two at a time, line by line."""
        under_way = [self._story(0), self._story(1)]
        begun = 2
        while True:
            for place in (0, 1):
                line = next(under_way[place], None)
                if line is None:
                    under_way[place] = self._story(begun)
                    begun += 1
                    line = next(under_way[place])
                yield line

    def _story(self, number: int) -> Iterator[Line]:
        """Told, said again, taken, told more of, done."""
        steward = Neighbour(f"{self.chat}-{STEWARD}", "红管家", "steward")
        acts = self.stories[number % len(self.stories)]
        opening = next(line for act, line in acts if act == "open")
        words = f"报修 {opening.text}" if self.plain else opening.text
        self.first.pop(number - 10, None)
        yield Line(opening.sender, words, opens=number)
        for wanted in () if self.plain else ("me_too", "detail"):
            if line := next((line for act, line in acts if act == wanted), None):
                yield Line(line.sender, line.text)
        yield Line(steward, "接单", about=number)
        over = next((line for act, line in acts if act == "resolved"), None)
        by_words = over is not None and not self.plain and number % 3 == 0
        yield Line(over.sender, over.text, about=number) if over and by_words else Line(steward, "办结", about=number)


def groups(count: int, *, plain: bool, every: int = EVERY) -> list[Group]:
    """`count` groups of the evaluation files, each with people of its own."""
    found = (read(path, plain=plain) for path in sorted(TRAIN.glob("*.jsonl")))
    lively = [group for group in found if len(group.stories) >= 4 and len(group.chatter) >= 30][:count]
    for number, group in enumerate(lively):
        group.every, group.at = every, number % every
    return lively


def read(path: Path, *, plain: bool) -> Group:
    """The group of one file."""
    _, *messages = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    chat = path.stem
    people: dict[str, Neighbour] = {}
    chatter: list[Line] = []
    stories: dict[str, list[tuple[str, Line]]] = {}
    for message in messages:
        line = _line(chat, message, people)
        gold = message["gold"]
        if gold["intent"] == "chatter" and message["text"]:
            chatter.append(line)
        if len(gold["items"]) == 1 and message["text"]:
            item = gold["items"][0]
            stories.setdefault(item["ticket"], []).append((item["act"], line))
    whole = [acts for acts in stories.values() if acts[0][0] == "open"]
    return Group(chat, list(people.values()), chatter, whole, plain=plain)


def _line(chat: str, message: dict[str, Any], people: dict[str, Neighbour]) -> Line:
    sender = message["sender"]
    known = people.setdefault(sender["id"], Neighbour(f"{chat}-{sender['id']}", sender["name"], sender["role"]))
    return Line(known, message["text"])
