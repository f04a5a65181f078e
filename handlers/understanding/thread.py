"""Which open ticket a message belongs to: a row of evidence for each of them, which a small network weighs.

Nobody says which ticket he means. What ties a message to one is who speaks, what he quotes or whom he calls, how long
ago and how many messages ago it was spoken of, what it is about, and where.

A message has a dozen tickets to be compared with, and many messages come at once, so that every fact is worked out as a
column: for all messages and their tickets together.
"""

from collections.abc import Iterable, Sequence
from itertools import chain, repeat
from math import inf
from operator import add
from typing import Final

import numpy as np
from numpy.typing import NDArray

from handlers.understanding.classify import STAFF, Scores
from handlers.understanding.look import Look
from handlers.understanding.types import Spot

LOOK_BACK: Final = 12  #: messages; what was spoken of before them is no longer the talk
FACTS: Final = 40
Row = tuple[float, ...]
Column = NDArray[np.floating | np.bool]  #: one fact, for all pairs of a message and a ticket


def evidence(looks: Sequence[Look], acts: Scores, topics: Scores) -> Scores:
    """Numbers that tie messages to tickets or part them, a row for each ticket of each message in turn.

    Args:
        acts, topics: The shares that the words of each message give, a row a message.
    """
    whose = np.repeat(np.arange(len(looks)), [len(look.tickets) for look in looks])
    rows = np.empty((len(whose), FACTS + acts.shape[1]), dtype=np.float32)
    if len(whose):
        message = np.array(list(map(_numbers, looks)))[whose].T
        ticket = np.array([ticket.numbers for look in looks for ticket in look.tickets]).T
        tie = np.array(list(chain.from_iterable(map(_ties, looks))), dtype=np.float64).T
        steps = _steps(message[_TALK:], ticket[1])
        facts = chain(
            _by_speaker(message, tie, steps),
            _by_time(message, ticket, steps),
            _by_topic(message, ticket, tie, topics[whose, ticket[3].astype(np.intp)], topics.max(axis=1)[whose]),
            _by_place(message, ticket),
        )
        for number, fact in enumerate(facts):
            rows[:, number] = fact
        rows[:, FACTS:] = acts[whose]
    return rows


_TALK: Final = 20  #: where the last messages begin in what `_numbers` gives: how many, and when they were said


def _numbers(look: Look) -> Row:
    """What is the same for every ticket that a message may belong to."""
    heard, text, recent = look.heard, look.text, look.memory.recent
    still = [ticket for ticket in look.tickets if ticket.closed_at is None]
    talk = [said.at.timestamp() for said, _ in recent[: -LOOK_BACK - 1 : -1]]
    return (
        heard.at.timestamp(),
        max([ticket.last for ticket in look.tickets], default=0.0),
        look.before,
        max(len(still), 1),
        max(sum(ticket.opened_by == heard.sender for ticket in still), 1),
        heard.role in STAFF,
        heard.quoted_ticket is not None,
        heard.reply_to is not None and heard.quoted_ticket is None,
        bool(heard.mentions) or heard.to_bot,
        look.question is not None,
        len(text),
        look.spot != _NOWHERE,
        *look.spot.numbers,
        *heard.home.numbers,
        len(talk),
        *talk,
        *repeat(-inf, LOOK_BACK - len(talk)),
    )


_NOWHERE: Final = Spot()


def _ties(look: Look) -> list[Row]:
    """What names or words tie a message to each of its tickets."""
    heard, asked, sender = look.heard, look.question, look.heard.sender
    quoted, mentions, words = heard.quoted_ticket, heard.mentions, frozenset(map(add, look.text, look.text[1:]))
    sources = (said.sender for said, _ in reversed(look.memory.recent) if said.id == heard.reply_to)
    source = next(sources, None) if heard.reply_to is not None else None
    about, called = (asked.quoted_ticket, asked.mentions) if asked is not None else (None, ())
    return [
        (
            ticket.id == quoted,
            ticket.opened_by == source,
            ticket.opened_by == sender,
            sender in ticket.people,
            ticket.opened_by in mentions,
            not ticket.people.isdisjoint(mentions),
            ticket.id == about,
            ticket.opened_by in called,
            len(words & ticket.pairs),
        )
        for ticket in look.tickets
    ]


def _steps(talk: Column, last: Column) -> Column:
    """How many messages ago each ticket was spoken of; LOOK_BACK where that was before them all."""
    heard, *moments = talk
    later = (np.array(moments) > last).sum(axis=0)
    return np.where(later < heard, later, LOOK_BACK)


def _by_speaker(message: Column, tie: Column, steps: Column) -> Iterable[Column]:
    before, own, staff, quotes, quotes_else, calls, asked = message[[2, 4, 5, 6, 7, 8, 9]]
    quoted, source, opener, known, called, called_other, about, asked_him, _ = tie
    return (
        quoted,
        quotes > quoted,
        quotes_else,
        source,
        opener,
        opener / own,
        known,
        known * staff,
        staff,
        called,
        called_other,
        calls,
        before == steps,
        opener * ((before >= 0) & (before <= steps)),
        about,
        asked * np.maximum(steps == 0, asked_him),
    )


def _by_time(message: Column, ticket: Column, steps: Column) -> Iterable[Column]:
    now, latest, _, still = message[:4]
    opened, last, closed = ticket[:3]
    over = ~np.isnan(closed)
    spans = np.maximum(now - (np.where(over, closed, now), last, opened), 0)
    return (
        over,
        *np.minimum(np.log1p(spans / 60) / 8, 1),
        last == latest,
        1 / (1 + steps),
        steps == 0,
        steps >= LOOK_BACK,
        1 / still,
    )


def _by_topic(message: Column, ticket: Column, tie: Column, share: Column, topmost: Scores) -> Iterable[Column]:
    length, shared = message[10], tie[-1]
    return (
        share,
        np.log1p(share * 50) / 4,  # the same on a scale that parts little from nothing
        share >= topmost,
        np.minimum(shared, 6) / 3,
        shared / (ticket[5] + length + 1) * 4,
        length == 0,
        np.minimum(length, 40) / 40,
        ticket[4],
    )


def _by_place(message: Column, ticket: Column) -> Iterable[Column]:
    there, spots = ticket[6:], message[12:20].reshape(2, 4, -1)  # what was said, and the speaker's home
    equal = spots == there
    same, lives = equal.sum(axis=1)
    both = (~np.isnan(spots) & ~np.isnan(there)).sum(axis=1)  # what is not said is no number
    differ, elsewhere = both[0] - same, both[1] - lives
    return same, differ, equal[0, -1], message[11], lives / 2, elsewhere / 2, equal[1, -1]


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
