"""Which open ticket a message belongs to: a row of evidence for each of them, which a small network weighs.

Nobody says which ticket he means. What ties a message to one is who speaks, what he quotes or whom he calls, how long
ago and how many messages ago it was spoken of, what it is about, and where.

The few facts of a few tickets are worked out one by one: numpy takes longer to begin than all of them take.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import log1p
from operator import add
from typing import Final

import numpy as np

from handlers.understanding.classify import CATEGORIES, STAFF, Scores
from handlers.understanding.look import Look, minutes
from handlers.understanding.types import Heard, OpenTicket, Spot
from storage.types import Urgency

LOOK_BACK: Final = 12  #: messages; what was spoken of before them is no longer the talk
FACTS: Final = 40
COLUMN: Final = {category: column for column, category in enumerate(CATEGORIES)}
Row = tuple[float, ...]
_NOWHERE: Final = Spot()


def evidence(looks: Sequence[Look], acts: Scores, topics: Scores) -> Scores:
    """Numbers that tie messages to tickets or part them, a row for each ticket of each message in turn.

    Args:
        acts, topics: The shares that the words of each message give, a row a message.
    """
    said = zip(looks, acts.tolist(), topics.tolist(), strict=True)
    rows = [row for look, act, topic in said if look.tickets for row in _rows(look, act, topic)]
    return np.array(rows, np.float32).reshape(-1, FACTS + acts.shape[1])


@dataclass(slots=True)
class Talk:
    """What is the same for every ticket that a message may belong to."""

    look: Look
    heard: Heard
    is_placed: bool  #: it says where
    lives: bool  #: the speaker's home is known
    words: frozenset[str]
    length: int
    topics: Sequence[float]
    topmost: float
    is_staff: bool
    calls: bool
    source: str | None  #: who said what is quoted
    now: float
    since: list[float]  #: minus the moments when the last messages were heard, the latest first
    still: int
    own: int
    latest: float


def _talk(look: Look, topics: Sequence[float]) -> Talk:
    heard, recent = look.heard, look.memory.recent
    still = [ticket.opened_by for ticket in look.tickets if ticket.closed_at is None]
    return Talk(
        look=look,
        heard=heard,
        is_placed=look.spot != _NOWHERE,
        lives=heard.home != _NOWHERE,
        words=frozenset(map(add, look.text, look.text[1:])),
        length=len(look.text),
        topics=topics,
        topmost=max(topics),
        is_staff=heard.role in STAFF,
        calls=bool(heard.mentions) or heard.to_bot,
        source=_source(look),
        now=heard.at.timestamp(),
        since=[-said.at.timestamp() for said, _ in recent[: -LOOK_BACK - 1 : -1]],
        still=max(len(still), 1),
        own=max(still.count(heard.sender), 1),
        latest=max(ticket.last for ticket in look.tickets),
    )


def _source(look: Look) -> str | None:
    if look.heard.reply_to is None:
        return None
    return next((said.sender for said, _ in reversed(look.memory.recent) if said.id == look.heard.reply_to), None)


def _rows(look: Look, acts: Sequence[float], topics: Sequence[float]) -> Iterator[Row]:
    talk = _talk(look, topics)
    for ticket in look.tickets:
        steps = bisect_left(talk.since, -ticket.last)  # so many messages ago the ticket was spoken of
        if steps == len(talk.since):
            steps = LOOK_BACK
        yield (
            *_by_speaker(talk, ticket, steps),
            *_by_time(talk, ticket, steps),
            *_by_topic(talk, ticket),
            *_by_place(talk, ticket),
            *acts,
        )


def _by_speaker(talk: Talk, ticket: OpenTicket, steps: int) -> Row:
    heard, before, asked = talk.heard, talk.look.before, talk.look.question
    opener, known = heard.sender == ticket.opened_by, heard.sender in ticket.people
    return (
        heard.quoted_ticket == ticket.id,
        heard.quoted_ticket is not None and heard.quoted_ticket != ticket.id,
        heard.reply_to is not None and heard.quoted_ticket is None,
        talk.source == ticket.opened_by,
        opener,
        opener / talk.own,
        known,
        known and talk.is_staff,
        talk.is_staff,
        ticket.opened_by in heard.mentions,
        not ticket.people.isdisjoint(heard.mentions),
        talk.calls,
        before == steps,
        opener and 0 <= before <= steps,
        asked is not None and asked.quoted_ticket == ticket.id,
        asked is not None and (steps == 0 or ticket.opened_by in asked.mentions),
    )


def _by_time(talk: Talk, ticket: OpenTicket, steps: int) -> Row:
    now, closed = talk.now, ticket.closed
    return (
        closed is not None,
        0.0 if closed is None else minutes(now - closed),
        minutes(now - ticket.last),
        minutes(now - ticket.opened),
        ticket.last == talk.latest,
        1 / (1 + steps),
        steps == 0,
        steps >= LOOK_BACK,
        1 / talk.still,
    )


def _by_topic(talk: Talk, ticket: OpenTicket) -> Row:
    share, shared = talk.topics[COLUMN[ticket.category]], len(talk.words & ticket.pairs)
    return (
        share,
        log1p(share * 50) / 4,  # the same on a scale that parts little from nothing
        share >= talk.topmost,
        min(shared, 6) / 3,
        shared / (ticket.length + talk.length + 1) * 4,
        not talk.length,
        min(talk.length, 40) / 40,
        ticket.urgency is Urgency.EMERGENCY,
    )


def _by_place(talk: Talk, ticket: OpenTicket) -> Row:
    spot, home, there = talk.look.spot, talk.heard.home, ticket.spot
    same, differ = agreement(spot, there) if talk.is_placed else (0, 0)
    lives, elsewhere = agreement(home, there) if talk.lives else (0, 0)
    return (
        same,
        differ,
        spot.room is not None and spot.room == there.room,
        talk.is_placed,
        lives / 2,
        elsewhere / 2,
        home.room is not None and home.room == there.room,
    )


def agreement(spot: Spot, other: Spot) -> tuple[int, int]:
    """How many parts of two spots agree and how many contradict each other."""
    pairs = zip(spot.parts, other.parts, strict=True)
    said = [one == two for one, two in pairs if one is not None and two is not None]
    return sum(said), len(said) - sum(said)
