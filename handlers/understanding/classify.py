"""What a message's own words say: one linear table over character n-grams gives acts, categories and urgencies."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, islice, pairwise
from operator import add
from typing import Final

import numpy as np
from numpy.typing import NDArray

from storage.types import Category, Intent, Role, Urgency

Scores = NDArray[np.float32]

#: A message as the table reads it: its text, what its sender is, and the kinds of what came with it.
Said = tuple[str, Role, Sequence[str]]

OPEN, DETAIL, ME_TOO, RESOLVED, QUESTION, NOTICE, CHATTER = ACTS = (
    "open",
    "detail",
    "me_too",
    "resolved",
    Intent.QUESTION,
    Intent.NOTICE,
    Intent.CHATTER,
)
CATEGORIES: Final = tuple(Category)
URGENCIES: Final = tuple(Urgency)
HEADS: Final = {"act": len(ACTS), "category": len(CATEGORIES), "urgency": len(URGENCIES)}
WIDTH: Final = sum(HEADS.values())
HIGHEST: Final = np.float32(80)  #: a logit; beyond it the exponential is no longer a number
_ACTS_END, _TOPICS_END = len(ACTS), len(ACTS) + len(CATEGORIES)
_HEAD_OF: Final = np.repeat(np.arange(len(HEADS)), list(HEADS.values()))
_SAME_HEAD: Final = (_HEAD_OF[:, None] == _HEAD_OF).astype(np.float32)
STAFF: Final = frozenset(
    {
        Role.STEWARD,
        Role.BUILDING_HEAD,
        Role.GRID_WORKER,
        Role.PROPERTY,
        Role.COMMITTEE,
        Role.ADMIN,
        Role.SUPERVISOR,
    }
)
LETTER: Final = 100  #: characters from which a message is a letter, that may come to its matter late
PASSAGE: Final = 50
SIZES: Final = (1, 4, 8, 16, 40, LETTER, 250)  #: characters from which a message is of the next size
_SENTENCE: Final = re.compile(r"[^.!?;\n]{0,120}[.!?;\n]*", re.DOTALL)
_DIGITS: Final = str.maketrans("123456789", "000000000")


def grams(text: str) -> Iterator[str]:
    """The character 1- to 4-grams of `text`, however often they stand there; digits are all alike, +1 is a word."""
    line = f"^{text.replace('+1', '⊕').lower().translate(_DIGITS)}$"
    two = list(map(add, line, islice(line, 1, None)))
    three = list(map(add, two, islice(line, 2, None)))
    return chain(line, two, three, map(add, three, islice(line, 3, None)))


def marks(text: str, role: Role, attachments: Iterable[str]) -> list[str]:
    """What is known of a message beside its characters, as words that no text can contain."""
    found = [f"\0role {role}", f"\0size {bisect_right(SIZES, len(text))}", f"\0staff {role in STAFF}"]
    found.extend(f"\0with {kind}" for kind in attachments)
    if role in STAFF:
        found.extend(f"\0s{a}{b}" for a, b in pairwise(text))
    return found


def passages(text: str) -> list[str]:
    """A letter in parts of PASSAGE characters at the least, cut where sentences end; nothing shorter has parts."""
    if len(text) < LETTER:
        return []
    found = [""]
    for sentence in filter(None, _SENTENCE.findall(text)):
        if len(found[-1]) >= PASSAGE:
            found.append("")
        found[-1] += sentence
    return found


@dataclass(frozen=True, slots=True)
class Words:
    """The table of the linear model: a row for every known n-gram, a column for every class; row 0 is the bias."""

    rows: Mapping[str, int]
    table: Scores

    def scores(self, said: Sequence[Said]) -> Scores:
        """One logit a class, heads side by side in the order of HEADS; a row a message."""
        known = [self._known(*each) for each in said]
        begins = list(accumulate(map(len, known), initial=0))
        taken = self.table.take([*chain.from_iterable(known), 0], axis=0)
        total = np.add.reduceat(taken, begins, axis=0)[:-1]  # the row at the end is for who knows none
        weights = np.array([[len(rows) ** -0.5 if rows else 0.0] for rows in known], np.float32)
        scores: Scores = self.table[0] + total * weights
        return scores

    def shares(self, said: Sequence[Said]) -> tuple[Scores, Scores, Scores]:
        """Probabilities of acts, categories and urgencies; a row a message."""
        raised = np.exp(np.minimum(self.scores(said), HIGHEST))
        raised /= raised @ _SAME_HEAD
        return raised[:, :_ACTS_END], raised[:, _ACTS_END:_TOPICS_END], raised[:, _TOPICS_END:]

    def loudest(self, said: Said) -> float:
        """The highest share of an opening among the passages of a letter, 0 for what is none.

        Who he is, what he bought and whom he has called stands before the matter, and drowns it in the whole.
        """
        text, role, _ = said
        parts = [(part, role, ()) for part in passages(text)]
        return float(self.shares(parts)[0][:, 0].max()) if parts else 0.0

    def _known(self, text: str, role: Role, attachments: Iterable[str]) -> dict[int, None]:
        """The rows of what is known of a message."""
        return dict.fromkeys(filter(None, map(self.rows.get, chain(grams(text), marks(text, role, attachments)))))
