"""What counts beside the tickets that somebody has accepted, when it is asked whose turn it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Weights:
    """What counts beside the tickets that somebody has accepted lately, and as how many of them.

    All of it goes into one sum, so that nothing can outweigh for good what one has had: who is near, able or quick is asked
    first until he is that much ahead of the others, and from then on in turn with them.
    """

    open: float = 2.0  #: each ticket that he has in hand counts as so many more
    far: float = 1.5  #: … who is of another building has had so many more
    able: float = 2.0  #: … who has the skill that it needs, so many fewer
    slow: float = 1.0  #: … who takes twice as long to answer at this time of day, so many more; half as long, fewer
    behind: float = 4.0  #: nobody has had fewer by more than so many than all of them on the average

    def __post_init__(self) -> None:
        """Refuse what would turn the order round."""
        if min(self.open, self.far, self.able, self.slow, self.behind) < 0:
            raise ValueError("nothing counts less than nothing")

    def had(self, taken: float, in_hand: int, slow: float, *, far: bool, able: bool) -> float:
        """What somebody has had, in tickets accepted; whoever has had the least is asked first."""
        return taken + self.open * in_hand + self.slow * slow + self.far * far - self.able * able


USUAL: Final = Weights()


def caught_up(taken: Sequence[int], weights: Weights = USUAL) -> list[float]:
    """What each has accepted, where nobody is too far behind the others.

    Whoever is new, or comes back after a long time, is asked first for a while; he need not make up for a year.
    """
    least = sum(taken) / len(taken) - weights.behind if taken else 0.0
    return [max(float(had), least) for had in taken]
