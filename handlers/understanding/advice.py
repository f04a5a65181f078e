"""A second opinion that came before the message was judged, and the reader that goes by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from typing_extensions import override

from handlers.understanding.decide import Reader
from handlers.understanding.scales import Weighed
from handlers.understanding.types import Heard, Judgement, OpenTicket, Question


@dataclass(frozen=True, slots=True)
class Advice:
    """What somebody else makes of a message, for as long as `tickets` are what it may be about."""

    judged: Judgement
    tickets: Sequence[OpenTicket]

    def holds(self, now: Sequence[OpenTicket]) -> bool:
        """Whether the same tickets are still open, or closed."""
        return [(t.id, t.closed_at) for t in now] == [(t.id, t.closed_at) for t in self.tickets]


@dataclass(frozen=True, slots=True)
class AdvisedReader(Reader):
    """A reader that was advised on some messages; where the advice no longer holds, it judges by itself."""

    advice: Mapping[Heard, Advice] | None = None

    @classmethod
    def over(cls, reader: Reader, advice: Mapping[Heard, Advice]) -> "AdvisedReader":
        """`reader`, which looks into `advice` first."""
        return cls(**{field.name: getattr(reader, field.name) for field in fields(Reader)}, advice=advice)

    @override
    def decide(self, weighed: Weighed, question: Question) -> Judgement:
        """See `Reader.decide`."""
        advice = self.advice_on(question)
        return Reader.decide(self, weighed, question) if advice is None else advice.judged

    def advice_on(self, question: Question) -> Advice | None:
        """What was advised on that message, if it still holds."""
        advice = self.advice.get(question.heard) if self.advice else None
        return advice if advice is not None and advice.holds(question.tickets) else None
