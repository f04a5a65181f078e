"""Builds the shipped weights from the training transcripts: `python -m handlers.understanding.model.train`.

Three things are learned one after the other: what words mean (a linear table), which ticket a message belongs to, and
what it is in the end. The later two learn from scores that the table gave to authors that it had not read, for that is
how it will meet new groups. Needs the test extra (scikit-learn); the same data gives the same weights.
"""

import json
import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier

from handlers.understanding.classify import ACTS, CATEGORIES, HEADS, URGENCIES, WIDTH, Scores, Words, grams, marks
from handlers.understanding.decide import Reader
from handlers.understanding.group import Group, scene_of
from handlers.understanding.model import WEIGHTS
from handlers.understanding.network import Network
from handlers.understanding.normalise import plain
from handlers.understanding.types import Item, Judgement, Spot
from storage.types import Act, Category, Intent, Role, Urgency

DATA: Final = Path("tests/eval/train")
SINGLES: Final = "messages.jsonl"
LEAST: Final = 3  #: messages that an n-gram must occur in
FOLDS: Final = 3
FIRMNESS: Final = {"act": 25.0, "category": 40.0, "urgency": 15.0}
TIES: Final = ("none", Act.DETAIL, Act.ME_TOO, Act.RESOLVED)
ORDER: Final = {Act.OPEN: 0, Act.RESOLVED: 1, Act.ME_TOO: 2, Act.DETAIL: 3}


@dataclass(frozen=True, slots=True)
class Sample:
    """A message for the linear table."""

    author: str
    features: tuple[str, ...]
    act: str
    category: str | None
    urgency: str | None


def transcripts(data: Path) -> list[tuple[str, list[dict[str, Any]]]]:
    """Author and lines of every group."""
    return [
        (path.name[0], [json.loads(line) for line in path.read_text("utf-8").splitlines() if line.strip()])
        for path in sorted((data / "groups").glob("*.jsonl"))
    ]


def features(text: str, role: Role, attachments: Sequence[str]) -> tuple[str, ...]:
    short = plain(text)
    return tuple(dict.fromkeys((*grams(short), *marks(short, role, attachments))))


def samples(data: Path) -> Iterator[Sample]:
    """Every message that a person wrote, as the table sees it."""
    for author, lines in transcripts(data):
        for message in lines[1:]:
            if message["sender"]["role"] == "bot":
                continue
            items = sorted(message["gold"]["items"], key=lambda item: ORDER[item["act"]])
            seen = features(message["text"], Role(message["sender"]["role"]), message["attachments"])
            if items:
                yield Sample(author, seen, items[0]["act"], items[0]["category"], items[0]["urgency"])
            else:
                yield Sample(author, seen, message["gold"]["intent"], None, None)
    for line in (data / SINGLES).read_text("utf-8").splitlines():
        message = json.loads(line)
        act = Act.OPEN if message["intent"] == Intent.REQUEST else message["intent"]
        yield Sample("*", features(message["text"], Role.RESIDENT, ()), act, message["category"], message["urgency"])


def matrix(rows: dict[str, int], chosen: Sequence[Sample]) -> csr_matrix:
    """Binary n-grams, each message of length one."""
    starts, columns, values = [0], [], []
    for sample in chosen:
        known = [rows[word] for word in sample.features if word in rows]
        columns.extend(known)
        values.extend([max(len(known), 1) ** -0.5] * len(known))
        starts.append(len(columns))
    return csr_matrix((values, columns, starts), shape=(len(chosen), len(rows)))


def learn_words(chosen: Sequence[Sample]) -> Words:
    """The linear table of these messages."""
    counts = Counter(word for sample in chosen for word in sample.features)
    rows = {word: row for row, word in enumerate(sorted(word for word, count in counts.items() if count >= LEAST))}
    seen, table, at = matrix(rows, chosen), np.zeros((len(rows) + 1, WIDTH), np.float32), 0
    for head, classes in (("act", ACTS), ("category", CATEGORIES), ("urgency", URGENCIES)):
        labels = [getattr(sample, head) for sample in chosen]
        weights = np.array([0.0 if label is None else weight(head, sample) for label, sample in zip(labels, chosen)])
        kept = weights > 0
        fitted = LogisticRegression(C=FIRMNESS[head], max_iter=80, tol=1e-3)
        fitted.fit(seen[kept], [str(label) for label in labels if label is not None], weights[kept])
        for row, name in enumerate(fitted.classes_):
            column = at + [str(one) for one in classes].index(name)
            table[:-1, column], table[-1, column] = fitted.coef_[row], fitted.intercept_[row]
        at += HEADS[head]
    return Words(rows, table)


def weight(head: str, sample: Sample) -> float:
    """How much a message teaches a head: what opens a ticket names its category, what adds to it often does not."""
    return 1.0 if head == "act" or sample.act == Act.OPEN else 0.3 if head == "category" else 0.1


def gold_of(message: dict[str, Any]) -> Judgement:
    """The judgement that the transcript gives."""
    items = tuple(
        Item(Act(i["act"]), i["ticket"], Category(i["category"]), Urgency(i["urgency"]), Spot(**i["location"]))
        for i in message["gold"]["items"]
    )
    return Judgement(Intent(message["gold"]["intent"]), items)


@dataclass(slots=True)
class Lesson:
    """What the networks learn from one message: a row of evidence a ticket, the true ties, and the true act."""

    surroundings: Scores
    ties: Scores
    tied: list[int]
    act: int


def lessons(reader: Reader, lines: Sequence[dict[str, Any]]) -> Iterator[Lesson]:
    """A group lived through with the right answers, as the reader's table sees it."""
    group = Group(scene_of(lines[0]["chat"]))
    for message in lines[1:]:
        heard, gold = group.heard(message), gold_of(message)
        if not heard.from_bot:
            tickets = group.near(heard.at)
            view = reader.view(heard, group.scene, group.memory, tickets)
            acts = {item.ticket: item.act for item in gold.items if item.act is not Act.OPEN}
            tied = [TIES.index(acts.get(ticket.id, "none")) for ticket in tickets]
            first = min((item.act for item in gold.items), key=ORDER.__getitem__, default=None)
            act = [str(one) for one in ACTS].index(str(first or gold.intent))
            yield Lesson(view.around, view.ties, tied, act)
        group.note(heard, gold)


def learn_network(facts: Scores, labels: Sequence[int], classes: int, hidden: int, decay: float) -> Network:
    """A network of one hidden layer for these rows; the inputs' scales are folded into its weights."""
    mean, spread = facts.mean(axis=0), facts.std(axis=0) + 1e-3
    fitted = MLPClassifier((hidden,), alpha=decay, batch_size=256, max_iter=14, random_state=1, learning_rate_init=2e-3)
    fitted.fit((facts - mean) / spread, np.eye(classes, dtype=int)[list(labels)] if classes == 2 else labels)
    first, second = fitted.coefs_
    first = first / spread[:, None]
    bias = fitted.intercepts_[0] - mean @ first
    return Network(*(np.asarray(part, np.float32) for part in (first, bias, second, fitted.intercepts_[1])))


def learn(data: Path = DATA, without: Collection[str] = ()) -> Reader:
    """A reader trained on everything in `data` but the authors in `without`."""
    chosen = [sample for sample in samples(data) if sample.author not in without]
    groups = [(author, lines) for author, lines in transcripts(data) if author not in without]
    authors = sorted({author for author, _ in groups})
    taught: list[tuple[Reader, list[Lesson]]] = []
    for fold in range(FOLDS):
        hidden = set(authors[fold::FOLDS])
        reader = blank(learn_words([sample for sample in chosen if sample.author not in hidden]))
        taught.append((reader, [x for author, lines in groups if author in hidden for x in lessons(reader, lines)]))
    every = [lesson for _, part in taught for lesson in part]
    link = learn_network(
        np.concatenate([lesson.ties for lesson in every]), [tie for lesson in every for tie in lesson.tied], 4, 24, 1e-3
    )
    facts = np.stack([told(link, lesson) for lesson in every])
    verdict = learn_network(facts, [lesson.act for lesson in every], len(ACTS), 32, 1e-2)
    return Reader(learn_words(chosen), link, verdict)


def told(link: Network, lesson: Lesson) -> Scores:
    """The facts of the verdict for one lesson."""
    from handlers.understanding.decide import facts

    return facts(lesson.surroundings, lesson.ties, link)


def blank(words: Words) -> Reader:
    """A reader that has words only, for the views that the networks learn from."""
    nothing = Network(*(np.zeros((1, 1), np.float32) for _ in range(4)))
    return Reader(words, nothing, nothing)


def save(reader: Reader, path: Path) -> None:
    """The weights as plain arrays: the table in 8 bits with a scale a column, the networks in 16."""
    table = reader.words.table
    scale = np.abs(table).max(axis=0) / 127 + 1e-9
    arrays: dict[str, Any] = {
        "grams": np.frombuffer("\t".join(reader.words.rows).encode(), np.uint8),
        "table": np.round(table / scale).astype(np.int8),
        "scale": scale.astype(np.float32),
    }
    for name, network in (("link", reader.link), ("verdict", reader.verdict)):
        arrays |= {
            f"{name}_w1": network.first, f"{name}_b1": network.first_bias,
            f"{name}_w2": network.second, f"{name}_b2": network.second_bias,
        }  # fmt: skip
    np.savez_compressed(path, **arrays)


if __name__ == "__main__":
    save(learn(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA), WEIGHTS)
