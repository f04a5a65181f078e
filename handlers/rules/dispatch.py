"""Whom to ask about a ticket, in which order, and why the others are passed over.

Nothing points at whose turn it is. The order follows from what each of them has in hand and when he last had his turn,
so that after a quiet week, a restart or a change of the roster the next one is still the next one, and whoever is passed
over, for whatever reason, keeps his place.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from types import MappingProxyType
from typing import Final

from handlers.rules.weights import USUAL, Weights
from storage.types import Category, MemberId, TicketId

#: What the skills of a volunteer are called; a community may have others.
SKILLS: Final = ("电工", "水工", "调解", "医护", "法律", "手语", "电梯", "开锁", "木工", "焊工", "家电", "电脑")
#: Any one of these is enough. What anybody can do needs none.
NEEDED: Final[Mapping[Category, tuple[str, ...]]] = MappingProxyType(
    {
        Category.POWER: ("电工",),
        Category.LIGHTING: ("电工",),
        Category.WATER: ("水工",),
        Category.LEAK: ("水工",),
        Category.SEWER: ("水工",),
        Category.ELEVATOR: ("电梯",),
        Category.ACCESS: ("开锁", "电工"),
        Category.DISPUTE: ("调解", "法律"),
        Category.NOISE: ("调解",),
        Category.TELECOM: ("电脑",),
    }
)


class Skip(StrEnum):
    """Why somebody who answers for a place is not asked about a ticket."""

    REPORTER = "reporter"
    COMPLAINED_OF = "complained_of"  #: it is about his own home
    GAVE_BACK = "gave_back"
    REFUSED = "refused"
    SILENT = "silent"  #: he was asked before the others and has let his time pass
    ON_LEAVE = "on_leave"
    OFF_HOURS = "off_hours"  #: outside the hours that he gave
    FULL = "full"  #: he has enough in hand
    CALLED_ENOUGH = "called_enough"  #: he was called often enough today
    UNABLE = "unable"  #: others there have the skill that it needs


PARTY: Final = frozenset({Skip.REPORTER, Skip.COMPLAINED_OF, Skip.GAVE_BACK, Skip.REFUSED})
#: Where life is at stake nobody is spared for these.
BRAVED: Final = frozenset({Skip.SILENT, Skip.OFF_HOURS, Skip.FULL, Skip.CALLED_ENOUGH, Skip.UNABLE})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one person is given at most: open tickets at once, accepted within an hour, calls a day."""

    most_open: int = 5
    most_an_hour: int = 5
    most_calls: int = 12

    def __post_init__(self) -> None:
        """Refuse limits with which nobody could ever be asked."""
        if min(self.most_open, self.most_an_hour, self.most_calls) < 1:
            raise ValueError("whoever may have no ticket at all is nobody to ask")


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who answers for the place, and what counts for and against asking him."""

    member: MemberId
    skills: frozenset[str] = frozenset()
    open: int = 0  #: tickets in his hands
    lately: int = 0  #: tickets accepted within the last hour
    last: datetime | str | None = None  #: when he last accepted one, as it compares; None: not known
    out: Skip | None = None  #: he is a party to the matter, or away
    taken: float = 0  #: tickets accepted within the time that is remembered, as `caught_up` counts them
    calls: int = 0  #: how often he was called today
    far: bool = False  #: he is of another building, and helps out
    silent: bool = False  #: he has not answered for long
    slow: float = 0.0  #: how often over he takes twice as long to answer as is usual; below 0 he is quicker


class By(StrEnum):
    """What put the first one before the second."""

    ALONE = "alone"  #: there is no second
    ANSWERS = "answers"  #: the second one has not answered for long
    OPEN = "open"  #: he has fewer in hand
    NEAR = "near"  #: he is of the building itself
    TAKEN = "taken"  #: he has accepted fewer lately
    ABLE = "able"  #: he has the skill that it needs
    QUICK = "quick"  #: he answers sooner at this time of day
    LAST = "last"  #: his last turn is longer ago
    LOT = "lot"


@dataclass(frozen=True, slots=True)
class Order:
    """Who is asked, the first one first, and who is passed over for what reason.

    `able` is False where a skill is needed that nobody who could be asked has, so that all of them are.
    """

    asked: tuple[MemberId, ...] = ()
    passed: Mapping[MemberId, Skip] = field(default_factory=dict)
    able: bool = True
    by: By = By.ALONE


def order(
    candidates: Iterable[Candidate],
    ticket: TicketId,
    needed: Collection[str] = (),
    limits: Limits | None = None,
    *,
    emergency: bool = False,
    fill: bool = False,
    weights: Weights = USUAL,
) -> Order:
    """Who is asked about `ticket`, the first one first.

    Who answers at all before who does not; then who has had the least, as `weights` count it, whose last turn is longest
    ago, and as the lot falls.

    The lot is drawn from the ticket's id and the member's alone, and falls the same on every machine and again.

    Args:
        needed: Any one of these skills is enough; none is needed where it is empty.
        limits: None: nobody is too busy.
        emergency: Nobody is spared for being busy, off his own hours, or without the skill, and all are asked as they
            are listed.
        fill: A few can be asked at once: the first one is somebody who has the skill, and the others need not have it.
    """
    everybody = {candidate.member: candidate for candidate in candidates}
    braved = BRAVED if emergency else frozenset[Skip]()
    passed = {m: why for m, c in everybody.items() if (why := _out(c, limits)) is not None and why not in braved}
    left = [candidate for member, candidate in everybody.items() if member not in passed]
    if emergency:
        return Order(tuple(candidate.member for candidate in left), passed)
    fit = {candidate.member for candidate in left if not candidate.skills.isdisjoint(needed)}
    if fit and not fill:
        passed |= {c.member: Skip.UNABLE for c in left if c.member not in fit}
        left = [c for c in left if c.member in fit]
    had = {c.member: weights.had(c.taken, c.open, c.slow, far=c.far, able=c.member in fit) for c in left}
    left.sort(key=lambda c: (c.silent, had[c.member], (c.last is not None, c.last), lot(ticket, c.member), c.member))
    able, by = bool(fit) or not needed or not left, _decided(left, fit, weights)
    return Order(tuple(c.member for c in _one_able_first(left, fit)), passed, able, by)


def _one_able_first(left: Sequence[Candidate], fit: Collection[MemberId]) -> Sequence[Candidate]:
    """Whoever is asked among a few, one of them can do it: the first of those who can and who answers."""
    first = next((one for one in left if one.member in fit and not one.silent), None)
    return left if first is None else [first, *(one for one in left if one is not first)]


def _decided(left: Sequence[Candidate], fit: Collection[MemberId], weights: Weights) -> By:
    """What counted most for the first against the second."""
    if len(left) < 2:
        return By.ALONE
    first, second = left[:2]
    if first.silent != second.silent:
        return By.ANSWERS
    ahead = {
        By.OPEN: weights.open * (second.open - first.open),
        By.TAKEN: second.taken - first.taken,
        By.NEAR: weights.far * (second.far - first.far),
        By.ABLE: weights.able * ((first.member in fit) - (second.member in fit)),
        By.QUICK: weights.slow * (second.slow - first.slow),
    }
    most = max(ahead, key=lambda by: ahead[by])
    return most if ahead[most] > 0 else By.LAST if first.last != second.last else By.LOT


def _out(candidate: Candidate, limits: Limits | None) -> Skip | None:
    if candidate.out is not None or limits is None:
        return candidate.out
    if candidate.calls >= limits.most_calls:
        return Skip.CALLED_ENOUGH
    full = candidate.open >= limits.most_open or candidate.lately >= limits.most_an_hour
    return Skip.FULL if full else None


def lot(ticket: TicketId, member: MemberId) -> bytes:
    """The lot that `member` draws for `ticket`; the smallest goes first."""
    return sha256(f"{ticket}:{member}".encode()).digest()


def only_reporters(order: Order, people: Sequence[MemberId]) -> bool:
    """Whether nobody is asked only because whoever answers there reported it: he knows, and may accept in his own time."""
    return not order.asked and bool(people) and set(order.passed.values()) == {Skip.REPORTER}
