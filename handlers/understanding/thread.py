"""Which open ticket a message belongs to: a row of evidence for each of them, which a small network weighs.

Nobody says which ticket he means. What ties a message to one is who speaks, what he quotes or whom he calls, how long
ago and how many messages ago it was spoken of, what it is about, and where.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from operator import add
from typing import Final

import numpy as np

from handlers.understanding.classify import CATEGORIES, STAFF, Scores
from handlers.understanding.look import Look
from handlers.understanding.types import Heard, OpenTicket, Spot
from storage.types import Category, Urgency

LOOK_BACK: Final = 12  #: messages; what was spoken of before them is no longer the talk
FACTS: Final = 40
SPANS: Final = slice(17, 20)  #: the facts that are spans of time, entered in seconds
COLUMN: Final[dict[Category, int]] = {category: column for column, category in enumerate(CATEGORIES)}
NOWHERE: Final = Spot()
Row = tuple[float, ...]


@dataclass(slots=True)
class Backdrop:
    """What is the same for every ticket that a message may belong to."""

    look: Look
    heard: Heard
    words: frozenset[str]
    topics: list[float]
    closeness: list[float]  #: the same on a scale that parts little from nothing
    topmost: float
    said: bool  #: a place was said
    lives: bool  #: the speaker's home is known
    staff: bool
    source: Heard | None  #: the message that is quoted
    now: float
    since: list[float]  #: minus the moments when the last messages were heard, the latest first
    open_now: int
    open_own: int
    latest: float


def evidence(looks: Sequence[Look], acts: Scores, topics: Scores) -> Scores:
    """Numbers that tie messages to tickets or part them, a row for each ticket of each message in turn.

    Args:
        acts, topics: The shares that the words of each message give, a row a message.
    """
    counts = [len(look.tickets) for look in looks]
    rows = np.empty((sum(counts), FACTS + acts.shape[1]), dtype=np.float32)
    if len(rows):
        closeness = np.log1p(topics * 50) / 4
        behind = map(_backdrop, looks, topics.tolist(), closeness.tolist())
        rows[:, :FACTS] = [row for look, shared in zip(looks, behind, strict=True) for row in _rows(shared, look)]
        rows[:, SPANS] = np.minimum(np.log1p(np.maximum(rows[:, SPANS], 0) / 60) / 8, 1)
        rows[:, FACTS:] = np.repeat(acts, counts, axis=0)
    return rows


def _backdrop(look: Look, topics: list[float], closeness: list[float]) -> Backdrop:
    heard, recent = look.heard, look.memory.recent
    still = [ticket for ticket in look.tickets if ticket.closed_at is None]
    quoted = (said for said, _ in reversed(recent) if said.id == heard.reply_to)
    return Backdrop(
        look=look,
        heard=heard,
        words=frozenset(map(add, look.text, look.text[1:])),
        topics=topics,
        closeness=closeness,
        topmost=max(topics),
        said=look.spot != NOWHERE,
        lives=heard.home != NOWHERE,
        staff=heard.role in STAFF,
        source=next(quoted, None) if heard.reply_to is not None else None,
        now=heard.at.timestamp(),
        since=[-said.at.timestamp() for said, _ in recent[: -LOOK_BACK - 1 : -1]],
        open_now=len(still),
        open_own=sum(ticket.opened_by == heard.sender for ticket in still),
        latest=max([ticket.last for ticket in look.tickets], default=0.0),
    )


def _rows(behind: Backdrop, look: Look) -> list[Row]:
    return list(map(_row, repeat(behind), look.tickets))


def _row(behind: Backdrop, ticket: OpenTicket) -> Row:
    steps = bisect_left(behind.since, -ticket.last)
    steps = steps if steps < len(behind.since) else LOOK_BACK
    return (
        *_by_speaker(behind, ticket, steps),
        *_by_time(behind, ticket, steps),
        *_by_topic(behind, ticket),
        *_by_place(behind, ticket),
    )


def _by_speaker(behind: Backdrop, ticket: OpenTicket, steps: int) -> Row:
    heard, source, question = behind.heard, behind.source, behind.look.question
    before = behind.look.before
    opener, known = heard.sender == ticket.opened_by, heard.sender in ticket.people
    return (
        heard.quoted_ticket == ticket.id,
        heard.quoted_ticket is not None and heard.quoted_ticket != ticket.id,
        heard.reply_to is not None and heard.quoted_ticket is None,
        source is not None and source.sender == ticket.opened_by,
        opener,
        opener / max(behind.open_own, 1),
        known,
        known and behind.staff,
        behind.staff,
        ticket.opened_by in heard.mentions,
        not ticket.people.isdisjoint(heard.mentions),
        bool(heard.mentions) or heard.to_bot,
        before == steps,
        opener and 0 <= before <= steps,
        question is not None and question.quoted_ticket == ticket.id,
        question is not None and (steps == 0 or ticket.opened_by in question.mentions),
    )


def _by_time(behind: Backdrop, ticket: OpenTicket, steps: int) -> Row:
    now, closed = behind.now, ticket.closed
    return (
        closed is not None,
        0.0 if closed is None else now - closed,  # seconds: see SPANS
        now - ticket.last,
        now - ticket.opened,
        ticket.last == behind.latest,
        1 / (1 + steps),
        steps == 0,
        steps >= LOOK_BACK,
        1 / max(behind.open_now, 1),
    )


def _by_topic(behind: Backdrop, ticket: OpenTicket) -> Row:
    text = behind.look.text
    share, length = behind.topics[COLUMN[ticket.category]], len(ticket.pairs) + bool(ticket.gist)
    shared = len(behind.words & ticket.pairs)
    return (
        share,
        behind.closeness[COLUMN[ticket.category]],
        share >= behind.topmost,
        min(shared, 6) / 3,
        shared / (length + len(text) + 1) * 4,
        not text,
        min(len(text), 40) / 40,
        ticket.urgency == Urgency.EMERGENCY,
    )


def _by_place(behind: Backdrop, ticket: OpenTicket) -> Row:
    spot, home, there = behind.look.spot, behind.heard.home, ticket.spot
    same, differ = agreement(spot, there) if behind.said else (0, 0)
    home_same, home_differ = agreement(home, there) if behind.lives else (0, 0)
    return (
        same,
        differ,
        spot.room is not None and spot.room == there.room,
        behind.said,
        home_same / 2,
        home_differ / 2,
        home.room is not None and home.room == there.room,
    )


def agreement(spot: Spot, other: Spot) -> tuple[int, int]:
    """How many parts of two spots agree and how many contradict each other."""
    pairs = (
        (spot.building, other.building),
        (spot.unit, other.unit),
        (spot.floor, other.floor),
        (spot.room, other.room),
    )
    said = [one == two for one, two in pairs if one is not None and two is not None]
    return sum(said), len(said) - sum(said)
