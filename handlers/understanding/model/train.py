"""Builds the shipped weights from the training transcripts: `python -m handlers.understanding.model.train`.

Three things are learned one after the other: what words mean (a linear table), which ticket a message belongs to, and
what it is in the end (two small networks). The networks learn from scores that the table gave to authors that it had
not read, for that is how it will meet new groups; first among the right answers to the messages before, remembered
well, badly or not at all, then among their own. Needs the test extra (scikit-learn); the same data gives the same weights.
"""

import sys
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import cycle
from pathlib import Path
from typing import Any, Final

import numpy as np
from scipy.sparse import csr_matrix
from sklearn.neural_network import MLPClassifier
from sklearn.svm import LinearSVC

from handlers.understanding.classify import ACTS, CATEGORIES, HEADS, URGENCIES, WIDTH, Scores, Words
from handlers.understanding.decide import Reader
from handlers.understanding.model import WEIGHTS
from handlers.understanding.model.data import Sample, Transcript, followed, quiet, samples, talking
from handlers.understanding.model.lessons import (
    Lesson,
    taught_by_forgetting,
    taught_by_gold,
    taught_by_mistakes,
    taught_by_surprise,
)
from handlers.understanding.network import Network, on_one_thread
from handlers.understanding.scales import facts
from storage.types import Act

DATA: Final = Path("tests/eval/train")
LEAST: Final = 3  #: messages that an n-gram must occur in
FOLDS: Final = 3
ROUNDS: Final = 1  #: times that the networks learn from their own mistakes
TWINS: Final = 3  #: networks from different beginnings, joined into one for a steadier answer
#: What makes a share of a margin: the factor under which the shares of authors that were left out were likeliest.
STEEPNESS: Final = {"act": 2.5, "category": 5.0, "urgency": 2.5}


def matrix(rows: dict[str, int], chosen: Sequence[Sample]) -> csr_matrix:
    """Binary n-grams, each message of length one; column 0 is kept for the bias."""
    starts, columns, values = [0], [], []
    for sample in chosen:
        known = [rows[word] for word in sample.features if word in rows]
        columns.extend(known)
        values.extend([max(len(known), 1) ** -0.5] * len(known))
        starts.append(len(columns))
    return csr_matrix((values, columns, starts), shape=(len(chosen), len(rows) + 1))


def weight(head: str, sample: Sample) -> float:
    """How much a message teaches a head: what opens a ticket names its category, what adds to it often does not."""
    if getattr(sample, head) is None:
        return 0.0
    return 1.0 if head == "act" or sample.act == Act.OPEN else 0.3 if head == "category" else 0.1


def learn_words(chosen: Sequence[Sample]) -> Words:
    """The linear table of these messages."""
    counts = Counter(word for sample in chosen for word in sample.features)
    kept = sorted(word for word, count in counts.items() if count >= LEAST)
    rows = {word: row for row, word in enumerate(kept, 1)}
    seen, table, at = matrix(rows, chosen), np.zeros((len(rows) + 1, WIDTH), np.float32), 0
    for head, classes in (("act", ACTS), ("category", CATEGORIES), ("urgency", URGENCIES)):
        weights = np.array([weight(head, sample) for sample in chosen])
        labels = [str(getattr(sample, head)) for sample, counted in zip(chosen, weights, strict=True) if counted]
        fitted = LinearSVC(C=1.0, max_iter=400, tol=1e-2, random_state=0)
        fitted.fit(seen[weights > 0], labels, weights[weights > 0])
        for row, name in enumerate(fitted.classes_):
            column = at + [str(one) for one in classes].index(name)
            table[:, column] = fitted.coef_[row] * STEEPNESS[head]
            table[0, column] = fitted.intercept_[row] * STEEPNESS[head]
        at += HEADS[head]
    return Words(rows, table)


def learn_network(rows: Scores, labels: Sequence[int], hidden: int, decay: float) -> Network:
    """A network of one hidden layer that is the mean of TWINS; the inputs' scales are folded into its weights."""
    mean, spread = rows.mean(axis=0), rows.std(axis=0) + 1e-3
    twins = [
        MLPClassifier((hidden,), alpha=decay, batch_size=256, max_iter=14, random_state=seed, learning_rate_init=2e-3)
        for seed in range(TWINS)
    ]
    for twin in twins:
        twin.fit((rows - mean) / spread, labels)
    first = np.concatenate([twin.coefs_[0] for twin in twins], axis=1) / spread[:, None]
    bias = np.concatenate([twin.intercepts_[0] for twin in twins]) - mean @ first
    second = np.concatenate([twin.coefs_[1] for twin in twins]) / TWINS
    last = sum(twin.intercepts_[1] for twin in twins) / TWINS
    return Network(*(np.asarray(part, np.float32) for part in (first, bias, second, last)))


def learn_networks(lessons: Sequence[Lesson]) -> tuple[Network, Network]:
    """What ties a message to a ticket, and what it is in the end."""
    ties = [tie for lesson in lessons for tie in lesson.tied]
    link = learn_network(np.concatenate([lesson.ties for lesson in lessons]), ties, 24, 1e-2)
    rows = np.stack([facts(lesson.surroundings, lesson.ties, link.shares(lesson.ties)) for lesson in lessons])
    return link, learn_network(rows, [lesson.act for lesson in lessons], 32, 1e-1)


def learn(data: Path = DATA, without: Collection[str] = ()) -> Reader:
    """A reader trained on everything in `data` but what the authors in `without` wrote."""
    on_one_thread()  # a sum in another order is another sum, and the weights are to be the same on every machine
    groups = [group for group in (*talking(data), *quiet(data)) if group.author not in without]
    chosen = [*samples(groups), *followed(data)]
    authors = sorted({group.author for group in groups})
    taught: list[tuple[Words, list[Transcript]]] = []
    for fold in range(FOLDS):
        kept_back = set(authors[fold::FOLDS])
        words = learn_words([sample for sample in chosen if sample.author not in kept_back])
        taught.append((words, [group for group in groups if group.author in kept_back]))
    return Reader(learn_words(chosen), *_schooled(taught))


def _schooled(taught: Sequence[tuple[Words, Sequence[Transcript]]]) -> tuple[Network, Network]:
    """The networks after lessons by the right answers and ROUNDS of lessons by their own mistakes."""
    untaught = Network(*(np.zeros((1, 1), np.float32) for _ in range(4)))
    lessons = [lesson for words, groups in taught for lesson in _taught(Reader(words, untaught, untaught), groups)]
    networks = learn_networks(lessons)
    for _ in range(ROUNDS):
        readers = [(Reader(words, *networks), groups) for words, groups in taught]
        lessons += [
            lesson
            for reader, groups in readers
            for group in groups
            if not group.alone
            for lesson in taught_by_mistakes(reader, group)
        ]
        networks = learn_networks(lessons)
    return networks


def _taught(reader: Reader, groups: Sequence[Transcript]) -> Iterator[Lesson]:
    """Every lesson by the right answers; what is said alone here comes elsewhere as a surprise."""
    alone = [group for group in groups if group.alone]
    surprises = cycle([group.lines[1] for group in alone])
    for group in groups:
        yield from taught_by_gold(reader, group)
        if not group.alone:
            yield from taught_by_forgetting(reader, group)
            yield from taught_by_surprise(reader, group, surprises)


def save(reader: Reader, path: Path) -> None:
    """The weights as plain arrays: the table in 8 bits with a scale a column, the networks as they are."""
    table = reader.words.table
    scale = np.abs(table).max(axis=0) / 127 + 1e-9
    arrays: dict[str, Any] = {
        "grams": np.frombuffer("".join(f"{gram}\t" for gram in reader.words.rows).encode(), np.uint8),
        "table": np.round(table / scale).astype(np.int8),
        "scale": scale.astype(np.float32),
    }
    for name, network in (("link", reader.link), ("verdict", reader.verdict)):
        for part in ("first", "first_bias", "second", "second_bias"):
            arrays[f"{name}_{part}"] = getattr(network, part)
    np.savez_compressed(path, **arrays)


if __name__ == "__main__":
    save(learn(Path(sys.argv[1]) if len(sys.argv) > 1 else DATA), WEIGHTS)
