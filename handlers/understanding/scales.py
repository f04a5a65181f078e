"""Messages on the scales: what their words, their surroundings and the open tickets say, in numbers.

Messages that wait together are weighed together: numpy takes as long for one row as for a hundred.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise
from typing import Final

import numpy as np

from handlers.understanding.classify import Scores, Words
from handlers.understanding.look import look
from handlers.understanding.network import Network
from handlers.understanding.surroundings import around
from handlers.understanding.thread import evidence
from handlers.understanding.types import Heard, Question, Spot

LINKED: Final = 4  #: so many of ACTS are requests


@dataclass(frozen=True, slots=True)
class View:
    """A message as the networks see it, and what was read on the way."""

    text: str
    heard: Heard
    spot: Spot
    acts: Scores
    topics: Scores
    urgencies: Scores
    ties: Scores  #: evidence, a row a ticket
    around: Scores  #: facts of the message and what came before it


@dataclass(frozen=True, slots=True)
class Weighed:
    """A message on all the scales."""

    view: View
    links: Scores  #: shares of what ties it to a ticket, a row a ticket
    verdict: Sequence[float]  #: the shares of ACTS

    @property
    def opens(self) -> float:
        """The share of an opening."""
        return self.verdict[0]

    @property
    def alarm(self) -> float:
        """The share of an emergency."""
        return float(self.view.urgencies[0])


@dataclass(frozen=True, slots=True)
class Scales:
    """Everything that understanding has learned; immutable, and the same answer to the same question."""

    words: Words
    link: Network
    verdict: Network

    def views(self, questions: Sequence[Question]) -> list[View]:
        """The messages of `questions` as the networks see them; training looks through the same eyes."""
        looks = [look(question) for question in questions]
        said = [(seen.text, seen.heard.role, seen.heard.attachments) for seen in looks]
        acts, topics, urgencies = self.words.shares(said)
        ties, beside = evidence(looks, acts, topics), around(looks, acts, list(map(self.words.loudest, said)))
        return [
            View(seen.text, seen.heard, seen.spot, acts[n], topics[n], urgencies[n], ties[first:end], beside[n])
            for n, (seen, (first, end)) in enumerate(zip(looks, _bounds(questions), strict=True))
        ]

    def weigh(self, questions: Sequence[Question]) -> list[Weighed]:
        """The messages of `questions`, of which none knows of another, on all the scales."""
        views = self.views(questions)
        links = self.link.shares(np.concatenate([view.ties for view in views]))
        each = [links[first:end] for first, end in _bounds(questions)]
        given = [facts(view.around, view.ties, links) for view, links in zip(views, each, strict=True)]
        return list(map(Weighed, views, each, self.verdict.shares(np.array(given)).tolist()))


def facts(surroundings: Scores, ties: Scores, links: Scores) -> Scores:
    """What the verdict is given: the message, its surroundings and the ticket that fits best."""
    if not len(ties):
        return np.concatenate((surroundings, np.zeros(ties.shape[1] + LINKED + 2, np.float32)))
    free = links[:, 0].tolist()
    first, second = sorted((*free, 1.0))[:2]
    best = free.index(first)
    rest = np.array((1 - first, 1 - second), np.float32)
    return np.concatenate((surroundings, ties[best], links[best], rest))


def _bounds(questions: Sequence[Question]) -> Iterator[tuple[int, int]]:
    """Which rows are whose, where every message has one for each of its tickets."""
    return pairwise(accumulate((len(question.tickets) for question in questions), initial=0))
