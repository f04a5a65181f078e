"""Which open ticket a message belongs to: a row of evidence for each of them, which a small network weighs.

Nobody says which ticket he means. What ties a message to one is who speaks, what he quotes or whom he calls, how long
ago and how many messages ago it was spoken of, what it is about, and where.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p
from operator import add
from typing import Final

import numpy as np

from handlers.understanding.classify import CATEGORIES, STAFF, Scores
from handlers.understanding.types import Heard, Memory, OpenTicket, Spot
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

    heard: Heard
    text: str
    spot: Spot
    words: frozenset[str]
    topics: list[float]
    closeness: list[float]  #: the same on a scale that parts little from nothing
    topmost: float
    said: bool  #: a place was said
    lives: bool  #: the speaker's home is known
    staff: bool
    source: Heard | None  #: the message that is quoted
    before: int  #: how many messages ago the sender spoke last
    question: Heard | None  #: the bot's or a staff's question that was the last message
    now: float
    ticks: tuple[float, ...]  #: when the last messages were heard, the latest first
    open_now: int
    open_own: int
    latest: float


def minutes(seconds: float) -> float:
    """A span on a scale on which an hour and two differ as much as a day and two; 0 to about 1."""
    return min(log1p(seconds / 60) / 8, 1.0) if seconds > 0 else 0.0


def steps_back(heard: Heard, memory: Memory) -> int:
    """How many messages ago the same sender spoke last, 0 for just before; -1 for not within memory."""
    for steps, (said, _) in enumerate(reversed(memory.recent)):
        if said.sender == heard.sender:
            return steps
    return -1


def asked(memory: Memory) -> Heard | None:
    """The last message, if it was the bot's or a staff's question."""
    if not memory.recent:
        return None
    said = memory.recent[-1][0]
    asks = "?" in said.text or "？" in said.text or "吗" in said.text or "呢" in said.text
    return said if asks and (said.from_bot or said.role in STAFF) else None


def evidence(
    heard: Heard, text: str, spot: Spot, memory: Memory, tickets: Sequence[OpenTicket], acts: Scores, topics: Scores
) -> Scores:
    """Numbers for every ticket that tie the message to it or part them; `acts` and `topics` are shares."""
    rows = np.empty((len(tickets), FACTS + len(acts)), dtype=np.float32)
    if tickets:
        behind = _backdrop(heard, text, spot, memory, tickets, topics)
        rows[:, :FACTS] = [_row(behind, ticket) for ticket in tickets]
        rows[:, SPANS] = np.minimum(np.log1p(np.maximum(rows[:, SPANS], 0) / 60) / 8, 1)
        rows[:, FACTS:] = acts
    return rows


def _backdrop(
    heard: Heard, text: str, spot: Spot, memory: Memory, tickets: Sequence[OpenTicket], topics: Scores
) -> Backdrop:
    still = [ticket for ticket in tickets if ticket.closed_at is None]
    quoted = (said for said, _ in reversed(memory.recent) if said.id == heard.reply_to)
    return Backdrop(
        heard=heard,
        text=text,
        spot=spot,
        words=frozenset(map(add, text, text[1:])),
        topics=topics.tolist(),
        closeness=(np.log1p(topics * 50) / 4).tolist(),
        topmost=float(topics.max()),
        said=spot != NOWHERE,
        lives=heard.home != NOWHERE,
        staff=heard.role in STAFF,
        source=next(quoted, None) if heard.reply_to is not None else None,
        before=steps_back(heard, memory),
        question=asked(memory),
        now=heard.at.timestamp(),
        ticks=tuple([said.at.timestamp() for said, _ in memory.recent[: -LOOK_BACK - 1 : -1]]),
        open_now=len(still),
        open_own=sum(ticket.opened_by == heard.sender for ticket in still),
        latest=max(ticket.last for ticket in tickets),
    )


def _row(behind: Backdrop, ticket: OpenTicket) -> Row:
    steps = next((n for n, tick in enumerate(behind.ticks) if tick <= ticket.last), LOOK_BACK)
    return (
        *_by_speaker(behind, ticket, steps),
        *_by_time(behind, ticket, steps),
        *_by_topic(behind, ticket),
        *_by_place(behind, ticket),
    )


def _by_speaker(behind: Backdrop, ticket: OpenTicket, steps: int) -> Row:
    heard, source, question = behind.heard, behind.source, behind.question
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
        behind.before == steps,
        opener and 0 <= behind.before <= steps,
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
    share, length = behind.topics[COLUMN[ticket.category]], len(ticket.pairs) + bool(ticket.gist)
    shared = sum(map(behind.words.__contains__, ticket.pairs))
    return (
        share,
        behind.closeness[COLUMN[ticket.category]],
        share >= behind.topmost,
        min(shared, 6) / 3,
        shared / (length + len(behind.text) + 1) * 4,
        not behind.text,
        min(len(behind.text), 40) / 40,
        ticket.urgency == Urgency.EMERGENCY,
    )


def _by_place(behind: Backdrop, ticket: OpenTicket) -> Row:
    spot, home, there = behind.spot, behind.heard.home, ticket.spot
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
