"""What `guanjia check` has to say about one thing."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

from typing_extensions import override


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is ready, or is missing; then the sentence says what to do."""

    ready: bool
    sentence: str

    @override
    def __str__(self) -> str:
        return f"{'✓' if self.ready else '✗'} {self.sentence}"


def ready(sentence: str) -> Finding:
    """Something is as it should be."""
    return Finding(ready=True, sentence=sentence)


def missing(sentence: str) -> Finding:
    """Something is not, and `sentence` says what to do about it."""
    return Finding(ready=False, sentence=sentence)


@runtime_checkable
class Examined(Protocol):
    """The configuration of a channel that can ask its platform whether it would work, without being connected."""

    async def examine(self) -> Finding:
        """What the platform says. Being out of reach is a finding, not an error."""
