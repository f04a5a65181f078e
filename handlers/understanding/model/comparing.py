"""Whether what was learned is better than what is in use: nowhere worse, and better where it was corrected."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Final

from handlers.understanding.decide import Reader
from handlers.understanding.model.adapting import Change, Example, adapted
from handlers.understanding.model.data import Transcript
from handlers.understanding.model.figures import Figures, figures, sets_right
from handlers.understanding.normalise import plain

FOLDS: Final = 5
#: How much worse a figure may be than the better of those before; a ticket of the held-out sample is some 0.003.
MARGINS: Final[Mapping[str, float]] = MappingProxyType(
    {"ticket_f1": 0.01, "actionable_f1": 0.01, "category": 0.01, "emergencies": 0.0, "false_tickets": 1.0}
)
FEWER_IS_BETTER: Final = "false_tickets"


@dataclass(frozen=True, slots=True)
class Lived:
    """What was learned before, and from the corrections until when."""

    change: Change
    until: datetime


@dataclass(frozen=True, slots=True)
class Comparison:
    """The figures on what nobody learned from, and how many corrections each takes rightly without having read them."""

    change: Change
    shipped: Figures
    used: Figures | None  #: of what was learned before, where that is in use
    new: Figures
    right_before: int
    right_after: int
    corrections: int

    @property
    def worse(self) -> Sequence[str]:
        """The figures that are worse than before by more than their margin."""
        before = [self.shipped, *([self.used] if self.used else [])]
        return [name for name, margin in MARGINS.items() if _loss(name, before, self.new) > margin + 1e-9]

    @property
    def better(self) -> bool:
        """It may be used."""
        return not self.worse and self.right_after > self.right_before


def _loss(name: str, before: Iterable[Figures], new: Figures) -> float:
    sign = -1 if name == FEWER_IS_BETTER else 1
    return float(max(sign * getattr(one, name) for one in before) - sign * getattr(new, name))


def compare(
    shipped: Reader, used: Lived | None, examples: Sequence[Example], sample: Sequence[Transcript]
) -> Comparison:
    """What is learned from `examples` beside `shipped`, against what is in use.

    Where the same words were set right in different ways, nothing is learned from them. Nothing is learned from `sample`. A correction is judged by what is learned without it and without whoever said the
    same; what is in use is judged by what it would have been without them, too.
    """
    examples = _agreed(examples)
    change, before, after = adapted(shipped.words, examples), 0, 0
    for texts in _folds(examples):
        rest = [example for example in examples if plain(example.text) not in texts]
        kept_back = [example.transcript for example in examples if plain(example.text) in texts]
        earlier = [example for example in rest if used and example.at <= used.until]
        before += _right(shipped, earlier, kept_back)
        after += _right(shipped, rest, kept_back)
    return Comparison(
        change=change,
        shipped=figures(shipped, sample),
        used=figures(with_change(shipped, used.change), sample) if used else None,
        new=figures(with_change(shipped, change), sample),
        right_before=before,
        right_after=after,
        corrections=len(examples),
    )


def with_change(reader: Reader, change: Change) -> Reader:
    """The reader with what was learned."""
    return replace(reader, words=change.applied(reader.words))


def _agreed(examples: Sequence[Example]) -> list[Example]:
    taken: dict[str, set[tuple[str, str | None]]] = {}
    for example in examples:
        taken.setdefault(plain(example.text), set()).add((example.sample.act, example.sample.category))
    return [example for example in examples if len(taken[plain(example.text)]) == 1]


def _folds(examples: Sequence[Example]) -> list[set[str]]:
    texts = list(dict.fromkeys(plain(example.text) for example in examples))
    return [set(texts[fold::FOLDS]) for fold in range(min(FOLDS, len(texts)))]


def _right(shipped: Reader, examples: Sequence[Example], judged: Iterable[Transcript]) -> int:
    reader = with_change(shipped, adapted(shipped.words, examples))
    return sum(sets_right(reader, transcript) for transcript in judged)
