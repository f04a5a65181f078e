"""Which open ticket a message belongs to: one row of evidence for each of them."""

from collections.abc import Iterable, Sequence
from math import log1p
from operator import add
from typing import Final

import numpy as np

from handlers.understanding.classify import CATEGORIES, STAFF, Scores
from handlers.understanding.types import Heard, Memory, OpenTicket, Spot

LOOK_BACK: Final = 12
FACTS: Final = 40


def minutes(seconds: float) -> float:
    """A span on a scale on which an hour and two differ as much as a day and two; 0 to about 1."""
    return min(log1p(max(seconds, 0.0) / 60) / 8, 1.0)


def bigrams(text: str) -> frozenset[str]:
    return frozenset(map(add, text, text[1:]))


def steps_since(memory: Memory, ticket: OpenTicket) -> int:
    """How many messages were heard since the ticket was last touched, at most LOOK_BACK."""
    for steps, (heard, _) in enumerate(reversed(memory.recent)):
        if heard.at <= ticket.last_at:
            return steps
        if steps >= LOOK_BACK:
            break
    return LOOK_BACK


def agreement(spot: Spot, other: Spot) -> tuple[float, float]:
    """How many parts of two spots agree and how many contradict each other."""
    same = differ = 0.0
    for one, two in zip(
        (spot.building, spot.unit, spot.floor, spot.room),
        (other.building, other.unit, other.floor, other.room),
        strict=True,
    ):
        if one is not None and two is not None:
            same += one == two
            differ += one != two
    return same, differ


def last_own(heard: Heard, memory: Memory) -> Heard | None:
    """What the same sender said before."""
    return next((said for said, _ in reversed(memory.recent) if said.sender == heard.sender), None)


def quoted(heard: Heard, memory: Memory) -> Heard | None:
    """The message that is quoted, if it is still remembered."""
    if heard.reply_to is None:
        return None
    return next((said for said, _ in reversed(memory.recent) if said.id == heard.reply_to), None)


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
    """FACTS numbers for every ticket that tie the message to it or part them; `acts` and `topics` are shares."""
    words, before, source = bigrams(text), last_own(heard, memory), quoted(heard, memory)
    question = asked(memory)
    open_now = sum(ticket.closed_at is None for ticket in tickets)
    latest = max((ticket.last_at for ticket in tickets), default=heard.at)
    own = sum(heard.sender == ticket.opened_by and ticket.closed_at is None for ticket in tickets)
    staff = float(heard.role in STAFF)
    likely = topics.max() if len(topics) else 0.0
    rows = []
    for ticket in tickets:
        share = float(topics[CATEGORIES.index(ticket.category)])
        same, differ = agreement(spot, ticket.spot)
        home_same, home_differ = agreement(heard.home, ticket.spot)
        steps = steps_since(memory, ticket)
        shared = sum(word in words for word in bigrams(ticket.gist))
        opener = heard.sender == ticket.opened_by
        rows.append(
            (
                heard.quoted_ticket == ticket.id,
                heard.quoted_ticket is not None and heard.quoted_ticket != ticket.id,
                heard.reply_to is not None and heard.quoted_ticket is None,
                source is not None and source.sender == ticket.opened_by,
                opener,
                opener / max(own, 1),
                heard.sender in ticket.people,
                heard.sender in ticket.people and staff,
                staff,
                ticket.closed_at is not None,
                minutes((heard.at - ticket.closed_at).total_seconds()) if ticket.closed_at else 0.0,
                minutes((heard.at - ticket.last_at).total_seconds()),
                minutes((heard.at - ticket.opened_at).total_seconds()),
                ticket.last_at == latest,
                1 / (1 + steps),
                steps == 0,
                steps >= LOOK_BACK,
                1 / max(open_now, 1),
                share,
                log1p(share * 50) / 4,
                share >= likely,
                min(shared, 6) / 3,
                shared / (len(ticket.gist) + len(text) + 1) * 4,
                same,
                differ,
                spot.room is not None and spot.room == ticket.spot.room,
                spot != Spot(),
                home_same / 2,
                home_differ / 2,
                heard.home.room is not None and heard.home.room == ticket.spot.room,
                ticket.opened_by in heard.mentions,
                any(mention in ticket.people for mention in heard.mentions),
                bool(heard.mentions) or heard.to_bot,
                before is not None and before.at == ticket.last_at,
                before is not None and before.at >= ticket.opened_at and opener,
                question is not None and question.quoted_ticket == ticket.id,
                question is not None and (steps == 0 or ticket.opened_by in question.mentions),
                not text,
                min(len(text), 40) / 40,
                ticket.urgency == "emergency",
                *acts,
            )
        )
    return np.array(rows, dtype=np.float32).reshape(len(tickets), FACTS + len(acts))
