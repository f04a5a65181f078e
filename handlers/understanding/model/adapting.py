"""What a community's corrections change in the table of words, and no more than that.

The networks stay as they are shipped, and so does every row that no correction touches. The rows of the n-grams that
corrections share are moved by a few steps of regularised regression: far enough to set them right, and no further.
The solution is a sum of the corrections, so it is sought among them (`pull`), which is quick with numpy alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate, pairwise
from typing import Final

import numpy as np

from handlers.understanding.classify import ACTS, CATEGORIES, HEADS, URGENCIES, WIDTH, Scores, Words
from handlers.understanding.model.data import Sample, Transcript, samples
from storage.types import Act

LEAST: Final = 2  #: different texts that an n-gram must stand in, and people who said it where it is a new one
SHORTEST: Final = 2  #: characters; a single one is in everything
FIRMNESS: Final = 0.02  #: how dearly a weight is moved; a tenth of it sets right more and upsets more
KNOWN: Final = 0.1  #: how far an n-gram moves that the table knows, against one that is new to it
STEPS: Final = 200
CLASSES: Final = {"act": ACTS, "category": CATEGORIES, "urgency": URGENCIES}


@dataclass(frozen=True, slots=True)
class Example:
    """A message that was set right."""

    person: str  #: who said it, by whatever tells people apart
    at: datetime  #: when it was set right
    transcript: Transcript

    @property
    def text(self) -> str:
        """What was said."""
        return str(self.transcript.lines[1]["text"])

    @property
    def sample(self) -> Sample:
        """The message for the table."""
        return next(samples([self.transcript]))


@dataclass(frozen=True, slots=True)
class Change:
    """What is added to a table of words, a row an n-gram; some of them may be new to it."""

    grams: tuple[str, ...]
    weights: Scores

    def applied(self, words: Words) -> Words:
        """A table of its own with the change."""
        new = [gram for gram in self.grams if gram not in words.rows]
        rows = {**words.rows, **{gram: len(words.table) + place for place, gram in enumerate(new)}}
        table = np.concatenate((words.table, np.zeros((len(new), WIDTH), np.float32)))
        table[[rows[gram] for gram in self.grams]] += self.weights
        return Words(rows, table)


def learnable(example: Example) -> bool:
    """It can be learned without what was said before: what joins another ticket cannot."""
    return all(item["act"] == Act.OPEN for item in example.transcript.lines[1]["gold"]["items"])


def adapted(words: Words, examples: Sequence[Example]) -> Change:
    """What the examples change in `words`; nothing where they have nothing in common."""
    chosen = [example.sample for example in examples]
    grams = {gram: place for place, gram in enumerate(sorted(_shared(words, examples, chosen)))}
    if not grams:
        return Change((), np.zeros((0, WIDTH), np.float32))
    spots, values = _matrix(words.rows, grams, chosen)
    ease = np.array([KNOWN if gram in words.rows else 1.0 for gram in grams], np.float32)
    pull = _pull(_kernel(spots, values, ease), _scores(words, grams, chosen), _wanted(chosen))
    weights = np.zeros((len(grams), WIDTH), np.float32)
    for row, (columns, value) in enumerate(zip(spots, values, strict=True)):
        weights[columns] += value * pull[row]
    return Change(tuple(grams), weights * ease[:, None])


def _shared(words: Words, examples: Sequence[Example], chosen: Sequence[Sample]) -> Iterable[str]:
    """The n-grams to learn: in several texts, and where the table does not know them, from several people."""
    texts: dict[str, set[str]] = {}
    people: dict[str, set[str]] = {}
    for example, sample in zip(examples, chosen, strict=True):
        for gram in sample.features:
            if len(gram) >= SHORTEST and not gram.startswith("\0"):
                texts.setdefault(gram, set()).add(example.text)
                people.setdefault(gram, set()).add(example.person)
    return [g for g in texts if len(texts[g]) >= LEAST and (g in words.rows or len(people[g]) >= LEAST)]


def _matrix(
    known: Mapping[str, int], grams: Mapping[str, int], chosen: Sequence[Sample]
) -> tuple[list[list[int]], list[float]]:
    """The n-grams of each message that are learned, and the weight that each of its n-grams has."""
    spots = [[grams[word] for word in sample.features if word in grams] for sample in chosen]
    return spots, [_length(known, grams, sample) ** -0.5 for sample in chosen]


def _length(known: Mapping[str, int], grams: Mapping[str, int], sample: Sample) -> int:
    return max(sum(word in known or word in grams for word in sample.features), 1)


def _kernel(spots: Sequence[Sequence[int]], values: Sequence[float], ease: Scores) -> Scores:
    """How much what is learned from one message says of another."""
    said: dict[int, list[int]] = {}
    for row, columns in enumerate(spots):
        for column in columns:
            said.setdefault(column, []).append(row)
    kernel = np.zeros((len(spots), len(spots)), np.float32)
    for column, rows in said.items():
        kernel[np.ix_(rows, rows)] += ease[column]
    weights = np.array(values, np.float32)
    result: Scores = kernel * weights[:, None] * weights
    return result


def _scores(words: Words, grams: Mapping[str, int], chosen: Sequence[Sample]) -> Scores:
    """The logits of each message as the table has them, where new n-grams make it longer."""
    found = []
    for sample in chosen:
        rows = [words.rows[word] for word in sample.features if word in words.rows]
        found.append(words.table[0] + words.table[rows].sum(axis=0) * _length(words.rows, grams, sample) ** -0.5)
    return np.stack(found)


def _wanted(chosen: Sequence[Sample]) -> tuple[Scores, Scores]:
    """The right classes, one a head, and the heads that a message says something of."""
    right, counted = np.zeros((2, len(chosen), WIDTH), np.float32)
    for row, sample in enumerate(chosen):
        for (head, classes), (begin, end) in zip(CLASSES.items(), _bounds(), strict=True):
            if getattr(sample, head) is not None:
                right[row, begin + [str(one) for one in classes].index(str(getattr(sample, head)))] = 1
                counted[row, begin:end] = 1
    return right, counted


def _bounds() -> list[tuple[int, int]]:
    return list(pairwise((0, *accumulate(HEADS.values()))))


def _pull(kernel: Scores, scores: Scores, wanted: tuple[Scores, Scores]) -> Scores:
    """How strongly each message pulls its n-grams towards each class."""
    right, counted = wanted
    pull = np.zeros_like(scores)
    step = np.float32(1 / (FIRMNESS + kernel.sum(axis=1).max() / 2))
    for _ in range(STEPS):
        pull += step * ((right - _shares(scores + kernel @ pull)) * counted - np.float32(FIRMNESS) * pull)
    return pull


def _shares(scores: Scores) -> Scores:
    parts = [scores[:, begin:end] for begin, end in _bounds()]
    raised = [np.exp(part - part.max(axis=1, keepdims=True)) for part in parts]
    return np.concatenate([part / part.sum(axis=1, keepdims=True) for part in raised], axis=1)
