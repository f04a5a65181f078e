"""Who is on duty when all is taken together: the lines, temporary rosters in their stead, and what was changed since.

Inside a temporary roster the ordinary lines do not hold; what it leaves empty is empty on purpose. The overrides then
are applied in the order of their entry, so that the later one wins, and all of them win over the lines.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import TypeVar

from handlers.rules.duty import Span, covering
from storage.turns import TurnSource
from storage.types import MemberId


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time in which somebody is on duty without a change; both ends aware, the second exclusive."""

    member: MemberId
    starts: datetime
    ends: datetime
    source: TurnSource
    instead_of: MemberId | None = None

    def covers(self, moment: datetime) -> bool:
        """Whether it is on at `moment`."""
        return self.starts <= moment < self.ends


OneTurn = TypeVar("OneTurn", bound=Stretch)


@dataclass(frozen=True, slots=True)
class Block:
    """A temporary roster: in that time these turns hold, and nothing else of the rota."""

    starts: datetime
    ends: datetime
    turns: tuple[Stretch, ...] = ()

    def trimmed(self, starts: datetime, ends: datetime) -> "Block | None":
        """As much of it as lies between the two, its turns as well; None where nothing does."""
        starts, ends = max(starts, self.starts), min(ends, self.ends)
        if starts >= ends:
            return None
        kept = (replace(t, starts=max(t.starts, starts), ends=min(t.ends, ends)) for t in self.turns)
        return Block(starts, ends, tuple(turn for turn in kept if turn.starts < turn.ends))

    def cut(self, starts: datetime, ends: datetime) -> list["Block"]:
        """What is left of it without the time between the two."""
        parts = (self.trimmed(self.starts, starts), self.trimmed(ends, self.ends))
        return [part for part in parts if part is not None]


@dataclass(frozen=True, slots=True)
class Override:
    """An exception to the rota: `comes` alone adds, `goes` alone removes, both replace one by the other.

    `starts` is inclusive, `ends` exclusive, both aware.
    """

    starts: datetime
    ends: datetime
    comes: MemberId | None = None
    goes: MemberId | None = None
    source: TurnSource = TurnSource.ADDED

    def __post_init__(self) -> None:
        """Refuse an exception that says nothing."""
        if self.comes is None and self.goes is None:
            raise ValueError("an override names who comes, who goes, or both")

    def covers(self, moment: datetime) -> bool:
        """Whether the exception holds at `moment`."""
        return self.starts <= moment < self.ends


@dataclass(frozen=True, slots=True)
class _Post:
    """Why somebody is on: the turn that it comes from, and whom he stands in for."""

    source: TurnSource
    origin: object
    instead_of: MemberId | None = None


def on_duty(
    lines: Iterable[Span], overrides: Iterable[Override], moment: datetime, blocks: Sequence[Block] = ()
) -> tuple[MemberId, ...]:
    """Who answers at `moment` (aware, in the community's zone)."""
    block = next((block for block in reversed(blocks) if block.starts <= moment < block.ends), None)
    held = [t.member for t in block.turns if t.covers(moment)] if block else [s.member for s in covering(lines, moment)]
    people = {member: _Post(TurnSource.ROSTER, None) for member in held}
    _apply((o for o in overrides if o.covers(moment)), people)
    return tuple(sorted(people))


def final_rota(
    lines: Iterable[Span],
    blocks: Iterable[Block],
    overrides: Sequence[Override],
    starts: datetime,
    ends: datetime,
    zone: tzinfo,
) -> list[Stretch]:
    """Every turn of that time, whole at both edges, by their beginning; where nobody is on duty there is none.

    Turns that touch stay apart as the roster has them; nobody is on duty twice at once.
    """
    held = list(_held(lines, blocks, starts, ends, zone))
    ends_of: list[Stretch | Override] = [*held, *_near(overrides, held, starts, ends)]
    edges = sorted({edge for one in ends_of for edge in (one.starts, one.ends)})
    open_now: dict[tuple[MemberId, _Post], Stretch] = {}
    found: list[Stretch] = []
    for begin, end in pairwise(edges):
        people = {s.member: _Post(s.source, at) for at, s in reversed(list(enumerate(held))) if s.covers(begin)}
        _apply((o for o in overrides if o.covers(begin)), people)
        before, open_now = open_now, {}
        for member, post in people.items():
            began = before.pop((member, post), None)
            since = began.starts if began else begin
            open_now[member, post] = Stretch(member, since, end, post.source, post.instead_of)
        found += before.values()
    found += open_now.values()
    return sorted((s for s in found if s.starts < ends and starts < s.ends), key=lambda s: (s.starts, s.ends, s.member))


def joined(turns: Iterable[OneTurn]) -> list[OneTurn]:
    """The same with each member's turns that touch or overlap as one, by their beginning."""
    found: list[OneTurn] = []
    last: dict[MemberId, int] = {}
    for turn in sorted(turns, key=lambda turn: turn.starts):
        at = last.get(turn.member)
        if at is not None and found[at].ends >= turn.starts:
            found[at] = replace(found[at], ends=max(found[at].ends, turn.ends))
        else:
            last[turn.member] = len(found)
            found.append(turn)
    return found


def settled(blocks: Iterable[Block]) -> list[Block]:
    """Blocks in order of entry as they hold: what is entered later cuts what was there before."""
    found: list[Block] = []
    for block in blocks:
        found = [part for other in found for part in other.cut(block.starts, block.ends)] + [block]
    return found


def _held(
    lines: Iterable[Span], blocks: Iterable[Block], starts: datetime, ends: datetime, zone: tzinfo
) -> Iterator[Stretch]:
    """What the rota and the blocks say, before anything was changed."""
    whole = settled(blocks)
    for line in lines:
        for begins, over in line.turns(starts, ends, zone):
            parts = [Block(begins, over)]
            for block in whole:
                parts = [left for part in parts for left in part.cut(block.starts, block.ends)]
            for part in parts:
                yield Stretch(line.member, part.starts, part.ends, line.source)
    for block in whole:
        yield from block.turns


def _near(
    overrides: Iterable[Override], held: Sequence[Stretch], starts: datetime, ends: datetime
) -> Iterator[Override]:
    """Those that may touch what is asked for."""
    low, high = min([starts, *(s.starts for s in held)]), max([ends, *(s.ends for s in held)])
    return (o for o in overrides if o.starts < high and low < o.ends)


def _apply(overrides: Iterable[Override], people: dict[MemberId, _Post]) -> None:
    """Change who is on, in order. Who is on leave can still be stood in for."""
    away: dict[MemberId, _Post] = {}
    for change in overrides:
        gone = people.pop(change.goes, None) if change.goes is not None else None
        if change.source is TurnSource.LEAVE and gone is not None and change.goes is not None:
            away[change.goes] = gone
        elif change.comes is not None and change.goes is None:
            people.setdefault(change.comes, _Post(change.source, change))
        elif change.comes is not None and change.goes is not None:
            post = gone or away.pop(change.goes, None)
            if post is not None:
                people.setdefault(change.comes, _Post(change.source, post.origin, change.goes))
